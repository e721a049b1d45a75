import type { Community, Configuration, Connection } from '../core/configuration.ts'
import { correctedBy, isPresent } from '../core/drift.ts'
import { isConnectorError } from '../core/errors.ts'
import type { CommunityId, Instant } from '../core/ids.ts'
import type { Drift, Person, Unmanaged } from '../core/plan.ts'
import type { DriftRecord } from '../core/ports/runs.ts'
import { sameName } from '../core/role-contents.ts'
import type { Hold, HoldReason } from '../core/verdict.ts'
import type { Provisioning } from './deps.ts'
import { inParallel } from './parallel.ts'

export type DriftEntry = Drift & {
  readonly since: Instant
  /** How often it was corrected within the last days. */
  readonly corrected: number
  /** Its correction waits for a person, or somebody said no to it. */
  readonly held?: { readonly reason: HoldReason; readonly state: Hold['state'] }
}
/** How what is not ours could become it. */
export type Adoption =
  | ({ readonly kind: 'account' | 'roles' } & Person)
  /** The configuration does not know the role yet. */
  | { readonly kind: 'draft' }
  | { readonly kind: 'none'; readonly why: 'service' | 'noAddress' | 'noMember' | 'severalMembers' }
export type UnmanagedEntry = Unmanaged & { readonly adoption: Adoption }
export type DriftReport = {
  readonly community: CommunityId
  /** Absent: nobody has looked at everybody there yet. */
  readonly lookedAt?: Instant
  /** The stored plan that lists what is unmanaged. */
  readonly plan?: number
  readonly drift: readonly DriftEntry[]
  readonly unmanaged: readonly UnmanagedEntry[]
}
type ReportDeps = Pick<Provisioning, 'drift' | 'runs' | 'safety' | 'ownership' | 'directory'>

const lanes = 8

const entryOf = (record: DriftRecord, hold: Hold | undefined): DriftEntry => {
  const held = hold?.held.find(({ change }) => correctedBy(record.drift, change))
  return {
    ...record.drift,
    since: record.since,
    corrected: record.corrections.length,
    ...(hold === undefined || held === undefined ? {} : { held: { reason: held.reason, state: hold.state } }),
  }
}

const speaksFor = ({ domains }: Connection, email: string): boolean =>
  domains.includes(email.slice(email.lastIndexOf('@') + 1))

const membersWith = async (
  { directory }: ReportDeps,
  connection: Connection,
  email: string,
): Promise<readonly Person[]> => {
  try {
    const found = await directory.findMembers(connection.id, { by: 'email', value: email })
    return found.map(({ id }) => ({ connection: connection.id, member: id }))
  } catch (error) {
    // More people than a look-up goes through: one command for this account could not be right.
    if (isConnectorError(error, 'tooMany')) return []
    throw error
  }
}

const ofAccount = async (
  deps: ReportDeps,
  { connections }: Configuration,
  unmanaged: Extract<Unmanaged, { readonly kind: 'account' }>,
): Promise<Adoption> => {
  const { email, service } = unmanaged
  if (service === true) return { kind: 'none', why: 'service' }
  if (email === undefined) return { kind: 'none', why: 'noAddress' }
  const speaking = connections.filter((one) => speaksFor(one, email))
  const people = (await Promise.all(speaking.map((one) => membersWith(deps, one, email)))).flat()
  const [only, ...more] = people
  if (only === undefined) return { kind: 'none', why: 'noMember' }
  return more.length > 0 ? { kind: 'none', why: 'severalMembers' } : { kind: 'account', ...only }
}

const ofGrant = async (
  deps: ReportDeps,
  { id, roles }: Community,
  unmanaged: Extract<Unmanaged, { readonly kind: 'grant' }>,
): Promise<Adoption> => {
  const owner = await deps.ownership.ownershipOfAccount(id, unmanaged.account)
  if (owner === undefined) return { kind: 'none', why: 'noMember' }
  if (!roles.some(({ name }) => sameName(name, unmanaged.roleName))) return { kind: 'draft' }
  return { kind: 'roles', connection: owner.connection, member: owner.member }
}

/** What differs in a community and since when, and what there is not ours: from stored facts, without asking the platform. */
export const reportDrift = async (
  deps: ReportDeps,
  configuration: Configuration,
  community: Community,
): Promise<DriftReport> => {
  const [records, sight, hold] = await Promise.all([
    deps.drift.drift(community.id),
    deps.drift.sight(community.id),
    deps.safety.hold(community.id),
  ])
  const number = sight?.plan?.number
  const stored = number === undefined ? undefined : await deps.runs.plan(community.id, number)
  const unmanaged = await inParallel(stored?.plan.unmanaged ?? [], lanes, async (one) => ({
    ...one,
    adoption:
      one.kind === 'account'
        ? await ofAccount(deps, configuration, one)
        : await ofGrant(deps, community, one),
  }))
  return {
    community: community.id,
    ...(sight === undefined ? {} : { lookedAt: sight.at }),
    ...(number === undefined ? {} : { plan: number }),
    drift: records.filter(isPresent).map((one) => entryOf(one, hold)),
    unmanaged,
  }
}
