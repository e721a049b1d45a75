import { ConnectorError } from '../core/errors.ts'
import type { CommunityId } from '../core/ids.ts'
import type { PlanFate, PlanHead, StoredPlan } from '../core/ports/runs.ts'
import type { Provisioning } from './deps.ts'
import { inParallel } from './parallel.ts'
import type { Preview } from './preview.ts'

/** A person's wish to have a stored plan carried out. */
export type PlanWish = {
  readonly community: CommunityId
  readonly number: number
  /** A label of the operator. */
  readonly by: string
  readonly reason: string
}
export type ListedPlan = PlanHead & { readonly fate?: PlanFate }
export type PlanDesk = {
  /** Keeps what was looked at, under a number of its own. */
  readonly save: (preview: Preview) => Promise<number>
  /** The newest, newest first. */
  readonly list: (community: CommunityId) => Promise<readonly ListedPlan[]>
  readonly stored: (community: CommunityId, number: number) => Promise<StoredPlan>
  readonly fate: (community: CommunityId, number: number) => Promise<PlanFate | undefined>
  /** Asks the worker. One that was carried out already stays so; one that waits is not asked for twice. */
  readonly ask: (wish: PlanWish) => Promise<PlanFate>
}
type PlanDeskDeps = Pick<Provisioning, 'clock' | 'ids' | 'runs' | 'audit' | 'work' | 'wakeUps'>

const listed = 20
const lanes = 8

const unknownPlan = (community: CommunityId, number: number): ConnectorError =>
  new ConnectorError(
    'notFound',
    `there is no plan ${number} of ${community}, or it is older than thirty days; list them with npx rolecall plans ${community}`,
    { field: 'number' },
  )
const nothingAllowed = ({ number, verdict }: StoredPlan): ConnectorError =>
  new ConnectorError(
    'invalidValue',
    `plan ${number} has nothing that may be carried out: ${verdict.held.length} held, ${verdict.withheld.length} withheld; decide what is held, or change what withholds the others (mode, quarantine), and make another plan`,
    { field: 'number' },
  )

export const createPlanDesk = (deps: PlanDeskDeps): PlanDesk => {
  const stored = async (community: CommunityId, number: number): Promise<StoredPlan> => {
    const plan = await deps.runs.plan(community, number)
    if (plan === undefined) throw unknownPlan(community, number)
    return plan
  }

  const note = async ({ community, number, by, reason }: PlanWish, { verdict }: StoredPlan) => {
    const event = { kind: 'planAsked', community, number, changes: verdict.allowed.length, reason } as const
    const actor = { kind: 'operator', label: by } as const
    await deps.audit.append([{ at: deps.clock.now(), requestId: deps.ids.uuid(), actor, event }])
  }

  return {
    save: ({ plan, verdict }) => deps.runs.savePlan(plan, verdict, deps.clock.now()),
    list: async (community) =>
      inParallel(await deps.runs.plans(community, listed), lanes, async (head) => {
        const fate = await deps.runs.fate(community, head.number)
        return { ...head, ...(fate === undefined ? {} : { fate }) }
      }),
    stored,
    fate: deps.runs.fate,
    ask: async (wish) => {
      const { community, number } = wish
      const plan = await stored(community, number)
      const before = await deps.runs.fate(community, number)
      if (before?.state === 'applied') return before
      if (plan.verdict.allowed.length === 0) throw nothingAllowed(plan)
      const at = deps.clock.now()
      const asked: PlanFate = { number, at, state: 'asked', why: [], applied: 0, failed: 0 }
      const fate = before?.state === 'asked' ? before : asked
      // The trail first, the work last: whoever takes it up finds the wish.
      await note(wish, plan)
      await deps.runs.saveFate(community, fate)
      const subject = { kind: 'plan', number } as const
      const added = await deps.work.add([{ community, priority: 'reconciliation', subject, since: at }])
      await deps.wakeUps.wake(community, added[0]?.token ?? deps.ids.ordered())
      return fate
    },
  }
}
