import type { Community, Configuration } from '../core/configuration.ts'
import { ConnectorError, type ErrorCode } from '../core/errors.ts'
import { type CommunityId, fold, type MemberId } from '../core/ids.ts'
import { accountsOf, type Ownership } from '../core/ownership.ts'
import type { Account, Snapshot } from '../core/snapshot.ts'
import { departed } from '../core/standing.ts'
import { emailOf } from '../core/target.ts'
import type { Provisioning } from './deps.ts'
import { type ExplainRequest, memberNamed } from './explain.ts'
import { readStanding } from './standing.ts'

export type AdoptionRequest = Pick<ExplainRequest, 'connection' | 'subject'> & {
  readonly community: CommunityId
  /** Take over the roles it holds that the configuration knows; they are kept or taken by the rules from then on. */
  readonly roles: boolean
}

export type AdoptionDeps = Pick<
  Provisioning,
  | 'clock'
  | 'ids'
  | 'directory'
  | 'logins'
  | 'ownership'
  | 'configuration'
  | 'platforms'
  | 'patterns'
  | 'audit'
  | 'work'
  | 'wakeUps'
>
export type Found = {
  readonly request: AdoptionRequest
  readonly community: Community
  readonly member: MemberId
  readonly account: Account
  readonly email: string
  readonly before: Ownership | undefined
  /** Whoever departed and still has the record of it. */
  readonly from: Ownership | undefined
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

type Owned = Omit<Found, 'from'>

/** Whose it is now: nobody's, theirs, or somebody's who departed. Two people's it cannot be. */
export const ownerBefore = async (
  deps: AdoptionDeps,
  configuration: Configuration,
  { request, member, account, before }: Owned,
): Promise<Ownership | undefined> => {
  if (before !== undefined && before.account !== undefined && !accountsOf(before).includes(account.id))
    throw refused('the member owns another account of the community; remove one of the two', 'uniqueness')
  const owner = await deps.ownership.ownershipOfAccount(request.community, account.id)
  if (owner === undefined || (owner.connection === request.connection && owner.member === member))
    return undefined
  const standing = await readStanding(deps, configuration, owner.connection, owner.member)
  if (departed(standing.member) && owner.account === account.id) return owner
  throw refused(
    `the account belongs to member ${owner.member} of connection ${owner.connection}; it cannot be two people’s`,
    'uniqueness',
  )
}

export const findAccount = async (deps: AdoptionDeps, request: AdoptionRequest): Promise<Found> => {
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
  return { ...found, from: await ownerBefore(deps, configuration, found) }
}
