import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { openEngine } from '../../../infra/local/dynamodb/engine.ts'
import { serveEngine } from '../../../infra/local/dynamodb/server.ts'
import { createTable } from '../../../infra/local/dynamodb/table.ts'
import { fullWorld, quickWorld } from './people.ts'
import { tableName, typedRows } from './rows.ts'

/** The embedded engine in a process of its own, with one side's items already in its table. */
const start = async (party: string, quick: boolean): Promise<void> => {
  const world = quick ? quickWorld : fullWorld
  const rows =
    party === 'ours'
      ? (await import('./ours-items.ts')).oursItems(world)
      : (await import('./peer-items.ts')).peerItems(world)
  const engine = await openEngine()
  const { endpoint } = await serveEngine(engine)
  const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' }
  const client = new DynamoDBClient({ endpoint, region: 'eu-west-1', credentials })
  await createTable(client, tableName)
  client.destroy()
  await engine.load(tableName, typedRows(rows))
  process.send?.({ endpoint })
}

process.on('disconnect', () => process.exit())
start(process.argv[2] ?? '', process.argv[3] === 'quick').catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
