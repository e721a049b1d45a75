import type { Configuration } from '../core/configuration.ts'
import { isConnectorError } from '../core/errors.ts'
import { type CommunityId, type ConnectionId, type Instant, later, type MemberId } from '../core/ids.ts'
import type { WorkDraft } from '../core/ports.ts'
import type { Due } from '../core/work.ts'
import type { Provisioning } from './deps.ts'
import { type Expansion, expand, finishTombstone } from './expansion.ts'
import { inParallel } from './parallel.ts'
import { priorityOf } from './priority.ts'
import { readStanding } from './standing.ts'

export type DispatchReport = { readonly finished: number; readonly work: number; readonly left: number }
export type SweepReport = DispatchReport & { readonly woken: number }
export type Dispatcher = {
  /** Turns due items into work and wakes the communities concerned. What fails stays due: the sweep takes it again. */
  readonly dispatch: (due: readonly Due[]) => Promise<DispatchReport>
  /** What the stream did not deliver and what a lost wake-up left waiting. */
  readonly sweep: () => Promise<SweepReport>
}

export type DispatchDeps = Pick<
  Provisioning,
  | 'clock'
  | 'log'
  | 'directory'
  | 'upkeep'
  | 'work'
  | 'wakeUps'
  | 'ownership'
  | 'outcomes'
  | 'configuration'
  | 'platforms'
  | 'patterns'
>

/** Younger due items are still on their way through the stream. */
const streamSeconds = 5
const sweepPage = 100
const sweepPages = 20
const lanes = 8

export const createDispatcher = (deps: DispatchDeps): Dispatcher => {
  const workFor = async (
    configuration: Configuration,
    { connection, member, since }: Affected,
  ): Promise<readonly WorkDraft[]> => {
    const standing = await readStanding(deps, configuration, connection, member)
    const [owned, outcomes] = await Promise.all([
      deps.ownership.ownershipsOf(connection, member),
      deps.outcomes.outcomesOf(connection, member),
    ])
    const known = outcomes.filter(({ state }) => state !== 'none')
    const communities = new Set<CommunityId>([
      ...standing.assignments.keys(),
      ...[...owned, ...known].map(({ community }) => community),
    ])
    // What the configuration no longer names cannot be reached; the scheduled reconciliation covers it when it comes back.
    const reachable = configuration.communities.filter(({ id }) => communities.has(id))
    return reachable.map(({ id }) => ({
      community: id,
      priority: priorityOf(
        standing,
        id,
        owned.find(({ community }) => community === id),
      ),
      subject: { kind: 'member', connection, member },
      since,
    }))
  }

  const wakeFor = async (drafts: readonly WorkDraft[]): Promise<void> => {
    const added = await deps.work.add(drafts)
    const tokens = new Map(added.map(({ community, token }) => [community, token]))
    await inParallel([...tokens], lanes, ([community, token]) => deps.wakeUps.wake(community, token))
  }

  const settle = async ({ due, rest }: Expansion): Promise<void> => {
    const remaining = rest ?? (await finishTombstone(deps, due))
    if (remaining === undefined) await deps.work.finishDue([due])
    else await deps.work.replaceDue(due, remaining)
  }

  /** The failed ones are reported and left; one poisoned item must not stop the others. */
  const attempt = async <Result>(due: Due, task: () => Promise<Result>): Promise<Result | undefined> => {
    try {
      return await task()
    } catch (error) {
      const code = isConnectorError(error) ? error.code : 'internal'
      deps.log.warn('due item left for the sweep', { position: due.position, kind: due.kind, code })
      return undefined
    }
  }

  const dispatch = async (due: readonly Due[]): Promise<DispatchReport> => {
    const configuration = await deps.configuration()
    const looked = new Map<string, Promise<readonly WorkDraft[]>>()
    const look = (affected: Affected): Promise<readonly WorkDraft[]> => {
      const key = `${affected.connection}#${affected.member}`
      const running = looked.get(key) ?? workFor(configuration, affected)
      looked.set(key, running)
      return running
    }
    const ready = await inParallel(due, lanes, (one) =>
      attempt(one, async () => {
        const expansion = await expand(deps, one)
        const drafts = await inParallel(expansion.members, lanes, (member) =>
          look({ connection: one.connection, member, since: one.at }),
        )
        return { expansion, drafts: drafts.flat() }
      }),
    )
    const whole = ready.filter((one) => one !== undefined)
    const drafts = [...new Map(whole.flatMap((one) => one.drafts).map((d) => [draftKey(d), d])).values()]
    if (drafts.length > 0) await wakeFor(drafts)
    const settled = await inParallel(whole, lanes, ({ expansion }) =>
      attempt(expansion.due, async () => {
        await settle(expansion)
        return true
      }),
    )
    const finished = settled.filter((done) => done !== undefined).length
    return { finished, work: drafts.length, left: due.length - finished }
  }

  const sweep = async (): Promise<SweepReport> => {
    const now = deps.clock.now()
    let total: DispatchReport = { finished: 0, work: 0, left: 0 }
    for (let page = 0; page < sweepPages; page++) {
      const due = await deps.work.dueBefore(later(now, -streamSeconds), sweepPage)
      if (due.length === 0) break
      const report = await dispatch(due)
      total = {
        finished: total.finished + report.finished,
        work: total.work + report.work,
        left: report.left,
      }
      // Nothing moved, or only the ones that cannot move are left: the next sweep tries again.
      if (report.finished === 0 || due.length < sweepPage) break
    }
    const waiting = await deps.work.waiting(deps.clock.now())
    const minute = now.slice(0, 16)
    await inParallel(waiting, lanes, (community) =>
      deps.wakeUps.wake(community, `sweep-${minute}-${community}`),
    )
    return { ...total, woken: waiting.length }
  }

  return { dispatch, sweep }
}

type Affected = { readonly connection: ConnectionId; readonly member: MemberId; readonly since: Instant }

const draftKey = ({ community, subject }: WorkDraft): string =>
  subject.kind === 'member' ? `${community}#${subject.connection}#${subject.member}` : community
