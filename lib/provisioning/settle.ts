import { type Instant, milliseconds } from '../core/ids.ts'
import type { Change } from '../core/plan.ts'
import { personKey } from '../core/plan-scene.ts'
import type { Outcome, Work } from '../core/work.ts'
import type { Application } from './apply.ts'
import { retryAt } from './backoff.ts'
import type { Provisioning } from './deps.ts'
import { type Findings, outcomesIn } from './outcomes.ts'
import { inParallel } from './parallel.ts'
import type { Person } from './state.ts'

export type Settlement = { readonly finished: number; readonly deferred: number }
export type SettleDeps = Pick<Provisioning, 'clock' | 'random' | 'work' | 'outcomes'>

const lanes = 8

type People = ReadonlyMap<string, Person>
const peopleIn = (changes: readonly Change[]): People =>
  new Map(
    changes.flatMap((one) => ('subject' in one ? [[personKey(one.subject), one.subject] as const] : [])),
  )

/** Nothing could be looked at: everything taken waits. */
export const deferAll = async (
  deps: SettleDeps,
  taken: readonly Work[],
  askedFor: number | undefined,
): Promise<Settlement> => {
  await inParallel(taken, lanes, (work) =>
    deps.work.defer(work, retryAt(deps.clock.now(), work, deps.random, askedFor)),
  )
  return { finished: 0, deferred: taken.length }
}

const workOf = (
  deps: SettleDeps,
  community: Work['community'],
  people: readonly Person[],
): Promise<readonly Work[]> => {
  const since = deps.clock.now()
  return deps.work.add(
    people.map(({ connection, member }) => ({
      community,
      priority: 'change',
      subject: { kind: 'member', connection, member },
      since,
    })),
  )
}

/** People who failed in a look at the whole community and have no work of their own yet get some, so that only they are tried again. */
const keepFailed = async (
  deps: SettleDeps,
  community: Work['community'],
  people: readonly Person[],
): Promise<number> => {
  if (people.length === 0) return 0
  return (await deferAll(deps, await workOf(deps, community, people), undefined)).deferred
}

type Fate = 'finish' | 'defer' | 'leave'

const fateOf = (work: Work, application: Application, failing: People, unreached: People): Fate => {
  const { kind } = application.ending
  if (work.subject.kind !== 'member')
    return kind === 'complete' ? 'finish' : kind === 'paused' ? 'defer' : 'leave'
  const key = personKey(work.subject)
  if (failing.has(key)) return 'defer'
  return unreached.has(key) ? 'leave' : 'finish'
}

/** Work ends when its member is settled (held and invited members are); what failed waits longer each time; what was not reached stays. */
export const settleWork = async (
  deps: SettleDeps,
  community: Work['community'],
  taken: readonly Work[],
  application: Application,
  /** Whom to look at once more at once. */
  again: readonly Person[],
): Promise<Settlement> => {
  const { ending, failed, skipped } = application
  if (ending.kind === 'stopped' && ending.code === 'leaseLost') return { finished: 0, deferred: 0 }
  const stopped = ending.kind === 'stopped'
  const failing = peopleIn([...failed.map(({ change }) => change), ...(stopped ? [] : skipped)])
  const unreached = peopleIn(stopped ? skipped : [])
  const fates = taken.map((work) => ({ work, fate: fateOf(work, application, failing, unreached) }))
  const those = (fate: Fate): readonly Work[] =>
    fates.filter((one) => one.fate === fate).map((one) => one.work)

  const { deferred } = await deferAll(
    deps,
    those('defer'),
    ending.kind === 'paused' ? ending.error.retryAfter : undefined,
  )
  const own = new Set(taken.map(({ subject }) => (subject.kind === 'member' ? personKey(subject) : '')))
  const orphans = [...failing].filter(([key]) => !own.has(key)).map(([, person]) => person)
  const kept = ending.kind === 'complete' ? await keepFailed(deps, community, orphans) : 0
  const unsettled = again.filter((person) => !failing.has(personKey(person)))
  if (unsettled.length > 0) await workOf(deps, community, unsettled)
  // What a run had no time for goes on in the next one; it was put aside for the case that there is none.
  const wide = those('leave').filter(({ subject }) => subject.kind === 'community')
  if (wide.length > 0)
    await deps.work.add(wide.map(({ priority, subject, since }) => ({ community, priority, subject, since })))
  const finish = [...those('finish'), ...wide]
  if (finish.length > 0) await deps.work.finish(finish)
  return { finished: finish.length - wide.length, deferred: deferred + kept }
}

/** Whoever something was done for comes first; the others follow from anywhere, so that none of many is always the last. */
const inTurn = (deps: SettleDeps, { verdict, failed }: Findings, people: readonly Person[]) => {
  const done = peopleIn([...verdict.allowed, ...failed.map(({ change }) => change)])
  const others = people.filter((person) => !done.has(personKey(person)))
  const start = Math.floor(deps.random() * others.length)
  return {
    first: people.filter((person) => done.has(personKey(person))),
    then: [...others.slice(start), ...others.slice(0, start)],
  }
}

/** Written where something is new: a look at the whole community finds most people as they were, and looks them up only while there is time. */
export const saveOutcomes = async (
  deps: SettleDeps,
  findings: Findings,
  people: readonly Person[],
  deadline: Instant,
): Promise<void> => {
  const outcome = outcomesIn(findings)
  const differs = (before: Outcome | undefined, now: Outcome): boolean =>
    before?.state !== now.state || before.detail !== now.detail
  const save = async (person: Person): Promise<void> => {
    const known = await deps.outcomes.outcomesOf(person.connection, person.member)
    const before = known.find(({ community }) => community === findings.community)
    const now = outcome(person, before)
    if (differs(before, now) && (before === undefined || milliseconds(before.at) <= milliseconds(now.at)))
      await deps.outcomes.saveOutcome(now)
  }
  const { first, then } = inTurn(deps, findings, people)
  await inParallel(first, lanes, save)
  await inParallel(then, lanes, async (person) => {
    if (milliseconds(deps.clock.now()) < milliseconds(deadline)) await save(person)
  })
}
