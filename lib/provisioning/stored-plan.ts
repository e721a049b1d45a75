import { type CommunityId, milliseconds } from '../core/ids.ts'
import type { Change } from '../core/plan.ts'
import { describeDifference, fitOf } from '../core/plan-fit.ts'
import { personKey } from '../core/plan-scene.ts'
import type { PlanFate } from '../core/ports/runs.ts'
import type { Work } from '../core/work.ts'
import type { Application } from './apply.ts'
import type { Assessment } from './assess.ts'
import type { Provisioning } from './deps.ts'
import { recordDrift, storePlan } from './drift.ts'
import type { Look } from './look.ts'
import type { Records } from './records.ts'
import { backInPlace } from './rest.ts'
import { countActs } from './safeguard.ts'
import { type SettleDeps, type Settlement, settleWork } from './settle.ts'
import type { Person } from './state.ts'

/** A stored plan that a person wants carried out, as far as it still fits. */
export type StoredWish = {
  readonly fate: PlanFate
  /** In today's order; none when it was refused. */
  readonly changes: readonly Change[]
  /** Of the stored changes: done already, by whomever. */
  readonly done: number
  /** Another look has to say whether it fits. */
  readonly unclear?: true
}
type WishDeps = Pick<Provisioning, 'clock' | 'runs'>
type PrepareDeps = WishDeps & Parameters<typeof countActs>[0]
type WholeLook = Look & Required<Pick<Look, 'weighed'>>
export type Prepared = {
  readonly assessment: Assessment
  readonly changes: readonly Change[]
  readonly people: readonly Person[]
  readonly wish?: StoredWish
}

const told = 20
/** Seconds between two notes of how far it has come. */
const noteEvery = 2

/** It is looked at alone, so it is the first or not there. */
export const planAsked = ([first]: readonly Work[]): number | undefined =>
  first?.subject.kind === 'plan' ? first.subject.number : undefined

const inShort = (lines: readonly string[]): readonly string[] =>
  lines.length <= told ? lines : [...lines.slice(0, told), `and ${lines.length - told} more`]

/** Compares it with what would be planned now. A refusal is final for this wish, and put down at once. */
const weigh = async (
  deps: WishDeps,
  number: number,
  { state, weighed, untold }: WholeLook,
): Promise<StoredWish | undefined> => {
  const { assessment, snapshot } = weighed
  const { community } = assessment.plan
  const [stored, fate] = await Promise.all([
    deps.runs.plan(community, number),
    deps.runs.fate(community, number),
  ])
  // Decided by an earlier run, whose work was delivered once more.
  if (fate?.state !== 'asked') return undefined
  const refuse = async (why: readonly string[]): Promise<StoredWish> => {
    const refused: PlanFate = { ...fate, at: deps.clock.now(), state: 'refused', why: inShort(why) }
    await deps.runs.saveFate(community, refused)
    return { fate: refused, changes: [], done: 0 }
  }
  if (stored === undefined) return refuse(['the plan is kept no longer; make another one'])
  const { ownership, roleOwnership } = state
  const fit = fitOf(stored, assessment, { snapshot, ownership, roleOwnership }, untold)
  if (fit.kind === 'refused') return refuse(fit.differences.map(describeDifference))
  if (fit.kind === 'unclear') return { fate, changes: [], done: fate.applied, unclear: true }
  return { fate, changes: fit.changes, done: fit.done.length }
}

/** Of whom a plan of some changes leaves nothing to be done: where they stand is known. Of the others the next look says. */
const settledBy = (
  people: readonly Person[],
  wanted: readonly Change[],
  planned: readonly Change[],
): readonly Person[] => {
  const those = (changes: readonly Change[]): ReadonlySet<string> =>
    new Set(changes.flatMap((one) => ('subject' in one ? [personKey(one.subject)] : [])))
  const chosen = new Set(wanted.map(({ id }) => id))
  const [touched, waiting] = [those(wanted), those(planned.filter(({ id }) => !chosen.has(id)))]
  return people.filter((person) => touched.has(personKey(person)) && !waiting.has(personKey(person)))
}

/** What may be carried out for a wish: of today's plan the changes that the stored one names. */
export const prepareWish = async (deps: PrepareDeps, number: number, look: WholeLook): Promise<Prepared> => {
  const { assessment: judged, snapshot } = look.weighed
  const wish = await weigh(deps, number, look)
  const seen = await recordDrift(deps, judged, snapshot.complete, look.untold ?? [])
  const assessment = { ...judged, ...seen }
  await storePlan(deps, assessment, false)
  const changes = wish?.changes ?? []
  return {
    assessment: await countActs(deps, assessment, changes, look.state),
    changes,
    ...(wish === undefined ? {} : { wish }),
    // Where the others stand is for the next look to say.
    people: settledBy(look.people, changes, assessment.verdict.allowed),
  }
}

/** The records, and every few seconds a note of how far the plan has come, for whoever waits for it. */
export const noting = (
  deps: WishDeps,
  community: CommunityId,
  { fate, done }: StoredWish,
  records: Records,
): Records => {
  let [applied, notedAt] = [done, milliseconds(deps.clock.now())]
  return {
    ...records,
    after: async (change, result) => {
      await records.after(change, result)
      applied += 1
      const now = milliseconds(deps.clock.now())
      if (now - notedAt < noteEvery * 1000) return
      notedAt = now
      await deps.runs.saveFate(community, { ...fate, applied })
    },
  }
}

/** What became of it. Stopped or put off it is asked for still, and what is done then is known by what is there. */
export const concludeWish = async (
  deps: WishDeps,
  community: CommunityId,
  { fate, done, unclear }: StoredWish,
  { applied, failed, skipped, ending }: Application,
): Promise<void> => {
  if (fate.state !== 'asked' || unclear || (ending.kind === 'stopped' && ending.code === 'leaseLost')) return
  const now = { ...fate, at: deps.clock.now(), applied: done + applied.length }
  if (ending.kind !== 'complete') return deps.runs.saveFate(community, now)
  const why = [
    ...failed.map(({ change, error }) => `${change.id}: ${error.code}`),
    ...skipped.map(({ id }) => `${id}: not tried, because what it needs failed`),
  ]
  const state = why.length === 0 ? 'applied' : 'failed'
  await deps.runs.saveFate(community, { ...now, state, why: inShort(why), failed: why.length })
}

/** The configuration no longer knows the community: nobody else will say what became of these. */
export const refuseWishes = async (deps: WishDeps, taken: readonly Work[]): Promise<void> => {
  for (const { community, subject } of taken) {
    if (subject.kind !== 'plan') continue
    const fate = await deps.runs.fate(community, subject.number)
    if (fate?.state !== 'asked') continue
    const why = ['the configuration no longer names the community']
    await deps.runs.saveFate(community, { ...fate, at: deps.clock.now(), state: 'refused', why })
  }
}

/**
 * The work of it. Nobody gets work of their own by it: what it did not come to is looked at with everybody else. Interrupted it is to be had at once
 * again.
 */
export const settleWish = async (
  deps: SettleDeps,
  community: CommunityId,
  taken: readonly Work[],
  application: Application,
): Promise<Settlement> => {
  const { ending } = application
  if (ending.kind !== 'stopped')
    return settleWork(deps, community, taken, { ...application, failed: [], skipped: [] }, [])
  if (ending.code !== 'leaseLost') await backInPlace(deps, community, taken)
  return { finished: 0, deferred: 0 }
}
