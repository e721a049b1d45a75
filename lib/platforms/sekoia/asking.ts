import type * as z from 'zod'
import { ConnectorError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { PlatformHttp } from '../http.ts'
import { readWhole } from './paging.ts'
import { pageShape, parsed } from './shapes.ts'

type Query = Readonly<Record<string, string>>

/** The three forms in which the platform is read, each parsed. `what` names the attempt in errors. */
export type Asking = {
  /** All pages of a list. */
  readonly whole: <T>(path: string, query: Query, shape: z.ZodType<T>, what: string) => Promise<readonly T[]>
  /** One page of a list, as asked for. */
  readonly page: <T>(path: string, query: Query, shape: z.ZodType<T>, what: string) => Promise<readonly T[]>
  /** A list that the platform gives at once, without pages. */
  readonly all: <T>(path: string, shape: z.ZodType<T>, what: string) => Promise<readonly T[]>
  readonly one: <T>(path: string, shape: z.ZodType<T>, what: string) => Promise<T>
}

export const createAsking = (http: PlatformHttp, clock: Clock): Asking => {
  const read = async (path: string, query: Query, what: string): Promise<unknown> =>
    (await http.send({ method: 'GET', path, query, what })).body
  return {
    whole: async (path, query, shape, what) => {
      const items = await readWhole(
        async (offset, limit) => {
          const paged = { ...query, limit: String(limit), offset: String(offset) }
          return parsed(pageShape, await read(path, paged, what), what)
        },
        clock,
        what,
      )
      return items.map((item) => parsed(shape, item, what))
    },
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
