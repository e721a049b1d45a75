import type { Target } from './assignment.ts'
import type { Community } from './configuration.ts'
import { type AccountId, type ConnectionId, fold, type Instant, type RoleId } from './ids.ts'
import { accountsOf } from './ownership.ts'
import type { Change, Drift, Person, Problem, Subject } from './plan.ts'
import type { RolePlan } from './plan-roles.ts'
import type { Owner, Row } from './plan-rows.ts'
import type { RoleState } from './role-verdict.ts'
import type { Account, PlatformRole, PlatformTraits, SnapshotFacts } from './snapshot.ts'

/** What one member contributes to a plan. */
export type Part = {
  readonly changes: readonly Change[]
  readonly problems: readonly Problem[]
  readonly drift: readonly Drift[]
}
const none: readonly never[] = []
export const part = ({ changes = none, problems = none, drift = none }: Partial<Part>): Part => ({
  changes,
  problems,
  drift,
})
export const isEmpty = ({ changes, problems, drift }: Part): boolean =>
  changes.length + problems.length + drift.length === 0

/** Of most people there is nothing to say. */
export const join = (given: readonly Part[]): Part => {
  const parts = given.filter((one) => !isEmpty(one))
  const [first, second] = parts
  if (second === undefined) return first ?? part({})
  return {
    changes: parts.flatMap(({ changes }) => changes),
    problems: parts.flatMap(({ problems }) => problems),
    drift: parts.flatMap(({ drift }) => drift),
  }
}

type Lookup<Key, Value> = { readonly get: (key: Key) => Value | undefined }

/** What is the same for everybody. */
export type Stage = {
  readonly community: Community
  readonly traits: PlatformTraits
  readonly domains: ReadonlyMap<ConnectionId, readonly string[]>
  readonly snapshot: SnapshotFacts
  readonly now: Instant
  readonly states: ReadonlyMap<RoleId, RoleState>
  readonly managed: RolePlan['managed']
  readonly roles: ReadonlyMap<string, PlatformRole>
}

/** `free`: without an account, nor one begun under another address. */
export type Claimant = Person & { readonly free: boolean }

/** What a member is planned against. Accounts are those that concern the member, by record or by address, and no others. */
export type Scene = Stage & {
  readonly accounts: Lookup<AccountId, Account>
  /** By folded e-mail, in id order. */
  readonly byEmail: Lookup<string, readonly Account[]>
  readonly owners: Lookup<AccountId, Owner>
  /** Who of those who would be invited or adopted under an e-mail gets it. Only known when everybody was seen. */
  readonly claims: Lookup<string, Claimant>
}

export const sceneOf = (stage: Stage, row: Row, claims: Scene['claims']): Scene => {
  const { ownership, accounts, target } = row
  const seen = (id: AccountId) => accounts.find(({ account }) => account.id === id)
  const standing = target?.standing
  const self = ownership && { ownership, ...(standing === undefined ? {} : { standing }) }
  const ours = ownership === undefined ? [] : accountsOf(ownership)
  return {
    ...stage,
    accounts: { get: (id) => seen(id)?.account },
    byEmail: {
      get: (email) =>
        accounts.flatMap(({ account }) =>
          account.email !== undefined && fold(account.email) === email ? [account] : [],
        ),
    },
    owners: { get: (id) => (ours.includes(id) ? self : seen(id)?.owner) },
    claims,
  }
}

export const personKey = (person: Person): string => `${person.connection}\u0000${person.member}`

/** The person is known by another address now, and on this platform another address is another account. */
export const hasMoved = (traits: PlatformTraits, target: Target, { email }: Account): boolean =>
  traits.emailIsIdentity === true && email !== undefined && fold(email) !== target.email

export const subjectOf = (target: Target): Subject => ({
  connection: target.connection,
  member: target.member,
  email: target.email,
})

export const isAdmin = ({ roles }: Pick<Stage, 'roles'>, account: Account): boolean =>
  account.roles.some((role) => roles.get(role)?.admin === true)
