import type { Community } from './configuration.ts'
import { type Flapping, flapOf } from './flapping.ts'
import { type AccountId, fold, type Instant } from './ids.ts'
import { type Admins, adminsIn, endangersAdmins } from './judge-admins.ts'
import { createKeptRoles, unreplacedIn } from './judge-kept.ts'
import { dropsRole, widens } from './judge-roles.ts'
import { meanwhile, waitsForDecision } from './judge-waiting.ts'
import type { Change, ChangeId, Person, Plan } from './plan.ts'
import { letThrough } from './policy.ts'
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
  /** Grants that were corrected too often. */
  readonly flapping?: Flapping
  /** Whom a targeted plan speaks for. */
  readonly lookedAt?: readonly Person[]
  /** Of whom a whole plan says nothing. */
  readonly untold?: readonly Person[]
  readonly now: Instant
}

type Budget = {
  readonly limit: number
  readonly counted: ReadonlySet<ChangeId>
  readonly wanted: number
  /** Before this plan. */
  readonly before: number
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
  readonly kindOf: (change: Change) => RemovalKind | undefined
}
type Test = (bench: Bench, change: Change) => HoldReason | undefined

const consents = ({ approvals, now }: JudgeInput): ReadonlySet<ChangeId> =>
  new Set(approvals.filter(({ expiresAt }) => expiresAt > now).flatMap(({ changes }) => changes))

const setBench = (
  input: JudgeInput,
  changes: readonly Change[],
  unreplaced: ReadonlySet<ChangeId> = new Set(),
): Bench => {
  const { safety } = input.community
  const protectedEmails = new Set(safety.protected.map(fold))
  const approved = consents(input)
  const kindOf = (change: Change) =>
    unreplaced.has(change.id) ? ('revocation' as const) : removalKind(change)
  const budget = (kind: RemovalKind): Budget => {
    const given = allowance(safety, input.history, kind)
    const counts = (change: Change) =>
      kindOf(change) === kind && !given.counted.has(change.id) && !approved.has(change.id)
    return { ...given, before: given.used, wanted: changes.filter(counts).length }
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
    admins: adminsIn(input.snapshot, safety.requiredAdmins),
    budgets: { departure: budget('departure'), revocation: budget('revocation') },
    kindOf,
  }
}

/** A wave of removals stays suspicious when the budget has room again, and who sets a role over and over may do so more slowly; every other cause is judged anew. */
const staysHeld: readonly HoldReason['kind'][] = [
  'budget',
  'emptyDesired',
  'flapping',
  'awaitingApproval',
  'rejected',
]

const heldBefore: Test = ({ waiting, input }, { id }) => {
  const before = waiting.get(id)
  if (before === undefined) return undefined
  if (input.hold?.state === 'rejected') return { kind: 'rejected' }
  if (before.untilDecided !== true && !staysHeld.includes(before.reason.kind)) return undefined
  return before.reason.kind === 'awaitingApproval'
    ? before.reason
    : { kind: 'awaitingApproval', first: before.reason }
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

const takesAdmin: Test = ({ admins, input }, change) =>
  endangersAdmins(admins, input.community.safety.minimumAdmins, change)

/** What gives is stopped; taking access away never is. */
const flaps: Test = ({ input }, change) => {
  const flap = flapOf(input.flapping, change)
  return flap === undefined ? undefined : { kind: 'flapping', ...flap }
}

const overBudget: Test = ({ budgets, kindOf }, change) => {
  const removal = kindOf(change)
  if (removal === undefined) return undefined
  const { limit, before, used, wanted, counted } = budgets[removal]
  if (counted.has(change.id) || used < limit) return undefined
  return { kind: 'budget', removal, limit, used: before, wanted }
}

const tests: readonly Test[] = [
  heldBefore,
  touchesProtected,
  fromPartialList,
  empties,
  takesAdmin,
  (_, change) => widens(change),
  flaps,
  (_, change) => dropsRole(change),
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
  const removal = bench.kindOf(change)
  if (removal === undefined || bench.approved.has(change.id)) return
  const budget = bench.budgets[removal]
  if (!budget.counted.has(change.id)) budget.used += 1
}

/** In plan order, so that every beginning of what is allowed is safe too. Held changes spend nothing; what a person approved passes and spends nothing. */
const weighOnce = (bench: Bench, candidates: readonly Change[]): Pick<Verdict, 'allowed' | 'held'> => {
  const allowed: Change[] = []
  const held: HeldChange[] = []
  const kept = createKeptRoles<HoldReason>()
  for (const change of candidates) {
    const reason = findReason(bench, change) ?? kept.stops(change)
    if (reason === undefined) {
      spend(bench, change)
      allowed.push(change)
      continue
    }
    held.push({ change, reason })
    kept.keep(change, reason)
  }
  return { allowed, held }
}

const weigh = (input: JudgeInput, candidates: readonly Change[]): Pick<Verdict, 'allowed' | 'held'> => {
  const first = weighOnce(setBench(input, candidates), candidates)
  const unreplaced = unreplacedIn(first)
  return unreplaced.size === 0 ? first : weighOnce(setBench(input, candidates, unreplaced), candidates)
}

/** Weighed once more without the others, among whom a successor may have been. */
const whileWaiting = (input: JudgeInput, { allowed, held }: Verdict): Verdict => {
  const few = meanwhile(input.community, consents(input), allowed)
  const going = new Set(weigh(input, few).allowed)
  const stopped = allowed.filter((change) => !going.has(change))
  const staying = new Set([...going, ...held.map(({ change }) => change)])
  return {
    allowed: [...going],
    held,
    withheld: input.plan.changes.filter((change) => !staying.has(change)),
    ...(stopped.length === 0 ? {} : { untilDecided: stopped.map(({ id }) => id) }),
  }
}

/**
 * Which changes are safe. Where an old role had to go first and may not, the new one waits with it; while something waits for a person, what the
 * community wants to wait with it does.
 */
export const judge = (input: JudgeInput): Verdict => {
  const { allowed: candidates, withheld } = letThrough(input)
  const verdict: Verdict = { ...weigh(input, candidates), withheld }
  return waitsForDecision(input, verdict.held) ? whileWaiting(input, verdict) : verdict
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
