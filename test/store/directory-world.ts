import { randomUUID } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import type { Stamp } from '../../lib/core/audit.ts'
import { type ConnectionId, connectionId, instant } from '../../lib/core/ids.ts'
import type { Group, Member } from '../../lib/core/member.ts'
import type { Clock, Ids } from '../../lib/core/ports/clock.ts'
import type { GroupWrite, MemberDraft, MemberWrite } from '../../lib/core/ports/directory.ts'
import type { Due } from '../../lib/core/work.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { dueFrom } from '../../lib/store/due-items.ts'
import { duePrefix, dueShards } from '../../lib/store/keys.ts'
import { createTable, type Item, type Table } from '../../lib/store/table-client.ts'
import { createUpkeep } from '../../lib/store/upkeep.ts'
import { openTestTable } from '../support/table.ts'

export const acme = connectionId('acme')
const ordered = monotonicFactory()
export const ids: Ids = { uuid: () => randomUUID(), ordered: () => ordered() }

/** Moves on by itself with every look, so that all instants differ; waits are short. */
export const createTestClock = (): Clock => {
  let now = Date.parse('2026-03-01T00:00:00Z')
  return {
    now: () => {
      now += 1
      return instant(now)
    },
    sleep: (seconds) => new Promise((resolve) => setTimeout(resolve, Math.min(20, seconds * 1000))),
  }
}

export const openWorld = async () => {
  const test = await openTestTable()
  const clock = createTestClock()
  let capacity = 0
  const table = createTable({
    client: test.client,
    name: test.name,
    clock,
    ids,
    onCapacity: (units) => {
      capacity += units
    },
  })
  return {
    ...test,
    clock,
    table,
    directory: createDirectory(table),
    upkeep: createUpkeep(table),
    stamp: (connection: ConnectionId = acme): Stamp => ({
      connection,
      actor: { kind: 'credential', label: 'okta' },
      requestId: ids.ordered(),
      at: clock.now(),
    }),
    /** What a piece of work consumed. */
    costOf: async (work: () => Promise<unknown>): Promise<number> => {
      const before = capacity
      await work()
      return capacity - before
    },
  }
}
export type World = Awaited<ReturnType<typeof openWorld>>

export const person = (name: string, more: Partial<MemberDraft> = {}): MemberDraft => ({
  userName: `${name}@acme.example`,
  externalId: `ext-${name}`,
  active: true,
  attributes: { emails: [{ value: `${name}@acme.example`, type: 'work', primary: true }] },
  ...more,
})

export const written = (result: MemberWrite): Member => {
  if (result.kind !== 'written') throw new Error(`not written: ${result.kind}`)
  return result.member
}
export const writtenGroup = (result: GroupWrite): Group => {
  if (result.kind !== 'written') throw new Error(`not written: ${result.kind}`)
  return result.group
}

export const dues = async (table: Table): Promise<readonly Due[]> => {
  const all: Due[] = []
  for (let shard = 0; shard < dueShards; shard += 1)
    for await (const item of table.queryAll({ pk: `${duePrefix}${shard}` })) all.push(dueFrom(item))
  return all.sort((a, b) => (a.position < b.position ? -1 : 1))
}

export const rowsOf = async (table: Table, pk: string): Promise<readonly Item[]> => {
  const all: Item[] = []
  for await (const item of table.queryAll({ pk })) all.push(item)
  return all
}
