import type { SimulatedAnswer, SimulatedRequest } from '../simulator.ts'
import type { Edit } from './edits.ts'

/** What a test can make go wrong, for the next `times` requests that match; the first `after` of them pass. */
export type Fault = {
  readonly method?: string
  /** Part of the path. */
  readonly path?: string
  readonly after?: number
  readonly times: number
} & (
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  | { readonly kind: 'hang' }
  /** The work is done, the answer never arrives. */
  | { readonly kind: 'lostAnswer' }
  /** A list that says its true total and holds half of its items. */
  | { readonly kind: 'halfList' }
  /** Somebody edits by hand just before this request is served. */
  | { readonly kind: 'meanwhile'; readonly edits: readonly Edit[] }
  | { readonly kind: 'raw'; readonly status: number; readonly contentType: string; readonly text: string }
)

export type Faults = {
  readonly set: (next: readonly Fault[]) => void
  /** Takes the fault that applies to this request, if any. */
  readonly next: (request: SimulatedRequest) => Fault | undefined
}

export const createFaults = (): Faults => {
  let pending: readonly Fault[] = []
  const applies = (fault: Fault, request: SimulatedRequest): boolean =>
    (fault.method === undefined || fault.method === request.method) &&
    (fault.path === undefined || request.path.includes(fault.path))
  return {
    set: (next) => {
      pending = next
    },
    next: (request) => {
      const fault = pending.find((one) => applies(one, request))
      if (fault === undefined) return undefined
      const waits = (fault.after ?? 0) > 0
      const used: Fault = waits
        ? { ...fault, after: (fault.after ?? 0) - 1 }
        : { ...fault, times: fault.times - 1 }
      pending = pending.flatMap((one) => (one === fault ? (used.times > 0 ? [used] : []) : [one]))
      return waits ? undefined : fault
    },
  }
}

/** Keeps the head of a list and leaves its total alone. */
export const halved = (answer: SimulatedAnswer): SimulatedAnswer => {
  if (answer.status !== 200) return answer
  const body = JSON.parse(answer.body) as { readonly items?: readonly unknown[] }
  if (body.items === undefined) return answer
  return {
    ...answer,
    body: JSON.stringify({ ...body, items: body.items.slice(0, Math.floor(body.items.length / 2)) }),
  }
}
