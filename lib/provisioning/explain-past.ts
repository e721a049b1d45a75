import type { AuditEntry } from '../core/audit.ts'
import { ConnectorError } from '../core/errors.ts'
import { explainPast, type PastExplanation } from '../core/explain-past.ts'
import type { ConnectionId, GroupId, Instant, MemberId } from '../core/ids.ts'
import { usesLogins } from '../core/login-facts.ts'
import { referenceTo } from '../core/member-groups.ts'
import type { GroupPast } from '../core/past-held.ts'
import { everStoodIn } from '../core/past-memberships.ts'
import type { ConfigurationAt } from '../core/ports/configuration.ts'
import type { Provisioning } from './deps.ts'
import { beginningOf, type ExplainRequest, memberNamed } from './explain.ts'
import { inParallel } from './parallel.ts'
import { connectionOf, traitsIn } from './standing.ts'
import { readTrail, type TrailSeen } from './trails.ts'

export type PastDeps = Pick<
  Provisioning,
  'directory' | 'logins' | 'ownership' | 'audit' | 'configuration' | 'platforms' | 'patterns' | 'clock'
> & { readonly configurationAt: ConfigurationAt }
export type PastRequest = ExplainRequest & { readonly at: Instant }
export type MemberPast = PastExplanation & {
  readonly formerName?: true
  /** Where their trail begins, when it is not with their creation: of what lies before, only what still stands is known. */
  readonly trailBegins?: Instant
  readonly configurationSince?: Instant
  /** Why no rule was asked. */
  readonly noConfiguration?: string
}

const lanes = 8
/** What tells of a group itself and of where it stood; who came and went is with the people. */
const tellsOfGroup = ({ event: { kind } }: AuditEntry): boolean =>
  kind === 'groupCreated' ||
  kind === 'groupUpdated' ||
  kind === 'groupDeleted' ||
  kind === 'groupNested' ||
  kind === 'groupUnnested'

const isCreation = ({ event }: AuditEntry): boolean => event.kind === 'groupCreated'

/** Every group on any way from them, then or since, with its own trail. */
const groupsAround = async (
  { audit, directory }: PastDeps,
  connection: ConnectionId,
  start: readonly GroupId[],
  seen: TrailSeen,
): Promise<ReadonlyMap<GroupId, GroupPast>> => {
  const found = new Map<GroupId, GroupPast>()
  let ring: readonly GroupId[] = start
  while (ring.length > 0) {
    const live = new Map((await directory.groups(connection, ring)).map((group) => [group.id, group]))
    const pasts = await inParallel(ring, lanes, async (id): Promise<GroupPast> => {
      const now = live.get(id)
      const [trail, above] = await Promise.all([
        readTrail(
          audit,
          { kind: 'group', id, connection },
          {
            keep: tellsOfGroup,
            enough: (kept) => kept.some(isCreation),
            seen,
          },
        ),
        now === undefined ? [] : directory.groupsWith(connection, id),
      ])
      return { trail, now: now && referenceTo(now), containers: above.map((group) => group.id) }
    })
    for (const [index, id] of ring.entries()) {
      const past = pasts[index]
      if (past !== undefined) found.set(id, past)
    }
    const next = pasts.flatMap(({ trail, containers }) => everStoodIn(trail, containers))
    ring = [...new Set(next)].filter((id) => !found.has(id))
  }
  return found
}

const directlyIn = async (
  { directory }: PastDeps,
  connection: ConnectionId,
  id: MemberId,
): Promise<readonly GroupId[]> => {
  const member = await directory.member(connection, id)
  return member === undefined ? [] : (await directory.groupsWith(connection, id)).map((group) => group.id)
}

const configurationThen = async ({ configurationAt }: PastDeps, at: Instant) => {
  const then = await configurationAt(at)
  switch (then.kind) {
    case 'found':
      return { configuration: then.configuration, told: { configurationSince: then.since } }
    case 'none':
      return {
        configuration: undefined,
        told: { noConfiguration: 'no configuration had been pushed by then' },
      }
    case 'unreadable':
      return {
        configuration: undefined,
        told: { noConfiguration: `version ${then.number} is not accepted any more: ${then.why}` },
      }
  }
}

/** How a member stood at a moment, from what is stored. However long their trails are, they are read whole. */
export const explainMemberPast = async (
  deps: PastDeps,
  request: PastRequest,
  seen: TrailSeen = () => undefined,
): Promise<MemberPast> => {
  const { connection, question, at } = request
  if (at > deps.clock.now())
    throw new ConnectorError('invalidValue', `${at} has not come yet; ask without --at for now`, {
      field: 'at',
    })
  const { id, ...named } = await memberNamed(deps, request)
  const [member, trail, ownedNow, directNow, { configuration, told }] = await Promise.all([
    deps.directory.memberOrTombstone(connection, id),
    readTrail(deps.audit, { kind: 'member', id, connection }, { seen }),
    deps.ownership.ownershipsOf(connection, id),
    directlyIn(deps, connection, id),
    configurationThen(deps, at),
  ])
  if (member === undefined && trail.length === 0 && ownedNow.length === 0)
    throw new ConnectorError(
      'notFound',
      `connection ${connection} has no member ${id}, and no trail of one`,
      {
        field: 'id',
      },
    )
  const login = usesLogins(configuration && connectionOf(configuration, connection))
    ? await deps.logins.login(connection, id)
    : undefined
  const groups = await groupsAround(deps, connection, everStoodIn(trail, directNow), seen)
  const begins = beginningOf(trail)
  const current = configuration ?? (await deps.configuration())
  return {
    ...explainPast({
      at,
      connection,
      id,
      member,
      trail,
      directNow,
      groups,
      configuration,
      configurationSince: told.configurationSince,
      login,
      ownedNow,
      traits: traitsIn(deps, current),
      patterns: deps.patterns,
      question,
    }),
    ...named,
    ...(begins === undefined ? {} : { trailBegins: begins }),
    ...told,
  }
}
