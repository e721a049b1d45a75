import type { Target } from '../core/assignment.ts'
import { describeHoldReason, describeProblem } from '../core/describe.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { AccountId, CommunityId, Instant } from '../core/ids.ts'
import type { Ownership } from '../core/ownership.ts'
import type { Change, Problem } from '../core/plan.ts'
import { personKey } from '../core/plan-scene.ts'
import type { Account, Snapshot } from '../core/snapshot.ts'
import type { HeldChange, Verdict } from '../core/verdict.ts'
import type { Outcome } from '../core/work.ts'
import type { Failure } from './apply.ts'

import type { Person } from './state.ts'

/** Everything one look at some members came to. */
export type Findings = {
  readonly community: CommunityId
  readonly at: Instant
  readonly targets: readonly Target[]
  readonly problems: readonly Problem[]
  readonly verdict: Verdict
  readonly failed: readonly Failure[]
  /** Not tried, because what they need failed. */
  readonly skipped: readonly Change[]
  /** Where somebody can still get in, below this community, by the person. */
  readonly remains: ReadonlyMap<string, readonly string[]>
  /** After the changes. */
  readonly snapshot: Snapshot | undefined
  readonly ownership: readonly Ownership[]
}

type Finding = Pick<Outcome, 'state' | 'detail' | 'remains'>

type Index = {
  readonly targets: ReadonlyMap<string, Target>
  readonly owned: ReadonlyMap<string, Ownership>
  readonly accounts: ReadonlyMap<AccountId, Account>
  readonly failed: ReadonlyMap<string, Failure>
  readonly skipped: ReadonlySet<string>
  readonly held: ReadonlyMap<string, HeldChange>
  /** Whose changes wait with what is held. */
  readonly waiting: ReadonlySet<string>
  readonly withheld: ReadonlySet<string>
  readonly problems: ReadonlyMap<string, Problem>
  readonly roleProblems: ReadonlyMap<string, Problem>
  readonly unfit: Problem | undefined
}

const keyOf = (change: Change): string => ('subject' in change ? personKey(change.subject) : '')

const problemKey = (problem: Problem): string | undefined => {
  if ('subject' in problem) return personKey(problem.subject)
  return problem.kind === 'noEmail' ? personKey(problem) : undefined
}

/** The first of each key, in the order of the plan. */
const firstBy = <Item>(
  items: readonly Item[],
  key: (item: Item) => string | undefined,
): ReadonlyMap<string, Item> => {
  const index = new Map<string, Item>()
  for (const item of items) {
    const at = key(item)
    if (at !== undefined && !index.has(at)) index.set(at, item)
  }
  return index
}

const waitingIn = ({ withheld, untilDecided = [] }: Verdict): ReadonlySet<string> => {
  const ids = new Set(untilDecided)
  return new Set(withheld.filter(({ id }) => ids.has(id)).map(keyOf))
}

const indexed = (findings: Findings): Index => ({
  targets: firstBy(findings.targets, personKey),
  owned: firstBy(findings.ownership, personKey),
  accounts: new Map((findings.snapshot?.accounts ?? []).map((account) => [account.id, account])),
  failed: firstBy(findings.failed, ({ change }) => keyOf(change)),
  skipped: new Set(findings.skipped.map(keyOf)),
  held: firstBy(findings.verdict.held, ({ change }) => keyOf(change)),
  waiting: waitingIn(findings.verdict),
  withheld: new Set(findings.verdict.withheld.map(keyOf)),
  problems: firstBy(findings.problems, problemKey),
  roleProblems: firstBy(findings.problems, (one) =>
    'role' in one && !('subject' in one) ? one.role : undefined,
  ),
  unfit: findings.problems.find(({ kind }) => kind === 'fallbackRoleUnfit'),
})

/** Nobody can be suspended, and this account would have to be. */
const stuck = (index: Index, owned: Ownership | undefined): Problem | undefined =>
  owned?.account !== undefined && index.accounts.get(owned.account)?.status === 'enabled'
    ? index.unfit
    : undefined

const standing = (index: Index, key: string): Finding => {
  const target = index.targets.get(key)
  const owned = index.owned.get(key)
  const unfit = stuck(index, owned)
  if ((target === undefined || target.granted.length === 0) && unfit !== undefined)
    return { state: 'failed', detail: describeProblem(unfit) }
  if (target === undefined || target.granted.length === 0)
    return owned?.suspended === undefined
      ? { state: 'none', detail: 'no access' }
      : { state: 'none', detail: `the account is suspended (${owned.suspended.reason})` }
  const account = owned?.account === undefined ? undefined : index.accounts.get(owned.account)
  return account?.status === 'pending'
    ? { state: 'pending', detail: 'invited; the person has not accepted yet' }
    : { state: 'assigned', detail: `${target.granted.length} role(s) in place` }
}

/** For a person: the code alone is for whoever looks it up. */
const failures: Readonly<Partial<Record<ErrorCode, string>>> = {
  platformRefused: 'the platform refused it',
  platformForbidden: 'the platform does not let our key do it',
  platformUnauthorized: 'the platform does not accept our key',
  platformNotFound: 'the platform knows it no longer',
  platformDisagrees: 'the platform took it and does not show it',
  platformUncertain: 'the platform did not say whether it was done',
  platformUnavailable: 'the platform did not answer',
  platformThrottled: 'the platform takes no more calls at the moment',
}
const failureText = (code: ErrorCode): string => `${failures[code] ?? 'it failed'} (${code})`

const findingOf = (index: Index, key: string): Finding => {
  const failure = index.failed.get(key)
  if (failure !== undefined)
    return { state: 'failed', detail: `${failureText(failure.error.code)}; tried again later` }
  if (index.skipped.has(key))
    return { state: 'failed', detail: 'what the change needs failed before it; tried again later' }
  const held = index.held.get(key)
  if (held !== undefined) return { state: 'held', detail: describeHoldReason(held.reason) }
  if (index.waiting.has(key))
    return {
      state: 'pending',
      detail: 'waits until somebody has decided about what is held in the community',
    }
  if (index.withheld.has(key))
    return { state: 'pending', detail: 'the mode of the community withholds the change; it is only shown' }
  const granted = index.targets.get(key)?.granted ?? []
  const roleProblem = granted.map(({ role }) => index.roleProblems.get(role)).find((one) => one !== undefined)
  const problem = index.problems.get(key) ?? roleProblem
  return problem === undefined ? standing(index, key) : { state: 'failed', detail: describeProblem(problem) }
}

/**
 * Nobody looks below again once the access here is gone: what was found when it was taken stands until the person is wanted again.
 */
const withRemains = (
  finding: Finding,
  found: readonly string[] | undefined,
  before: Outcome | undefined,
): Finding => {
  const remains = found ?? before?.remains
  if (finding.state !== 'none' || remains === undefined || remains.length === 0) return finding
  const detail = `${finding.detail}; access remains below, in ${remains.join(', ')}: take it there`
  return { state: 'failed', detail, remains }
}

/** Where each member stands after a look. Says nothing about people, only about roles, rules and remedies. */
export const outcomesIn = (
  findings: Findings,
): ((person: Person, before: Outcome | undefined) => Outcome) => {
  const index = indexed(findings)
  const { community, at, remains } = findings
  return ({ connection, member }, before) => {
    const key = personKey({ connection, member })
    const finding = withRemains(findingOf(index, key), remains.get(key), before)
    return { community, connection, member, at, ...finding }
  }
}
