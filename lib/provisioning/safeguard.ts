import { ConnectorError } from '../core/errors.ts'
import { unreplacedIn } from '../core/judge-kept.ts'
import type { Change } from '../core/plan.ts'
import { removalKind } from '../core/removals.ts'
import type { HeldChange, Hold, HoldReason } from '../core/verdict.ts'
import { type AssessDeps, type AssessInput, type Assessment, assess, untoldIn } from './assess.ts'
import type { Provisioning } from './deps.ts'
import { recordCorrections, recordDrift, storePlan, tellFlapping } from './drift.ts'
import { nextHold } from './holding.ts'
import { wholeLook } from './reconcile.ts'
import type { Person } from './state.ts'

export type SafeguardDeps = AssessDeps &
  Pick<Provisioning, 'runs' | 'events' | 'audit' | 'log' | 'work' | 'configuration'>

/** A person decided about the hold while we judged: judge again with what they decided. */
const tries = 3

export type RaiseDeps = Pick<Provisioning, 'clock' | 'ids' | 'events' | 'audit'>

/** Alarm and trail of a hold. */
export const raise = async (deps: Omit<RaiseDeps, 'ids'>, hold: Hold, runId: string): Promise<void> => {
  const reasons = [...new Set(hold.held.map(({ reason }): HoldReason['kind'] => reason.kind))].sort()
  const at = deps.clock.now()
  const { community, digest } = hold
  const changes = hold.held.length
  await deps.events.emit({ type: 'plan.held', community, at, digest, changes, reasons })
  await deps.audit.append([
    {
      at,
      requestId: runId,
      actor: { kind: 'system', part: 'provision' },
      event: { kind: 'held', community, digest, changes, reason: reasons.join(', ') },
    },
  ])
}

/** Nothing waits any more: those whose changes waited with it are looked at. */
const letOthersGo = async (deps: SafeguardDeps, { community }: Assessment): Promise<void> => {
  if (community.safety.whileHeld !== 'goOn') await deps.work.add([wholeLook(community.id, deps.clock.now())])
}

/**
 * A push holds its changes before it stores the version that plans them: what was read before that, or is judged by another version than the current
 * one, does not know them.
 */
const precedes = async (deps: SafeguardDeps, { plan, hold }: Assessment): Promise<boolean> => {
  if (hold?.held.some(({ untilDecided }) => untilDecided === true) !== true) return false
  return plan.directoryAt < hold.since || plan.configuration !== (await deps.configuration()).number
}

/** What is held and stays so, though the verdict does not hold it: the mode withholds it, or it is of a version that this plan does not know. */
const outlasting = async (
  deps: SafeguardDeps,
  assessment: Assessment,
): Promise<(one: HeldChange) => boolean> => {
  const { withheld, untilDecided = [] } = assessment.verdict
  const waits = new Set(untilDecided)
  const byMode = new Set(withheld.flatMap(({ id }) => (waits.has(id) ? [] : id)))
  const older = await precedes(deps, assessment)
  return ({ change, untilDecided: foreseen }) => byMode.has(change.id) || (older && foreseen === true)
}

const keepHold = async (
  deps: SafeguardDeps,
  input: AssessInput,
  assessment: Assessment,
  lookedAt: readonly Person[],
  runId: string,
): Promise<'kept' | 'stale'> => {
  const { plan, verdict } = assessment
  // Nothing is judged there: what waits for a person goes on waiting.
  if (assessment.quarantined) return 'kept'
  const holding = nextHold({
    community: plan.community,
    existing: assessment.hold,
    plan,
    held: verdict.held,
    lookedAt,
    untold: untoldIn(input),
    outlasts: await outlasting(deps, assessment),
    now: deps.clock.now(),
  })
  switch (holding.kind) {
    case 'unchanged':
      return 'kept'
    case 'delete':
      await deps.safety.deleteHold(holding.hold)
      await letOthersGo(deps, assessment)
      return 'kept'
    case 'save': {
      // Told first: stopped in between, people are told twice rather than never.
      if (holding.news) {
        await tellFlapping(deps, plan.community, holding.hold.held, assessment.hold?.held ?? [])
        await raise(deps, holding.hold, runId)
      }
      return (await deps.safety.saveHold(holding.hold)) === 'saved' ? 'kept' : 'stale'
    }
  }
}

const worthKeeping = ({ plan, verdict }: Assessment, report: boolean): boolean =>
  plan.changes.length > 0 ||
  verdict.held.length > 0 ||
  plan.drift.length > 0 ||
  (report && plan.scope === 'community')

const tell = async (
  deps: SafeguardDeps,
  { configuration, state }: AssessInput,
  { plan }: Assessment,
): Promise<void> => {
  // A targeted plan shows the same problem each time a member is looked at; the scheduled one counts them.
  if (plan.scope !== 'community') return
  const at = deps.clock.now()
  const { community } = plan
  const kinds = new Map<string, number>()
  for (const { kind } of plan.problems) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  const connections = new Set(configuration.connections.map(({ id }) => id))
  const stranded = state.ownership.filter(({ connection }) => !connections.has(connection))
  if (stranded.length > 0) kinds.set('connectionNotConfigured', stranded.length)
  for (const [kind, count] of kinds)
    await deps.events.emit({ type: 'problem.found', community, at, kind, count })
}

/** What will be taken away. A change id counts once, so that a run that dies here costs no budget. */
const countRemovals = async (
  deps: SafeguardDeps,
  { plan, verdict, approvals }: Assessment,
): Promise<void> => {
  const approved = new Set(approvals.flatMap(({ changes }) => changes))
  const unreplaced = unreplacedIn(verdict)
  const removals = verdict.allowed.flatMap((change) => {
    const kind = unreplaced.has(change.id) ? 'revocation' : removalKind(change)
    return kind === undefined || approved.has(change.id) ? [] : [{ kind, change: change.id }]
  })
  if (removals.length > 0) await deps.safety.recordRemovals(plan.community, deps.clock.now(), removals)
}

/** Of what was judged, `changes` are what will be done: removals and corrections are counted before they are made. */
export const countActs = async (
  deps: SafeguardDeps,
  assessment: Assessment,
  changes: readonly Change[],
  state: AssessInput['state'],
): Promise<Assessment> => {
  const chosen = { ...assessment, verdict: { ...assessment.verdict, allowed: changes } }
  await countRemovals(deps, chosen)
  await recordCorrections(deps, chosen, state)
  return chosen
}

/** From what is judged to what may be applied: hold and drift are brought up to date, the plan stored. What is done of it is counted apart. */
export const safeguard = async (
  deps: SafeguardDeps,
  input: AssessInput,
  first: Assessment,
  lookedAt: readonly Person[],
  runId: string,
): Promise<Assessment> => {
  let assessment = first
  for (let attempt = 1; (await keepHold(deps, input, assessment, lookedAt, runId)) === 'stale'; attempt++) {
    if (attempt === tries)
      throw new ConnectorError('storeConflict', 'the hold keeps changing; tried again later')
    assessment = await assess(deps, input)
  }
  assessment = {
    ...assessment,
    ...(await recordDrift(deps, assessment, input.snapshot.complete, untoldIn(input))),
  }
  await storePlan(deps, assessment, worthKeeping(assessment, assessment.community.mode === 'report'))
  await tell(deps, input, assessment)
  return assessment
}
