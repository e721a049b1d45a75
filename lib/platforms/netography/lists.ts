import * as z from 'zod'
import { ConnectorError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { parsed } from './shapes.ts'

/** The schemas end every list at so many entries, and no list has pages: one that long may be cut. */
export const listCap = 1000
const attempts = 3

export type Listed<T> = { readonly items: readonly T[]; readonly complete: boolean }

const envelope = z.object({
  meta: z.object({ count: z.number().int().min(0).nullish() }).nullish(),
  data: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]),
})

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The schema says object where the prose says list: entries by their id, or one list under a name, are both understood. */
const entriesOf = (data: readonly unknown[] | Readonly<Record<string, unknown>>): readonly unknown[] => {
  if (Array.isArray(data)) return data
  const values = Object.values(data)
  const [only] = values
  return values.length === 1 && Array.isArray(only) ? only : values
}

type Kind<T> = {
  readonly shape: z.ZodType<T>
  readonly idOf: (item: T) => string
  readonly what: string
}

/** A reason not to believe the list, or the list. */
const judged = <T>(body: unknown, kind: Kind<T>): Listed<T> | string => {
  const { meta, data } = parsed(envelope, body, kind.what)
  const entries = entriesOf(data)
  if (!entries.every(isRecord)) return 'an entry is not an object'
  const count = meta?.count ?? entries.length
  if (count !== entries.length && entries.length < listCap) return 'its count differs from its entries'
  const items = entries.map((entry) => parsed(kind.shape, entry, kind.what))
  if (new Set(items.map(kind.idOf)).size < items.length) return 'an entry repeats'
  return { items, complete: items.length < listCap }
}

/** A half list is an error, never a short list: whoever is missing from it would lose access. It is read again first. */
export const readList = async <T>(
  read: () => Promise<unknown>,
  kind: Kind<T>,
  clock: Clock,
): Promise<Listed<T>> => {
  let why = ''
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    if (attempt > 1) await clock.sleep(attempt - 1)
    const result = judged(await read(), kind)
    if (typeof result !== 'string') return result
    why = result
  }
  throw new ConnectorError(
    'platformUnreadable',
    `${kind.what}: the list is not whole (${why}), read ${attempts} times`,
  )
}
