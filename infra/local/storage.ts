import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { createIds, systemClock } from '../../lib/config/clock.ts'
import { ConnectorError } from '../../lib/core/errors.ts'
import { createDocumentClient } from '../../lib/store/client.ts'
import { createTable as createTableClient, type Table } from '../../lib/store/table-client.ts'
import { type Engine, openEngine } from './dynamodb/engine.ts'
import { serveEngine } from './dynamodb/server.ts'
import { createTable } from './dynamodb/table.ts'

/** The data of one machine, opened: engine, its endpoint, and the table in it. */
export type Storage = {
  readonly engine: Engine
  readonly endpoint: string
  readonly secret: string
  readonly table: string
  readonly close: () => Promise<void>
}

/** As `data`: keep nothing. */
export const inMemory = 'memory'
export const localRegion = 'eu-west-1'
const tableName = 'rolecall'

const pathOf = (data: string): string => join(data, 'table')

/** Whether a house was ever opened there. */
export const holdsData = (data: string): boolean => existsSync(pathOf(data))

/** Only one process can hold a data directory; a second one is told so. */
export const openStorage = async (data: string): Promise<Storage> => {
  const engine = await openLocked(data)
  const secret = randomBytes(24).toString('hex')
  const server = await serveEngine(engine, { secret })
  const client = new DynamoDBClient({
    endpoint: server.endpoint,
    region: localRegion,
    credentials: { accessKeyId: secret, secretAccessKey: secret },
  })
  await createTable(client, tableName)
  client.destroy()
  return {
    engine,
    endpoint: server.endpoint,
    secret,
    table: tableName,
    close: async () => {
      await server.close()
      await engine.close()
    },
  }
}

/** The stored records as the library sees them, for what this machine does itself. */
export const withTable = async <T>(
  { endpoint, secret, table: name }: Pick<Storage, 'endpoint' | 'secret' | 'table'>,
  run: (table: Table) => Promise<T>,
): Promise<T> => {
  const credentials = { accessKeyId: secret, secretAccessKey: secret }
  const client = createDocumentClient({ endpoint, region: localRegion, credentials })
  try {
    return await run(createTableClient({ client, name, clock: systemClock, ids: createIds() }))
  } finally {
    client.destroy()
  }
}

const openLocked = async (data: string): Promise<Engine> => {
  if (data === inMemory) return openEngine()
  mkdirSync(data, { recursive: true, mode: 0o700 })
  try {
    return await openEngine({ path: pathOf(data) })
  } catch (error) {
    if (!isLocked(error)) throw error
    throw new ConnectorError(
      'storeUnavailable',
      `the data in ${data} is held by another process: stop it (is npm start running?), or choose another directory with ROLECALL_DATA=…`,
      { field: 'ROLECALL_DATA', cause: error },
    )
  }
}

const isLocked = (error: unknown): boolean =>
  error instanceof Error &&
  (('code' in error && error.code === 'LEVEL_LOCKED') || (error.cause !== undefined && isLocked(error.cause)))
