import { isConnectorError } from '../core/errors.ts'
import { type Instant, later, milliseconds } from '../core/ids.ts'
import { personKey } from '../core/plan-scene.ts'
import type { WorkDraft } from '../core/ports/work.ts'
import type { Due } from '../core/work.ts'
import type { Provisioning } from './deps.ts'
import { type DispatchReport, nothing, plus } from './dispatch-report.ts'
import {
  type Covered,
  cover,
  type Expansion,
  expand,
  finishTombstone,
  lookedAt,
  unseen,
} from './expansion.ts'
import { createLooks } from './looks.ts'
import { inParallel } from './parallel.ts'
import { type Portion, portionsOf } from './portions.ts'
import type { Reads } from './standing.ts'

export type SweepReport = DispatchReport & { readonly woken: number }
export type Dispatcher = {
  /** Turns due items into work and wakes the communities concerned. What fails stays due: the sweep takes it again. */
  readonly dispatch: (due: readonly Due[]) => Promise<DispatchReport>
  /** What the stream did not deliver and what a lost wake-up left waiting. */
  readonly sweep: (deadline?: Instant) => Promise<SweepReport>
}

export type DispatchDeps = Pick<
  Provisioning,
  'clock' | 'log' | 'directory' | 'upkeep' | 'work' | 'wakeUps' | 'ownership' | 'outcomes' | 'configuration'
> &
  Reads

/** Younger due items are still on their way through the stream. */
const streamSeconds = 5
const sweepPage = 100
/** The function that sweeps has a minute; what is begun at the end of this is finished in the rest. */
const sweepSeconds = 35
const lanes = 8

/** The failed ones are reported and left; one poisoned item must not stop the others. */
const attempt = async <Result>(
  { log }: DispatchDeps,
  { position, kind }: Due,
  task: () => Promise<Result>,
): Promise<Result | undefined> => {
  try {
    return await task()
  } catch (error) {
    const code = isConnectorError(error) ? error.code : 'internal'
    log.warn('due item left for the sweep', { position, kind, code })
    return undefined
  }
}

const draftKey = ({ community, subject }: WorkDraft): string =>
  subject.kind === 'member' ? `${community}#${personKey(subject)}` : community

const addWork = async (deps: DispatchDeps, drafts: readonly WorkDraft[]): Promise<number> => {
  const distinct = [...new Map(drafts.map((draft) => [draftKey(draft), draft])).values()]
  if (distinct.length === 0) return 0
  const added = await deps.work.add(distinct)
  const tokens = new Map(added.map(({ community, token }) => [community, token]))
  await inParallel([...tokens], lanes, ([community, token]) => deps.wakeUps.wake(community, token))
  return distinct.length
}

const settle = async (deps: DispatchDeps, expansion: Expansion, covered: Covered): Promise<true> => {
  const { due, more, rest } = expansion
  if (more.length > 0) await deps.work.addDue(due, more)
  cover(covered, expansion)
  const remaining = rest ?? (await finishTombstone(deps, due))
  if (remaining === undefined) await deps.work.finishDue([due])
  else await deps.work.replaceDue(due, remaining)
  return true
}

type Look = ReturnType<typeof createLooks>

const dispatchTogether = async (
  deps: DispatchDeps,
  look: Look,
  due: readonly Due[],
  covered: Covered,
): Promise<DispatchReport> => {
  const ready = await inParallel(due, lanes, (one) =>
    attempt(deps, one, async () => {
      const expansion = await expand(deps, one, covered)
      const { connection, at: since } = one
      return { expansion, drafts: await look({ connection, members: unseen(expansion, covered), since }) }
    }),
  )
  const whole = ready.filter((one) => one !== undefined)
  // Only what stands as work, with its community woken, is no longer due.
  const work = await addWork(
    deps,
    whole.flatMap(({ drafts }) => drafts),
  )
  for (const { expansion } of whole) lookedAt(covered, expansion)
  const settled = await inParallel(whole, lanes, ({ expansion }) =>
    attempt(deps, expansion.due, () => settle(deps, expansion, covered)),
  )
  const finished = settled.filter((done) => done !== undefined).length
  return { finished, work, left: due.length - finished }
}

/** Done with the one that asked for the same. */
const finishRepeated = async (
  deps: DispatchDeps,
  { repeated }: Portion,
  isDone: boolean,
): Promise<DispatchReport> => {
  const [first] = repeated
  if (first === undefined) return nothing
  const finish = async (): Promise<number> => {
    if (isDone) await deps.work.finishDue(repeated)
    return isDone ? repeated.length : 0
  }
  const finished = (await attempt(deps, first, finish)) ?? 0
  return { ...nothing, finished, left: repeated.length - finished }
}

const dispatchDue = async (
  deps: DispatchDeps,
  due: readonly Due[],
  late: () => boolean = () => false,
): Promise<DispatchReport> => {
  const configuration = await deps.configuration()
  const covered: Covered = { groups: new Set(), people: new Set() }
  let total = nothing
  for (const portion of portionsOf(due)) {
    if (late()) return plus(total, { ...nothing, left: due.length - total.finished - total.left })
    const report = await dispatchTogether(deps, createLooks(deps, configuration), portion.due, covered)
    total = plus(plus(total, report), await finishRepeated(deps, portion, report.left === 0))
  }
  return total
}

/** Past whatever cannot be worked on: it is tried once per sweep, and nobody waits behind it. */
const sweepDue = async (deps: DispatchDeps, before: Instant, deadline: Instant): Promise<DispatchReport> => {
  const late = (): boolean => milliseconds(deps.clock.now()) >= milliseconds(deadline)
  let total = nothing
  let after: string | undefined
  while (!late()) {
    const due = await deps.work.dueBefore(before, sweepPage, after)
    if (due.length === 0) break
    total = plus(total, await dispatchDue(deps, due, late))
    after = due.at(-1)?.position
  }
  return total
}

const wakeWaiting = async (deps: DispatchDeps): Promise<number> => {
  const now = deps.clock.now()
  const waiting = await deps.work.waiting(now)
  const minute = now.slice(0, 16)
  await inParallel(waiting, lanes, (community) =>
    deps.wakeUps.wake(community, `sweep-${minute}-${community}`),
  )
  return waiting.length
}

export const createDispatcher = (deps: DispatchDeps): Dispatcher => ({
  dispatch: (due) => dispatchDue(deps, due),
  sweep: async (deadline = later(deps.clock.now(), sweepSeconds)) => {
    let report: DispatchReport
    let woken: number
    try {
      report = await sweepDue(deps, later(deps.clock.now(), -streamSeconds), deadline)
    } finally {
      // Due items that cannot be read keep nobody from what already stands as work.
      woken = await wakeWaiting(deps)
    }
    return { ...report, woken }
  },
})
