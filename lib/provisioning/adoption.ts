import type { Community, Configuration } from '../core/configuration.ts'
import { ConnectorError, type ErrorCode } from '../core/errors.ts'
import { type CommunityId, type ConnectionId, fold, type MemberId, type RoleId } from '../core/ids.ts'
import { accountsOf, type OwnedGrant, type Ownership } from '../core/ownership.ts'
import { using } from '../core/ownership-after.ts'
import { planRoles } from '../core/plan-roles.ts'
import type { Account, PlatformRole, Snapshot } from '../core/snapshot.ts'
import { emailOf, targetFor } from '../core/target.ts'
import type { Provisioning } from './deps.ts'
import { type ExplainRequest, memberNamed } from './explain.ts'
import { readStanding } from './standing.ts'

export type AdoptionRequest = Pick<ExplainRequest, 'connection' | 'subject'> & {
  readonly community: CommunityId
  /** Take over the roles it holds that the configuration knows; they are kept or taken by the rules from then on. */
  readonly roles: boolean
}

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
  /** The identity provider says that they left: access will be taken. */
  readonly departed: boolean
  /** Of the configuration, held, and taken over. */
  readonly takes: readonly RoleId[]
  /** Of those, what no rule grants: it will be taken away. */
  readonly loses: readonly RoleId[]
  /** Held, and left as it is: names on the platform. */
  readonly leaves: readonly string[]
}
type AdoptionDeps = Pick<
  Provisioning,
  | 'clock'
  | 'ids'
  | 'directory'
  | 'ownership'
  | 'configuration'
  | 'platforms'
  | 'patterns'
  | 'audit'
  | 'work'
  | 'wakeUps'
>
type Found = {
  readonly request: AdoptionRequest
  readonly community: Community
  readonly member: MemberId
  readonly account: Account
  readonly email: string
  readonly before: Ownership | undefined
  readonly snapshot: Snapshot
}

const refused = (message: string, code: ErrorCode = 'invalidValue'): ConnectorError =>
  new ConnectorError(code, message, { field: 'user' })

const communityOf = ({ communities }: Configuration, id: CommunityId): Community => {
  const found = communities.find((one) => one.id === id)
  if (found === undefined) throw refused(`the configuration has no community ${id}`, 'notFound')
  return found
}

/** Design: even by hand, a connection speaks for its own domains only. */
const spokenFor = ({ connections }: Configuration, { connection }: AdoptionRequest, email: string): void => {
  const domains = connections.find(({ id }) => id === connection)?.domains ?? []
  if (domains.some((domain) => fold(domain) === email.slice(email.lastIndexOf('@') + 1))) return
  throw refused(
    `the address is in none of the domains of connection ${connection}; add the domain to the configuration if the connection speaks for it`,
    'forbidden',
  )
}

const accountFor = ({ accounts, complete }: Snapshot, email: string): Account => {
  if (!complete)
    throw refused('the platform could not list everybody; try again when it can', 'platformUnreadable')
  const [found, ...more] = accounts.filter((one) => one.email !== undefined && fold(one.email) === email)
  if (found === undefined)
    throw refused(
      'the community has no account under the member’s address; grant them a role, and one is made',
      'notFound',
    )
  if (more.length > 0)
    throw refused(`${more.length + 1} accounts have the member’s address; remove all but one on the platform`)
  if (found.service)
    throw refused(
      'it is a service account or a key; those are never adopted, for they are nobody’s',
      'forbidden',
    )
  return found
}

const unowned = async ({ ownership }: AdoptionDeps, found: Found): Promise<void> => {
  const { request, member, account, before } = found
  if (before !== undefined && before.account !== undefined && !accountsOf(before).includes(account.id))
    throw refused('the member owns another account of the community; remove one of the two', 'uniqueness')
  const owner = await ownership.ownershipOfAccount(request.community, account.id)
  if (owner === undefined || (owner.connection === request.connection && owner.member === member)) return
  throw refused(
    `the account belongs to member ${owner.member} of connection ${owner.connection}; it cannot be two people’s`,
    'uniqueness',
  )
}

const find = async (deps: AdoptionDeps, request: AdoptionRequest): Promise<Found> => {
  const configuration = await deps.configuration()
  const community = communityOf(configuration, request.community)
  const { id } = await memberNamed(deps, request)
  const member = await deps.directory.memberOrTombstone(request.connection, id)
  if (member === undefined) throw refused(`connection ${request.connection} has no member ${id}`, 'notFound')
  const email = emailOf(member)
  if (email === undefined)
    throw refused('the member has no e-mail address, so there is no account to be found by it')
  spokenFor(configuration, request, email)
  const snapshot = await (await deps.platforms.open(community)).snapshot()
  const account = accountFor(snapshot, email)
  const before = await deps.ownership.ownership(community.id, request.connection, id)
  const found = { request, community, member: id, account, email, before, snapshot }
  await unowned(deps, found)
  return found
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
  const found = await find(deps, request)
  const { community, member, account, snapshot, before } = found
  const standing = await readStanding(deps, await deps.configuration(), request.connection, member)
  const assignments = standing.assignments.get(community.id)
  const targeting = targetFor({ ...standing, assignments, ownership: before })
  const target = targeting.kind === 'target' ? targeting.target : undefined
  const wanted = new Map((target?.granted ?? []).map((one) => [one.role, one.because]))
  const held = request.roles ? await heldRoles(deps, found) : []
  const mine = new Set((before?.grants ?? []).map(({ role }) => role))
  const fresh = held.filter(({ role }) => !mine.has(role))
  const since = deps.clock.now()
  const ours = new Set([...fresh, ...(before?.grants ?? [])].map(({ platformRole }) => platformRole))
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
      departed: target?.standing === 'departed',
      takes: fresh.map(({ role }) => role),
      loses: fresh.map(({ role }) => role).filter((role) => !wanted.has(role)),
      leaves: account.roles.filter((role) => !ours.has(role)).map((role) => names.get(role) ?? role),
    },
  }
}

const recordOf = ({ found, grants }: Prepared, now: Ownership['since']): Ownership => {
  const { request, member, account, email, before } = found
  const { invitation: _sent, ...kept } = before ?? {
    community: request.community,
    connection: request.connection,
    member,
    since: now,
    grants: [],
    version: 0,
  }
  const adopted = before?.account === undefined
  const record: Ownership = {
    ...kept,
    email,
    origin: adopted ? 'adopted' : before.origin,
    // What was only announced and is not on the account did not happen.
    grants: [...kept.grants.filter((one) => account.roles.includes(one.platformRole)), ...grants],
  }
  return using(record, account.id)
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
    const { community, connection, member, account, takes } = adoption
    if (adoption.owned && takes.length === 0) return adoption
    const at = deps.clock.now()
    // The trail first: what is ours without a word about it would be worse than a word too many.
    await deps.audit.append([
      {
        at,
        requestId: deps.ids.uuid(),
        actor: { kind: 'operator', label: by },
        connection,
        event: { kind: 'accountAdopted', community, member, account, roles: takes, reason },
      },
    ])
    const saved = await deps.ownership.saveOwnership(recordOf(prepared, at))
    if (saved.kind === 'conflict') await unowned(deps, found)
    if (saved.kind !== 'saved')
      throw new ConnectorError('versionMismatch', 'the record changed meanwhile; look again and decide again')
    const subject = { kind: 'member', connection, member } as const
    const [added] = await deps.work.add([{ community, priority: 'change', subject, since: at }])
    await deps.wakeUps.wake(community, added?.token ?? deps.ids.ordered())
    return adoption
  },
})
