import type { SimulatedAnswer, SimulatedRequest } from './simulator.ts'

/** What a test can make go wrong, for the next `times` requests that match; the first `after` of them pass. */
export type Fault<Edit> = {
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

export type Faults<Edit> = {
  readonly set: (next: readonly Fault<Edit>[]) => void
  /** Takes the fault that applies to this request, if any. */
  readonly next: (request: SimulatedRequest) => Fault<Edit> | undefined
}

export const createFaults = <Edit>(): Faults<Edit> => {
  let pending: readonly Fault<Edit>[] = []
  const applies = (fault: Fault<Edit>, request: SimulatedRequest): boolean =>
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
      const used: Fault<Edit> = waits
        ? { ...fault, after: (fault.after ?? 0) - 1 }
        : { ...fault, times: fault.times - 1 }
      pending = pending.flatMap((one) => (one === fault ? (used.times > 0 ? [used] : []) : [one]))
      return waits ? undefined : fault
    },
  }
}

const half = (list: readonly unknown[]): readonly unknown[] => list.slice(0, Math.floor(list.length / 2))

/** Keeps the head of a list, under whatever name it stands, and leaves its total alone. */
export const halved = (answer: SimulatedAnswer): SimulatedAnswer => {
  if (answer.status !== 200) return answer
  const body: unknown = JSON.parse(answer.body)
  if (Array.isArray(body)) return { ...answer, body: JSON.stringify(half(body)) }
  const fields = Object.entries(body as Readonly<Record<string, unknown>>)
  const cut = fields.map(([name, value]) => [name, Array.isArray(value) ? half(value) : value])
  return { ...answer, body: JSON.stringify(Object.fromEntries(cut)) }
}
