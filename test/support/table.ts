import { randomUUID } from 'node:crypto'
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { type Engine, openEngine } from '../../infra/local/dynamodb/engine.ts'
import { serveEngine } from '../../infra/local/dynamodb/server.ts'
import { createTable } from '../../infra/local/dynamodb/table.ts'
import { engineHandler } from './engine-handler.ts'

export type TestTable = {
  readonly client: DynamoDBDocumentClient
  readonly name: string
  readonly endpoint: string
  /** Absent on another engine (`DYNAMODB_ENDPOINT`): nothing can be injected or tapped there. */
  readonly engine: Engine | undefined
  /** Every operation the engine was asked for, in order; of another engine, what this client asked. */
  readonly requests: readonly { readonly operation: string; readonly body: object }[]
  readonly close: () => Promise<void>
}

/** An empty table of its own, through the real SDK: on the embedded engine in memory, or on the one `DYNAMODB_ENDPOINT` names. */
export const openTestTable = async (): Promise<TestTable> => {
  const given = process.env.DYNAMODB_ENDPOINT
  const engine = given === undefined ? await openEngine() : undefined
  const requests: { readonly operation: string; readonly body: object }[] = []
  const handle: Engine['handle'] = async (operation, body) => {
    requests.push({ operation, body })
    return engine?.handle(operation, body) ?? {}
  }
  const server = engine && (await serveEngine({ ...engine, handle }))
  const endpoint = server?.endpoint ?? given ?? ''
  const plain = new DynamoDBClient({
    ...(engine && { requestHandler: engineHandler(handle), signer: { sign: async (request) => request } }),
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  // Prepares texts for a log that nobody keeps.
  plain.middlewareStack.remove('loggerMiddleware')
  const name = `rolecall-${randomUUID()}`
  await createTable(plain, name)
  if (engine === undefined)
    plain.middlewareStack.add(
      (next, { commandName = '' }) =>
        (args) => {
          requests.push({ operation: commandName.replace(/Command$/, ''), body: args.input })
          return next(args)
        },
      { step: 'initialize', name: 'requests' },
    )
  const client = DynamoDBDocumentClient.from(plain, { marshallOptions: { removeUndefinedValues: true } })
  return {
    client,
    name,
    endpoint,
    engine,
    requests,
    close: async () => {
      if (!engine) await plain.send(new DeleteTableCommand({ TableName: name }))
      plain.destroy()
      await server?.close()
      await engine?.close()
    },
  }
}
