import type { Community } from './configuration.ts'
import { type AccountId, fold, type Instant, type RoleId } from './ids.ts'
import { type Admins, adminsIn, shortOf } from './judge-admins.ts'
import type { Change, ChangeId, Plan } from './plan.ts'
import { type PolicyResult, policies } from './policy.ts'
import { allowance, removalKind, takesAway } from './removals.ts'
import type { Snapshot } from './snapshot.ts'
import type {
  Approval,
  HeldChange,
  Hold,
  HoldReason,
  RemovalHistory,
  RemovalKind,
  Verdict,
} from './verdict.ts'

export type JudgeInput = {
  readonly plan: Plan
  readonly community: Community
  readonly history: RemovalHistory
  readonly hold?: Hold | undefined
  readonly approvals: readonly Approval[]
  readonly snapshot: Snapshot
  /** Owned accounts of the community. */
  readonly owned: number
  /** Targets with at least one granted role; read in a plan for the whole community only. */
  readonly desired: number
  readonly now: Instant
}

type Budget = {
  readonly limit: number
  readonly counted: ReadonlySet<ChangeId>
  readonly wanted: number
  used: number
}
type Bench = {
  readonly input: JudgeInput
  readonly approved: ReadonlySet<ChangeId>
  readonly waiting: ReadonlyMap<ChangeId, HeldChange>
  readonly protectedAccounts: ReadonlySet<AccountId>
  readonly protectedEmails: ReadonlySet<string>
  readonly admins: Admins
  readonly budgets: Readonly<Record<RemovalKind, Budget>>
}
type Test = (bench: Bench, change: Change) => HoldReason | undefined

const consents = ({ approvals, now }: JudgeInput): ReadonlySet<ChangeId> =>
  new Set(approvals.filter(({ expiresAt }) => expiresAt > now).flatMap(({ changes }) => changes))

const setBench = (input: JudgeInput, changes: readonly Change[]): Bench => {
  const { safety } = input.community
  const protectedEmails = new Set(safety.protected.map(fold))
  const approved = consents(input)
  const budget = (kind: RemovalKind): Budget => {
    const given = allowance(safety, input.history, kind)
    const counts = (change: Change) =>
      removalKind(change) === kind && !given.counted.has(change.id) && !approved.has(change.id)
    return { ...given, wanted: changes.filter(counts).length }
  }
  return {
    input,
    approved,
    waiting: new Map((input.hold?.held ?? []).map((one) => [one.change.id, one])),
    protectedEmails,
    protectedAccounts: new Set(
      input.snapshot.accounts
        .filter(({ email }) => email !== undefined && protectedEmails.has(fold(email)))
        .map(({ id }) => id),
    ),
    admins: adminsIn(input.snapshot),
    budgets: { departure: budget('departure'), revocation: budget('revocation') },
  }
}

/** A wave of removals stays suspicious when the budget has room again; every other cause is judged anew and may have gone. */
const staysHeld: readonly HoldReason['kind'][] = ['budget', 'emptyDesired', 'awaitingApproval', 'rejected']

const heldBefore: Test = ({ waiting, input }, { id }) => {
  const before = waiting.get(id)
  if (before === undefined) return undefined
  if (input.hold?.state === 'rejected') return { kind: 'rejected' }
  return staysHeld.includes(before.reason.kind) ? { kind: 'awaitingApproval' } : undefined
}

const touchesProtected: Test = ({ protectedAccounts, protectedEmails }, change) => {
  if (!('subject' in change) || change.kind === 'forget' || change.kind === 'adopt') return undefined
  const { account, email } = change.subject
  const others = change.kind === 'invite' ? [change.replaces, change.follows] : []
  const touched = [account, ...others].some((id) => id !== undefined && protectedAccounts.has(id))
  return touched || protectedEmails.has(fold(email)) ? { kind: 'protected' } : undefined
}

const fromPartialList: Test = ({ input }, change) =>
  !input.snapshot.complete && takesAway(change) ? { kind: 'incompleteSnapshot' } : undefined

const empties: Test = ({ input }, change) => {
  const { plan, desired, owned } = input
  const empty = plan.scope === 'community' && desired === 0 && owned > 0
  return empty && takesAway(change) ? { kind: 'emptyDesired', owned } : undefined
}

const takesLastAdmin: Test = ({ admins, input }, change) => {
  const minimum = input.community.safety.minimumAdmins
  const remaining = shortOf(admins, minimum, change)
  return remaining === undefined ? undefined : { kind: 'minimumAdmins', minimum, remaining, accounts: [] }
}

