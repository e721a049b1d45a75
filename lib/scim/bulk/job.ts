import { record } from '../body.ts'
import type { Exchange } from '../exchange.ts'
import { patchUrn } from '../messages.ts'
import type { BulkOperation } from './message.ts'
import type { Step } from './order.ts'
import { failed, isFailure, type Outcome, perform } from './perform.ts'
import { remainder, resolved, unresolved, without } from './references.ts'

/** A resource of a circle, created without what leads back to it. */
type Unfinished = {
  readonly operation: BulkOperation
  readonly open: ReadonlySet<string>
  readonly created: Outcome
}

export type Job = {
  readonly take: (step: Step) => Promise<void>
  /** Ends what waits for resources that will not come. */
  readonly stop: () => void
  /** By position in the request. */
  readonly outcomes: ReadonlyMap<number, Outcome>
  readonly failures: () => number
}

const lastSegment = (location: string): string => location.slice(location.lastIndexOf('/') + 1)

/** The second step of a creation: adds what was left out, and touches nothing that others have changed meanwhile. */
const completion = (
  { operation, open, created }: Unfinished,
  known: ReadonlySet<string>,
  baseUrl: string,
): BulkOperation => ({
  position: operation.position,
  method: 'PATCH',
  path: created.location?.slice(baseUrl.length) ?? operation.path,
  query: operation.query,
  data: record({
    schemas: [patchUrn],
    Operations: [record({ op: 'add', value: remainder(operation, known, open) })],
  }),
})

export const createJob = (exchange: Exchange, known: ReadonlySet<string>): Job => {
  const { baseUrl } = exchange.request
  const outcomes = new Map<number, Outcome>()
  const ids = new Map<string, string>()
  const settled = new Set<string>()
  let unfinished: readonly Unfinished[] = []

  const attempt = async (operation: BulkOperation): Promise<Outcome> => {
    let ready: BulkOperation
    try {
      ready = resolved(operation, known, (bulkId) => ids.get(bulkId))
    } catch (error) {
      return failed(error)
    }
    return perform(exchange, ready)
  }

  const settle = ({ method, bulkId }: BulkOperation, { location, ...outcome }: Outcome): void => {
    if (method !== 'POST' || bulkId === undefined) return
    settled.add(bulkId)
    if (!isFailure(outcome) && location !== undefined) ids.set(bulkId, lastSegment(location))
  }

  const finish = async (one: Unfinished): Promise<void> => {
    const { operation, created } = one
    const outcome = await attempt(completion(one, known, baseUrl))
    const status = isFailure(outcome) ? outcome.status : created.status
    outcomes.set(operation.position, { ...outcome, status, location: created.location })
  }

  const finishReady = async (): Promise<void> => {
    const isReady = ({ open }: Unfinished): boolean => [...open].every((each) => settled.has(each))
    const ready = unfinished.filter(isReady)
    unfinished = unfinished.filter((each) => !isReady(each))
    for (const one of ready) await finish(one)
  }

  return {
    outcomes,
    failures: () => [...outcomes.values()].filter(isFailure).length,
    take: async (step) => {
      if (step.kind === 'refused') {
        outcomes.set(step.operation.position, failed(step.operation.refusal))
        return
      }
      const { operation, open } = step
      const outcome = await attempt(open.size === 0 ? operation : without(operation, known, open))
      settle(operation, outcome)
      if (open.size === 0 || isFailure(outcome)) outcomes.set(operation.position, outcome)
      else unfinished = [...unfinished, { operation, open, created: outcome }]
      await finishReady()
    },
    stop: () => {
      for (const { operation, open, created } of unfinished)
        outcomes.set(operation.position, failed(unresolved(open), created.location))
      unfinished = []
    },
  }
}
