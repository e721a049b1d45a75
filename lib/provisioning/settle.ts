import type { Change } from '../core/plan.ts'
import { personKey } from '../core/plan-scene.ts'
import type { WorkDraft } from '../core/ports/work.ts'
import type { Work } from '../core/work.ts'
import type { Application } from './apply.ts'
import { retryAt } from './backoff.ts'
import type { Provisioning } from './deps.ts'
import { inParallel } from './parallel.ts'
import { spread, urgencies } from './rest.ts'
import type { Person } from './state.ts'

export type Settlement = { readonly finished: number; readonly deferred: number }
export type SettleDeps = Pick<Provisioning, 'clock' | 'random' | 'work'>

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

type Wish = Pick<WorkDraft, 'priority'> & { readonly person: Person }

const workOf = (
  deps: SettleDeps,
  community: Work['community'],
  wishes: readonly Wish[],
): Promise<readonly Work[]> => {
  const since = deps.clock.now()
  return deps.work.add(
    wishes.map(({ person: { connection, member }, priority }) => {
      return { community, priority, subject: { kind: 'member', connection, member }, since }
    }),
  )
}

/** People who failed in a look at the whole community and have no work of their own yet get some, so that only they are tried again. */
const keepFailed = async (
  deps: SettleDeps,
  community: Work['community'],
  wishes: readonly Wish[],
): Promise<number> => {
  if (wishes.length === 0) return 0
  return (await deferAll(deps, await workOf(deps, community, wishes), undefined)).deferred
}

export const wideIn = (taken: readonly Work[]): readonly Work[] =>
  taken.filter(({ subject }) => subject.kind !== 'member')

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
  const undone = [...failed.map(({ change }) => change), ...(stopped ? [] : skipped)]
  const failing = peopleIn(undone)
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
  const orphans = urgencies(undone).filter(({ person }) => !own.has(personKey(person)))
  // A look that was paused is had once more.
  const kept = ending.kind === 'paused' ? 0 : await keepFailed(deps, community, orphans)
  const unsettled = again
    .filter((person) => !failing.has(personKey(person)))
    .map((person): Wish => ({ person, priority: 'change' }))
  if (unsettled.length > 0) await workOf(deps, community, unsettled)
  // What a run had no time for goes on in the next one; it was put aside for the case that there is none.
  await spread(deps, community, wideIn(those('leave')), skipped)
  const finish = those('finish')
  if (finish.length > 0) await deps.work.finish(finish)
  return { finished: finish.length, deferred: deferred + kept }
}
