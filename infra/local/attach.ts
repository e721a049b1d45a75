import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb'
import { ConnectorError } from '../../lib/core/errors.ts'
import { readEndpointFile } from './endpoint-file.ts'
import { holdsData, inMemory, localRegion, openStorage } from './storage.ts'

/** A way to the local table, whoever holds it. */
export type Endpoint = {
  readonly endpoint: string
  readonly secret: string
  readonly table: string
  readonly region: string
  /** `running`: somebody else serves it. `own`: this process does, until `close`. */
  readonly held: 'running' | 'own'
  readonly close: () => Promise<void>
}

/**
 * Uses the engine that is running on this data, or starts it here when nobody does. Never begins new data: a mistyped directory would
 * answer every question with "nothing".
 */
export const openEndpoint = async (data: string): Promise<Endpoint> => {
  if (data === inMemory)
    throw new ConnectorError(
      'storeUnavailable',
      'ROLECALL_DATA=memory keeps nothing another process could see: start the house with a directory, and name the same one here',
      { field: 'ROLECALL_DATA' },
    )
  if (!holdsData(data))
    throw new ConnectorError(
      'notFound',
      `there is no data in ${data}: run npm start once, name its directory with --data or ROLECALL_DATA, or a deployed table with --table`,
      { field: 'ROLECALL_DATA' },
    )
  const file = readEndpointFile(data)
  if (file && (await answers(file))) {
    const { endpoint, secret, table } = file
    return { endpoint, secret, table, region: localRegion, held: 'running', close: async () => undefined }
  }
  // A killed house leaves its file behind; the engine's own lock decides whether somebody is there.
  const { endpoint, secret, table, close } = await openStorage(data)
  return { endpoint, secret, table, region: localRegion, held: 'own', close }
}

/** The table itself must answer: after a kill, another program may listen on the old port. */
const answers = async (file: {
  readonly endpoint: string
  readonly secret: string
  readonly table: string
}): Promise<boolean> => {
  const client = new DynamoDBClient({
    endpoint: file.endpoint,
    region: localRegion,
    credentials: { accessKeyId: file.secret, secretAccessKey: file.secret },
    maxAttempts: 1,
    requestHandler: { connectionTimeout: 1000, requestTimeout: 5000, throwOnRequestTimeout: true },
  })
  try {
    await client.send(new DescribeTableCommand({ TableName: file.table }))
    return true
  } catch {
    return false
  } finally {
    client.destroy()
  }
}
