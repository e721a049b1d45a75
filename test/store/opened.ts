import { randomUUID } from 'node:crypto'
import { ulid } from 'ulid'
import { communityId, connectionId, memberId } from '../../lib/core/ids.ts'
import { createTable, type Table } from '../../lib/store/table-client.ts'
import { createTestClock, type TestClock } from '../support/clock.ts'
import { openTestTable, type TestTable } from '../support/table.ts'

export type Opened = {
  readonly test: TestTable
  readonly table: Table
  readonly clock: TestClock
  /** A second client of the same table, as another process would have. */
  readonly another: (clock?: TestClock, onCapacity?: (units: number) => void) => Table
}

export const openStore = async (): Promise<Opened> => {
  const test = await openTestTable()
  const clock = createTestClock()
  const another: Opened['another'] = (its = clock, onCapacity = () => undefined) =>
    createTable({
      client: test.client,
      name: test.name,
      clock: its,
      ids: { uuid: randomUUID, ordered: ulid },
      onCapacity,
    })
  return { test, table: another(), clock, another }
}

/** Tests share a table and never a community or connection. */
export const freshCommunity = () => communityId(`community-${randomUUID()}`)
export const freshConnection = () => connectionId(`connection-${randomUUID()}`)
export const freshMember = () => memberId(randomUUID())
