import { DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { type Engine, openEngine } from '../../../infra/local/dynamodb/engine.ts'
import { isServiceError } from '../../../infra/local/dynamodb/service-error.ts'
import { createTable } from '../../../infra/local/dynamodb/table.ts'
import { createDocumentClient } from '../../../lib/store/client.ts'
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

/** The embedded engine in this process, with these rows, and a client as the deployed functions make it. */
export const openEmbedded = async (rows: Iterable<Row>): Promise<DynamoDBDocumentClient> => {
  const engine = await openEngine()
  const requestHandler = handlerFor(engine) as never
  const options = {
    endpoint: 'http://embedded.invalid',
    region: 'eu-west-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
  }
  await createTable(new DynamoDBClient({ ...options, requestHandler }), tableName)
  await engine.load(tableName, typedRows(rows))
  const client = createDocumentClient(options)
  client.config.requestHandler = requestHandler
  return client
}
