import { seeded } from './seeded.ts'
import { type ServiceError, serviceError } from './service-error.ts'

/** What goes wrong on purpose. Everything off: `{}`. */
export type Faults = {
  /** The same seed, rules and order of requests give the same faults. */
  readonly seed?: number
  readonly rules?: readonly FaultRule[]
  /** Milliseconds before each operation. */
  readonly delay?: number
  /** Between the engine's write and its answer; when it throws, the caller gets a 500 for a write that happened. */
  readonly afterCommit?: (operation: string) => Promise<void> | void
}
export type FaultRule = {
  readonly fault: 'conflict' | 'throughputExceeded' | 'throttled' | 'internal'
  readonly probability: number
  /** Absent: every operation. */
  readonly operations?: readonly string[]
}

export type Misfortune = {
  readonly set: (faults: Faults) => void
  /** Throws what the service would answer, before anything is read or written. */
  readonly strike: (operation: string, body: object) => Promise<void>
  readonly committed: (operation: string) => Promise<void>
}

export const createMisfortune = (): Misfortune => {
  let faults: Faults = {}
  let random = seeded(1)
  return {
    set: (next) => {
      faults = next
      random = seeded(next.seed ?? 1)
    },
    strike: async (operation, body) => {
      const { delay = 0, rules = [] } = faults
      if (delay > 0) await new Promise((resolve) => setTimeout(resolve, delay))
      for (const rule of rules) {
        if (rule.operations && !rule.operations.includes(operation)) continue
        if (random() < rule.probability) throw errorFor(rule.fault, operation, body, random)
      }
    },
    committed: async (operation) => {
      try {
        await faults.afterCommit?.(operation)
      } catch (error) {
        throw serviceError('InternalServerError', String(error), {}, 500)
      }
    },
  }
}

const errorFor = (
  fault: FaultRule['fault'],
  operation: string,
  body: object,
  random: () => number,
): ServiceError => {
  switch (fault) {
    case 'conflict':
      return conflict(operation, body, random)
    case 'throughputExceeded':
      return serviceError(
        'ProvisionedThroughputExceededException',
        'The level of configured provisioned throughput for the table was exceeded.',
      )
    case 'throttled':
      return serviceError('ThrottlingException', 'Rate of requests exceeds the allowed throughput.')
    case 'internal':
      return serviceError('InternalServerError', 'Internal server error', {}, 500)
  }
}

/** A transaction is cancelled with the reason at one of its items; a single write is told so directly. */
const conflict = (operation: string, body: object, random: () => number): ServiceError => {
  const message = 'Transaction is ongoing for the item'
  const items = 'TransactItems' in body && Array.isArray(body.TransactItems) ? body.TransactItems : undefined
  if (!items || !operation.startsWith('Transact'))
    return serviceError('TransactionConflictException', message)
  const at = Math.floor(random() * items.length)
  return cancelled(
    items.map((_, index) =>
      index === at ? { Code: 'TransactionConflict', Message: message } : { Code: 'None' },
    ),
  )
}

export type CancellationReason = { readonly Code: string; readonly Message?: string; readonly Item?: unknown }

export const cancelled = (reasons: readonly CancellationReason[]): ServiceError =>
  serviceError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons.map((reason) => reason.Code).join(', ')}]`,
    { CancellationReasons: reasons },
  )
