/** dynalite ships no types. Declared here: only what the engine uses, with `Item` for an attribute map in DynamoDB JSON. */
declare module 'dynalite/db/index.js' {
  namespace dynalite {
    type Callback<T> = (error: unknown, value?: T) => void
    type Value = Readonly<Record<string, unknown>>
    type Lockable = (key: string, run: (release: <F>(done: F) => F) => void) => void
    type Range = {
      readonly gt?: string
      readonly gte?: string
      readonly lt?: string
      readonly lte?: string
      readonly limit?: number
      readonly reverse?: boolean
    }
    type SubDatabase = {
      readonly get: (key: string, done: Callback<Value>) => void
      readonly put: (key: string, value: Value, done: Callback<void>) => void
      readonly del: (key: string, done: Callback<void>) => void
      readonly lock: Lockable
      readonly createValueStream: (range: Range) => import('node:stream').Stream
    }
    type Write =
      | { readonly type: 'put'; readonly key: string; readonly value: Value }
      | { readonly type: 'del'; readonly key: string }
    type Level = {
      readonly open: () => Promise<void>
      readonly close: () => Promise<void>
      readonly get: (key: string) => Promise<Value | undefined>
      readonly getSync: (key: string) => Value | undefined
      readonly values: (range: Range) => {
        readonly nextv: (size: number) => Promise<readonly Value[]>
        readonly close: () => Promise<void>
      }
      readonly put: (key: string, value: Value) => Promise<void>
      readonly batch: (writes: readonly Write[]) => Promise<void>
      readonly iterator: (range: {
        readonly gte: string
        readonly lt: string
      }) => AsyncIterable<readonly [string, Value]>
    }
    type Table = {
      readonly TableStatus: string
      readonly KeySchema: readonly { readonly AttributeName: string }[]
    }
    type Store = {
      readonly db: Level
      readonly getItemDb: (table: string) => SubDatabase
      readonly getIndexDb: (type: string, table: string, index: string) => SubDatabase
      readonly getTable: {
        (name: string, done: Callback<Table>): void
        (name: string, checkStatus: boolean, done: Callback<Table>): void
      }
    }
  }
  const dynalite: {
    readonly create: (options: {
      readonly path?: string
      readonly createTableMs: number
      readonly deleteTableMs: number
      readonly updateTableMs: number
    }) => dynalite.Store
    /** The key of an item, or of a key, in its table's part of the store. */
    readonly createKey: (item: dynalite.Value, table: dynalite.Table) => string
  }

  export = dynalite
}

declare module 'dynalite/validations/index.js' {
  const validations: {
    readonly checkTypes: (body: object, types: object) => object
    readonly checkValidations: (body: object, types: object, custom: unknown, store: object) => void
  }
  export = validations
}

declare module 'dynalite/actions/*' {
  const action: (store: object, body: object, done: (error: unknown, answer?: object) => void) => void
  export = action
}

declare module 'dynalite/validations/*' {
  const validation: { readonly types: object; readonly custom?: unknown }
  export = validation
}
