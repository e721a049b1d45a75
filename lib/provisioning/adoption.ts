import { ConnectorError } from '../core/errors.ts'
import type { CommunityId, ConnectionId, MemberId, RoleId } from '../core/ids.ts'
import type { OwnedGrant, Ownership } from '../core/ownership.ts'
import { using } from '../core/ownership-after.ts'
import type { Person } from '../core/plan.ts'
import { planRoles } from '../core/plan-roles.ts'
import type { Account, PlatformRole } from '../core/snapshot.ts'
import { targetFor } from '../core/target.ts'
import {
  type AdoptionDeps,
  type AdoptionRequest,
  type Found,
  findAccount,
  ownerBefore,
} from './adoption-search.ts'
import { readStanding } from './standing.ts'
import { takeoverOf } from './trail.ts'

/** What would become ours. Nothing has been written. */
export type Adoption = {
  readonly community: CommunityId
  readonly connection: ConnectionId
  readonly member: MemberId
  readonly account: Account['id']
  readonly email: string
  readonly status: Account['status']
  /** It is theirs and ours already; only roles can be added. */
  readonly owned: boolean
  readonly administrator: boolean
  readonly protected: boolean
  /** It is ours already, for this member, who departed. */
  readonly from?: Person
  /** The identity provider says that they left: access will be taken. */
  readonly departed: boolean
  /** Of the configuration, held, and taken over. */
  readonly takes: readonly RoleId[]
  /** Of those, what no rule grants: it will be taken away. */
  readonly loses: readonly RoleId[]
  /** Held, and left as it is: names on the platform. */
  readonly leaves: readonly string[]
}
type Held = { readonly role: RoleId; readonly platformRole: PlatformRole['id'] }

/** Roles of the configuration that the account holds. Never the one that stands for having none. */
const heldRoles = async (deps: AdoptionDeps, found: Found): Promise<readonly Held[]> => {
  const { community, snapshot, account } = found
  const roleOwnership = await deps.ownership.roleOwnerships(community.id)
  const { states } = planRoles({
    community,
    traits: deps.platforms.traits(community),
    roleOwnership,
    snapshot,
  })
  return [...states].flatMap(([role, state]) =>
    state.kind === 'present' && account.roles.includes(state.role.id) && role !== community.fallbackRole
      ? [{ role, platformRole: state.role.id }]
      : [],
  )
}

type Prepared = { readonly adoption: Adoption; readonly found: Found; readonly grants: readonly OwnedGrant[] }

const prepare = async (deps: AdoptionDeps, request: AdoptionRequest): Promise<Prepared> => {
  const found = await findAccount(deps, request)
  const { community, member, account, snapshot, before, from } = found
  const standing = await readStanding(deps, await deps.configuration(), request.connection, member)
  const assignments = standing.assignments.get(community.id)
  const targeting = targetFor({ ...standing, assignments, ownership: before })
  const target = targeting.kind === 'target' ? targeting.target : undefined
  const wanted = new Map((target?.granted ?? []).map((one) => [one.role, one.because]))
  const held = request.roles ? await heldRoles(deps, found) : []
  const recorded = (from ?? before)?.grants ?? []
  const mine = new Set(recorded.map(({ role }) => role))
  const fresh = held.filter(({ role }) => !mine.has(role))
  const since = deps.clock.now()
  const ours = new Set([...fresh, ...recorded].map(({ platformRole }) => platformRole))
  const names = new Map(snapshot.roles.map(({ id, name }) => [id, name]))
  const power = new Set(snapshot.roles.filter(({ admin }) => admin).map(({ id }) => id))
  return {
    found,
    grants: fresh.map((one) => ({ ...one, because: wanted.get(one.role) ?? [], since })),
    adoption: {
      community: community.id,
      connection: request.connection,
      member,
      account: account.id,
      email: found.email,
      status: account.status,
      owned: before?.account === account.id,
      administrator: account.roles.some((role) => power.has(role)),
      protected: community.safety.protected.includes(found.email),
      ...(from === undefined ? {} : { from: { connection: from.connection, member: from.member } }),
      departed: target?.standing === 'departed',
      takes: fresh.map(({ role }) => role),
      loses: fresh.map(({ role }) => role).filter((role) => !wanted.has(role)),
      leaves: account.roles.filter((role) => !ours.has(role)).map((role) => names.get(role) ?? role),
    },
  }
}

