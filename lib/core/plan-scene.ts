import type { Target } from './assignment.ts'
import type { Community } from './configuration.ts'
import { type AccountId, type ConnectionId, fold, type Instant, type RoleId } from './ids.ts'
import { accountsOf, type Ownership } from './ownership.ts'
import type { Change, Drift, Problem, Subject } from './plan.ts'
import type { RolePlan } from './plan-roles.ts'
import type { RoleState } from './role-verdict.ts'
import type { Account, PlatformRole, PlatformTraits, Snapshot } from './snapshot.ts'

/** What one member contributes to a plan. */
export type Part = {
  readonly changes: readonly Change[]
  readonly problems: readonly Problem[]
  readonly drift: readonly Drift[]
}
export const part = (given: Partial<Part>): Part => ({ changes: [], problems: [], drift: [], ...given })
export const join = (parts: readonly Part[]): Part => ({
  changes: parts.flatMap(({ changes }) => changes),
  problems: parts.flatMap(({ problems }) => problems),
  drift: parts.flatMap(({ drift }) => drift),
})

/** Everything a member is planned against, indexed once. */
export type Scene = {
  readonly community: Community
  readonly traits: PlatformTraits
  readonly domains: ReadonlyMap<ConnectionId, readonly string[]>
  readonly snapshot: Snapshot
  readonly now: Instant
  readonly states: ReadonlyMap<RoleId, RoleState>
  readonly managed: RolePlan['managed']
  readonly accounts: ReadonlyMap<AccountId, Account>
  readonly roles: ReadonlyMap<string, PlatformRole>
  /** By folded e-mail, in id order. */
  readonly byEmail: ReadonlyMap<string, readonly Account[]>
  readonly owners: ReadonlyMap<AccountId, Ownership>
  /** Who of those who would be invited or adopted under an e-mail gets it. */
  readonly claims: ReadonlyMap<string, Target>
}

export type SceneInput = Pick<
  Scene,
  'community' | 'traits' | 'domains' | 'snapshot' | 'now' | 'states' | 'managed'
> & {
  readonly targets: readonly Target[]
  readonly ownership: readonly Ownership[]
}

export const personKey = (person: {
  readonly connection: ConnectionId
  readonly member: Target['member']
}): string => `${person.connection}\u0000${person.member}`

/** Code unit order: the same on every machine, whatever its locale. */
export const byText =
  <T>(text: (one: T) => string) =>
  (a: T, b: T): number => {
    const [left, right] = [text(a), text(b)]
    return left < right ? -1 : left > right ? 1 : 0
  }

const emailIndex = (accounts: readonly Account[]): ReadonlyMap<string, readonly Account[]> => {
  const index = new Map<string, Account[]>()
  for (const account of accounts.toSorted(byText(({ id }) => id))) {
    if (account.email === undefined) continue
    const email = fold(account.email)
    const sharing = index.get(email)
    if (sharing === undefined) index.set(email, [account])
    else sharing.push(account)
  }
  return index
}

/** The person is known by another address now, and on this platform another address is another account. */
export const hasMoved = (traits: PlatformTraits, target: Target, { email }: Account): boolean =>
  traits.emailIsIdentity === true && email !== undefined && fold(email) !== target.email

/**
 * Everybody who may be invited or adopted under an e-mail: no account of ours yet, or one that has not been accepted, or one that stands under
 * another address. Of several with one e-mail the one we already began with gets it, else the first by id.
 */
const claimIndex = (
  traits: PlatformTraits,
  targets: readonly Target[],
  ownership: ReadonlyMap<string, Ownership>,
  accounts: ReadonlyMap<AccountId, Account>,
): ReadonlyMap<string, Target> => {
  const joining = targets.filter((target) => {
    const account = ownership.get(personKey(target))?.account
    const present = account === undefined ? undefined : accounts.get(account)
    if (target.granted.length === 0) return false
    return present === undefined || present.status === 'pending' || hasMoved(traits, target, present)
  })
  const begun = (target: Target): string => (ownership.has(personKey(target)) ? '0' : '1')
  const ordered = joining.toSorted(byText((target) => `${begun(target)}${personKey(target)}`))
  return new Map(ordered.toReversed().map((target) => [target.email, target]))
}

export const setScene = (input: SceneInput): Scene => {
  const { snapshot, targets, ownership, ...given } = input
  const ownershipByPerson = new Map(ownership.map((one) => [personKey(one), one]))
  const accounts = new Map(snapshot.accounts.map((account) => [account.id, account]))
  return {
    ...given,
    snapshot,
    accounts,
    roles: new Map(snapshot.roles.map((role) => [role.id, role])),
    byEmail: emailIndex(snapshot.accounts),
    owners: new Map(ownership.flatMap((one) => accountsOf(one).map((account) => [account, one] as const))),
    claims: claimIndex(input.traits, targets, ownershipByPerson, accounts),
  }
}

export const subjectOf = (target: Target): Subject => ({
  connection: target.connection,
  member: target.member,
  email: target.email,
})

export const isAdmin = (scene: Scene, account: Account): boolean =>
  account.roles.some((role) => scene.roles.get(role)?.admin === true)