const widens: Test = (_, change) =>
  change.kind === 'repairRole' && change.widens.length > 0 && change.holders > 0
    ? { kind: 'roleWidened', gains: change.widens, holders: change.holders }
    : undefined

/** Only a person can say whether a role the configuration no longer knows was dropped on purpose. */
const loses = (change: Change): readonly RoleId[] => {
  if (change.kind === 'revoke') return change.dropped === true ? [change.role] : []
  return change.kind === 'suspend' || change.kind === 'remove' ? (change.dropped ?? []) : []
}
const dropsRole: Test = (_, change) => {
  const roles = loses(change)
  return roles.length > 0 ? { kind: 'roleDropped', roles } : undefined
}

const overBudget: Test = ({ budgets }, change) => {
  const removal = removalKind(change)
  if (removal === undefined) return undefined
  const { limit, used, wanted, counted } = budgets[removal]
  if (counted.has(change.id) || used < limit) return undefined
  return { kind: 'budget', removal, limit, used, wanted }
}

const tests: readonly Test[] = [
  heldBefore,
  touchesProtected,
  fromPartialList,
  empties,
  takesLastAdmin,
  widens,
  dropsRole,
  overBudget,
]

const findReason = (bench: Bench, change: Change): HoldReason | undefined => {
  if (bench.approved.has(change.id)) return undefined
  for (const test of tests) {
    const reason = test(bench, change)
    if (reason !== undefined) return reason
  }
  return undefined
}

const spend = (bench: Bench, change: Change): void => {
  bench.admins.take(change)
  const removal = removalKind(change)
  if (removal === undefined || bench.approved.has(change.id)) return
  const budget = bench.budgets[removal]
  if (!budget.counted.has(change.id)) budget.used += 1
}

/** What the mode lets through. Where it keeps an old role, the one that replaces it is not given: the platform would take the old one away. */
const letThrough = ({ plan, community }: Pick<JudgeInput, 'plan' | 'community'>): PolicyResult => {
  const { allowed, withheld } = policies[community.mode](plan)
  const keeping = new Set(
    withheld.flatMap((change) =>
      change.kind === 'revoke' && change.replaced ? [change.subject.account] : [],
    ),
  )
  const passing = new Set(
    allowed.filter((change) => change.kind !== 'grant' || !keeping.has(change.subject.account)),
  )
  return { allowed: [...passing], withheld: plan.changes.filter((change) => !passing.has(change)) }
}

/**
 * Which changes are safe. In plan order, so that every beginning of what is allowed is safe too. Held changes spend nothing; what a person
 * approved passes and spends nothing. Where an old role had to go first and may not, the new one waits with it.
 */
export const judge = (input: JudgeInput): Verdict => {
  const { allowed: candidates, withheld } = letThrough(input)
  const bench = setBench(input, candidates)
  const allowed: Change[] = []
  const held: HeldChange[] = []
  const stuck = new Map<AccountId, HoldReason>()
  for (const change of candidates) {
    const follows = change.kind === 'grant' ? stuck.get(change.subject.account) : undefined
    const reason = findReason(bench, change) ?? follows
    if (reason === undefined) {
      spend(bench, change)
      allowed.push(change)
      continue
    }
    held.push({ change, reason })
    if (change.kind === 'revoke' && change.replaced) stuck.set(change.subject.account, reason)
  }
  return { allowed, held, withheld }
}

/**
 * Whether a targeted plan touches what only a full look can judge: the administrators' minimum, a budget that runs out (perhaps the whole
 * directory was emptied), an account that vanished. The caller then plans for the whole community instead.
 */
export const needsWholeCommunity = (input: Omit<JudgeInput, 'owned' | 'desired'>): boolean => {
  const { plan, snapshot } = input
  if (plan.scope === 'community') return false
  const { allowed: candidates } = letThrough(input)
  const bench = setBench({ ...input, owned: 0, desired: 0 }, candidates)
  const fresh = candidates.filter(
    (change) => !bench.approved.has(change.id) && heldBefore(bench, change) === undefined,
  )
  const losesAdmin =
    snapshot.scope !== 'community' &&
    fresh.some((change) => bench.admins.leftBy(change) < bench.admins.count())
  const vanished = snapshot.scope !== 'community' && plan.drift.some(({ kind }) => kind === 'accountGone')
  // What is held already was weighed with everybody in view when it was.
  const overspent = (['departure', 'revocation'] as const).some((kind) => {
    const { used, limit, counted } = bench.budgets[kind]
    const wanted = fresh.filter((change) => removalKind(change) === kind && !counted.has(change.id)).length
    return wanted > 0 && used + wanted > limit
  })
  return losesAdmin || vanished || overspent
}
