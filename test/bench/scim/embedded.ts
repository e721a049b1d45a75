import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { type Engine, openEngine } from '../../../infra/local/dynamodb/engine.ts'
import { isServiceError } from '../../../infra/local/dynamodb/service-error.ts'
import { createTable } from '../../../infra/local/dynamodb/table.ts'
import { type Row, tableName, typedRows } from './rows.ts'

type Sent = { readonly headers: Readonly<Record<string, string>>; readonly body?: unknown }

const headers = { 'content-type': 'application/x-amz-json-1.0' }
const answer = (statusCode: number, body: object) => ({
  response: { statusCode, headers, body: Buffer.from(JSON.stringify(body)) },
})

/** Signed and serialised requests go to the engine as they are, only not over a socket: a benchmark of sockets would say nothing of either side. */
const handlerFor = (engine: Engine) => ({
  handle: async ({ headers: sent, body }: Sent) => {
    const operation = String(sent['x-amz-target']).split('.')[1] ?? ''
    const text = typeof body === 'string' ? body : new TextDecoder().decode(body as Uint8Array)
    try {
      return answer(200, await engine.handle(operation, JSON.parse(text)))
    } catch (error) {
      if (!isServiceError(error)) throw error
      return answer(error.statusCode, error.body)
    }
  },
  destroy: () => undefined,
  updateHttpClientConfig: () => undefined,
  httpHandlerConfigs: () => ({}),
})

const place = {
  endpoint: 'http://embedded.invalid',
  region: 'eu-west-1',
  credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
}

export type Connect = (options: typeof place) => DynamoDBDocumentClient

/** The embedded engine in this process, with these rows, and a client as each side makes its own. */
export const openEmbedded = async (
  rows: Iterable<Row>,
  connect: Connect,
): Promise<DynamoDBDocumentClient> => {
  const engine = await openEngine()
  const requestHandler = handlerFor(engine) as never
  await createTable(new DynamoDBClient({ ...place, requestHandler }), tableName)
  await engine.load(tableName, typedRows(rows))
  const client = connect(place)
  client.config.requestHandler = requestHandler
  return client
}
