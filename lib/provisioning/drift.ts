import { createHash } from 'node:crypto'
import { dated, keepDrift } from '../core/drift.ts'
import { lossId } from '../core/drift-ids.ts'
import { countCorrections } from '../core/flapping.ts'
import { type CommunityId, type Instant, later } from '../core/ids.ts'
import type { Change, Plan } from '../core/plan.ts'
import type { DriftRecord, Sight } from '../core/ports/runs.ts'
import type { HeldChange } from '../core/verdict.ts'
import type { Assessment } from './assess.ts'
import type { Provisioning } from './deps.ts'
import type { Person, State } from './state.ts'

export type DriftDeps = Pick<Provisioning, 'clock' | 'drift' | 'events'>

/** What the platform was left as and is not: put down, told when something is new or a day has passed, and dated in the plan. */
export const recordDrift = async (
  deps: DriftDeps,
  { plan, records }: Pick<Assessment, 'plan' | 'records'>,
  complete: boolean,
  untold: readonly Person[],
): Promise<{ readonly plan: Plan; readonly records: readonly DriftRecord[] }> => {
  // Others may be out of sight; what was found before has its date already.
  if (plan.scope !== 'community') return { plan, records }
  const at = deps.clock.now()
  const { community, drift } = plan
  const kept = keepDrift({ records, drift, complete, untold, now: at })
  // Told first: stopped in between, people are told twice rather than never.
  if (kept.tell) await deps.events.emit({ type: 'drift.found', community, at, count: drift.length })
  await deps.drift.saveDrift(community, kept.save)
  await deps.drift.dropDrift(community, kept.drop)
  return { plan: { ...plan, drift: dated(drift, kept.records) }, records: kept.records }
}

/** Counts what is about to be corrected, before it is, as removals are. */
export const recordCorrections = async (
  deps: DriftDeps,
  { plan, verdict, approvals, records }: Pick<Assessment, 'plan' | 'verdict' | 'approvals' | 'records'>,
  { ownership }: Pick<State, 'ownership'>,
): Promise<void> => {
  const counted = countCorrections({
    drift: plan.drift,
    allowed: verdict.allowed,
    approved: new Set(approvals.flatMap(({ changes }) => changes)),
    ownership,
    records,
    now: deps.clock.now(),
  })
  if (counted.length > 0) await deps.drift.saveDrift(plan.community, counted)
}

/** What takes the role's place changes with every visit: that is no other correction. */
const corrected = (change: Change): string =>
  change.kind === 'grant' ? lossId(change.subject.account, change.grant.role) : change.id

/** However many flap at once: `plan.held` counts them all. */
const toldApart = 20

/** Each correction that stops now, by its change. */
export const tellFlapping = async (
  deps: DriftDeps,
  community: CommunityId,
  held: readonly HeldChange[],
  before: readonly HeldChange[],
): Promise<void> => {
  const known = new Set(before.map(({ change }) => corrected(change)))
  const stopped = held.filter(
    ({ change, reason }) => reason.kind === 'flapping' && !known.has(corrected(change)),
  )
  for (const { change, reason } of stopped.slice(0, toldApart))
    if (reason.kind === 'flapping')
      await deps.events.emit({
        type: 'drift.flapping',
        community,
        at: deps.clock.now(),
        change: change.id,
        corrections: reason.corrections,
      })
}

/** A stored plan lives for a month. */
const renewEvery = 7 * 86_400

const digestOf = ({ unmanaged }: Plan): string | undefined =>
  unmanaged.length === 0 ? undefined : createHash('sha256').update(JSON.stringify(unmanaged)).digest('hex')

const isCurrent = (sight: Sight | undefined, unmanaged: string | undefined, now: Instant): boolean =>
  sight?.unmanaged === unmanaged &&
  (unmanaged === undefined || (sight?.plan !== undefined && sight.plan.at > later(now, -renewEvery)))

export type SightDeps = Pick<Provisioning, 'clock' | 'drift' | 'runs'>

/**
 * Stores the judged plan where it says something, or where what is not ours became something else, and puts down that everybody was looked at. Resolves
 * to its number, where it was stored.
 */
export const storePlan = async (
  deps: SightDeps,
  { plan, verdict }: Pick<Assessment, 'plan' | 'verdict'>,
  worthKeeping: boolean,
): Promise<number | undefined> => {
  const at = deps.clock.now()
  const whole = plan.scope === 'community'
  const before = whole ? await deps.drift.sight(plan.community) : undefined
  const unmanaged = digestOf(plan)
  const keeps = worthKeeping || (whole && !isCurrent(before, unmanaged, at))
  const number = keeps ? await deps.runs.savePlan(plan, verdict, at) : undefined
  if (whole) {
    const stored = number === undefined ? before?.plan : { number, at }
    await deps.drift.saveSight(plan.community, {
      at,
      ...(unmanaged === undefined ? {} : { unmanaged }),
      ...(stored === undefined ? {} : { plan: stored }),
    })
  }
  return number
}