const recordOf = ({ found, grants }: Prepared, now: Ownership['since']): Ownership => {
  const { request, member, account, email, before, from } = found
  const { invitation: _sent, ...kept } = from ??
    before ?? {
      community: request.community,
      since: now,
      grants: [],
    }
  const adopted = from === undefined && before?.account === undefined
  const record: Ownership = {
    ...kept,
    connection: request.connection,
    member,
    email,
    origin: adopted ? 'adopted' : ((from ?? before)?.origin ?? 'adopted'),
    // What was only announced and is not on the account did not happen.
    grants: [...kept.grants.filter((one) => account.roles.includes(one.platformRole)), ...grants],
    version: before?.version ?? 0,
    ...(from && { takenOver: { at: now, from: { connection: from.connection, member: from.member } } }),
  }
  return using(record, account.id)
}

/** The trail first: what is ours without a word about it would be worse than a word too many. */
const note = async (
  deps: AdoptionDeps,
  { adoption, found }: Prepared,
  next: Ownership,
  { by, reason }: { readonly by: string; readonly reason: string },
): Promise<void> => {
  const { community, connection, member, account, takes } = adoption
  const stamp = {
    at: deps.clock.now(),
    requestId: deps.ids.uuid(),
    actor: { kind: 'operator', label: by },
    connection,
  } as const
  const adopted = { kind: 'accountAdopted', community, member, account, roles: takes, reason } as const
  await deps.audit.append([
    ...(found.from === undefined ? [] : [{ ...stamp, event: { ...takeoverOf(found.from, next), reason } }]),
    ...(found.from === undefined || takes.length > 0 ? [{ ...stamp, event: adopted }] : []),
  ])
}

export type AdoptionDesk = {
  /** What would become ours; refused where nobody may decide that. */
  readonly show: (request: AdoptionRequest) => Promise<Adoption>
  /** Makes it so, on record, and has the member looked at. */
  readonly adopt: (
    request: AdoptionRequest & { readonly by: string; readonly reason: string },
  ) => Promise<Adoption>
}

/**
 * The explicit act by which a hand-made account becomes ours, administrators and protected ones included. Nothing is written on the platform: what
 * follows, rules and judge decide as ever.
 */
export const createAdoptionDesk = (deps: AdoptionDeps): AdoptionDesk => ({
  show: async (request) => (await prepare(deps, request)).adoption,
  adopt: async ({ by, reason, ...request }) => {
    const prepared = await prepare(deps, request)
    const { adoption, found } = prepared
    const { community, connection, member, takes } = adoption
    if (adoption.owned && takes.length === 0) return adoption
    const at = deps.clock.now()
    const next = recordOf(prepared, at)
    await note(deps, prepared, next, { by, reason })
    const saved =
      found.from === undefined
        ? await deps.ownership.saveOwnership(next)
        : await deps.ownership.transferOwnership(found.from, next)
    if (saved.kind === 'conflict') await ownerBefore(deps, await deps.configuration(), found)
    if (saved.kind !== 'saved')
      throw new ConnectorError('versionMismatch', 'the record changed meanwhile; look again and decide again')
    const subject = { kind: 'member', connection, member } as const
    const [added] = await deps.work.add([{ community, priority: 'change', subject, since: at }])
    await deps.wakeUps.wake(community, added?.token ?? deps.ids.ordered())
    return adoption
  },
})
