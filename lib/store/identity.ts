import { DescribeTableCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb'
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb'
import { ConnectorError } from '../core/errors.ts'
import { type Instant, milliseconds } from '../core/ids.ts'
import type { StoreIdentity } from '../core/ports/runs.ts'
import { absent, still } from './conditions.ts'
import { identityKey } from './keys.ts'
import type { Table } from './table-client.ts'
import { withRetries } from './table-retries.ts'

/** A process may outlive a table that is deleted and restored under the same name. */
const freshSeconds = 300

type Described = {
  readonly TableId?: string | undefined
  readonly TableArn?: string | undefined
  readonly CreationDateTime?: Date | undefined
}

/** Of this very table: one restored or made anew under the same name has another. */
const nameOf = ({ TableId, TableArn, CreationDateTime }: Described): string => {
  const name = TableId ?? (TableArn && CreationDateTime && `${TableArn} ${CreationDateTime.toISOString()}`)
  if (name) return name
  throw new ConnectorError('storeUnavailable', 'the store does not say which table it is')
}

/** The one question that is about the table and not its items, so the one that the table's own client has no method for. */
export const createStoreIdentity = (
  table: Table,
  store: { readonly client: DynamoDBDocumentClient; readonly name: string },
): StoreIdentity => {
  let knownAt: Instant | undefined
  let described: string | undefined

  // A document client sends every command of the client below it; only its types are narrower.
  const client = store.client as unknown as DynamoDBClient
  const patience = { clock: table.clock, random: Math.random }
  const describe = (): Promise<string> =>
    withRetries(patience, true, async () => {
      const command = new DescribeTableCommand({ TableName: store.name })
      return nameOf((await client.send(command)).Table ?? {})
    })
  const fresh = (): boolean =>
    knownAt !== undefined && milliseconds(table.clock.now()) - milliseconds(knownAt) < freshSeconds * 1000

  return {
    copyOf: async () => {
      if (fresh()) return undefined
      const [now, item] = [await describe(), await table.get(identityKey)]
      described = now
      // A first start, or the first one of a version that looks.
      if (item === undefined) await table.put({ ...identityKey, identity: now }, absent)
      if (item !== undefined && item.identity !== now) return String(item.identity)
      knownAt = table.clock.now()
      return undefined
    },
    settle: async (copyOf) => {
      const identity = described ?? (await describe())
      await table.put({ ...identityKey, identity }, still('identity', copyOf))
      knownAt = table.clock.now()
    },
  }
}
