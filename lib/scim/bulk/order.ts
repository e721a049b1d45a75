import type { BulkOperation, RefusedOperation } from './message.ts'
import { referencesOf } from './references.ts'

/** One operation at its turn; `open` holds those of its references whose resources come later: they lead back to it. */
export type Step =
  | { readonly kind: 'perform'; readonly operation: BulkOperation; readonly open: ReadonlySet<string> }
  | { readonly kind: 'refused'; readonly operation: RefusedOperation }

export type Order = {
  readonly steps: readonly Step[]
  /** The bulkIds that stand for resources to be created. */
  readonly known: ReadonlySet<string>
}

type Creations = ReadonlyMap<string, BulkOperation>

const creationsOf = (operations: readonly (BulkOperation | RefusedOperation)[]): Creations =>
  new Map(
    operations.flatMap((each) =>
      'refusal' in each || each.method !== 'POST' || each.bulkId === undefined
        ? []
        : [[each.bulkId, each] as const],
    ),
  )

/**
 * The order of the request, except that a resource is created before the first operation that refers to it. In a circle one has to be first: it is
 * created without what leads back, and completed when that is there (RFC 7644 §3.7.1).
 */
export const orderOf = (operations: readonly (BulkOperation | RefusedOperation)[]): Order => {
  const creations = creationsOf(operations)
  const known = new Set(creations.keys())
  const steps: Step[] = []
  const state = new Map<BulkOperation, 'begun' | 'placed'>()

  const place = (operation: BulkOperation): void => {
    if (state.has(operation)) return
    state.set(operation, 'begun')
    const open = new Set<string>()
    for (const bulkId of referencesOf(operation, known)) {
      const creation = creations.get(bulkId)
      if (creation === undefined) continue
      if (state.get(creation) === 'begun') open.add(bulkId)
      else place(creation)
    }
    state.set(operation, 'placed')
    steps.push({ kind: 'perform', operation, open })
  }
  for (const operation of operations) {
    if ('refusal' in operation) steps.push({ kind: 'refused', operation })
    else place(operation)
  }
  return { steps, known }
}
