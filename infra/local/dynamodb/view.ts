import type { Store, SubDatabase, Value, Write } from 'dynalite/db/index.js'

/** One committed change of an item, as a stream record would show it. */
export type Image = { readonly table: string; readonly before?: Value; readonly after?: Value }

export type View = {
  /** Looks like dynalite's store, but keeps its writes and reads through them. */
  readonly store: Store
  readonly writes: () => readonly Write[]
  readonly images: () => readonly Image[]
}

type Pending = { readonly write: Write; readonly table?: string; before?: Value | undefined }

/**
 * dynalite writes an item and each of its index entries one by one. Run against a view, any set of its actions becomes one LevelDB batch:
 * all of it is stored, or nothing.
 */
export const openView = (base: Store): View => {
  const pending = new Map<string, Pending>()
  const seen = new Map<string, Value | undefined>()

  const wrap = (sub: SubDatabase, name: string, table?: string): SubDatabase => {
    const keep = (key: string, write: Write): void => {
      pending.set(key, { write, ...(table === undefined ? {} : { table, before: seen.get(key) }) })
    }
    return {
      ...sub,
      // The engine's one lock is held already.
      lock: (_key, run) => run((done) => done),
      get: (key, done) => {
        const full = `${name}~${key}`
        const own = pending.get(full)?.write
        if (own) return void queueMicrotask(() => done(null, own.type === 'put' ? own.value : undefined))
        sub.get(key, (error, value) => {
          if (!error) seen.set(full, value)
          done(error, value)
        })
      },
      put: (key, value, done) => {
        const full = `${name}~${key}`
        keep(full, { type: 'put', key: full, value })
        queueMicrotask(() => done(null))
      },
      del: (key, done) => {
        const full = `${name}~${key}`
        keep(full, { type: 'del', key: full })
        queueMicrotask(() => done(null))
      },
    }
  }

  const store: Store = Object.assign(Object.create(base) as Store, {
    getItemDb: (table: string) => wrap(base.getItemDb(table), `item-${table}`, table),
    getIndexDb: (type: string, table: string, index: string) =>
      wrap(base.getIndexDb(type, table, index), `index-${type.toLowerCase()}~${table}~${index}`),
  })

  return {
    store,
    writes: () => [...pending.values()].map((entry) => entry.write),
    images: () => [...pending.values()].flatMap(imageOf),
  }
}

const imageOf = ({ write, table, before }: Pending): readonly Image[] => {
  if (table === undefined) return []
  const after = write.type === 'put' ? write.value : undefined
  if (before === undefined && after === undefined) return []
  return [{ table, ...(before && { before }), ...(after && { after }) }]
}
