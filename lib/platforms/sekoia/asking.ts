import type * as z from 'zod'
import { ConnectorError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { Reading } from '../../core/ports/platform.ts'
import type { PlatformHttp } from '../http.ts'
import { readWhole, type WholeList } from './paging.ts'
import { pageShape, parsed } from './shapes.ts'

type Query = Readonly<Record<string, string>>
type Entry = { readonly uuid: string }
type Long<T, Item> = {
  readonly path: string
  readonly query: Query
  readonly shape: z.ZodType<T>
  readonly what: string
  /** What is kept of an entry. */
  readonly as: (entry: T) => Item
  readonly idOf: (item: Item) => string
}

/** The three forms in which the platform is read, each parsed. `what` names the attempt in errors. */
export type Asking = {
  /** All pages of a list. */
  readonly whole: <T extends Entry>(
    path: string,
    query: Query,
    shape: z.ZodType<T>,
    what: string,
  ) => Promise<readonly T[]>
  /** The same of a list that may be interrupted and gone on with. */
  readonly long: <T, Item>(list: Long<T, Item>, reading?: Reading) => Promise<WholeList<Item>>
  /** One page of a list, as asked for. */
  readonly page: <T>(path: string, query: Query, shape: z.ZodType<T>, what: string) => Promise<readonly T[]>
  /** A list that the platform gives at once, without pages. */
  readonly all: <T>(path: string, shape: z.ZodType<T>, what: string) => Promise<readonly T[]>
  readonly one: <T>(path: string, shape: z.ZodType<T>, what: string) => Promise<T>
}

export const createAsking = (http: PlatformHttp, clock: Clock): Asking => {
  const read = async (path: string, query: Query, what: string): Promise<unknown> =>
    (await http.send({ method: 'GET', path, query, what })).body
  const long: Asking['long'] = ({ path, query, shape, what, as, idOf }, reading) =>
    readWhole(
      {
        read: async (offset, limit) => {
          const paged = { ...query, limit: String(limit), offset: String(offset) }
          return parsed(pageShape, await read(path, paged, what), what)
        },
        itemOf: (entry) => as(parsed(shape, entry, what)),
        idOf,
        what,
      },
      clock,
      reading,
    )
  return {
    long,
    whole: async (path, query, shape, what) =>
      (await long({ path, query, shape, what, as: (entry) => entry, idOf: ({ uuid }) => uuid })).items,
    page: async (path, query, shape, what) =>
      parsed(pageShape, await read(path, query, what), what).items.map((item) => parsed(shape, item, what)),
    all: async (path, shape, what) => {
      const { total, items } = parsed(pageShape, await read(path, {}, what), what)
      if (total === items.length) return items.map((item) => parsed(shape, item, what))
      throw new ConnectorError('platformUnreadable', `${what}: the list is not whole`)
    },
    one: async (path, shape, what) => parsed(shape, await read(path, {}, what), what),
  }
}
