import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIds, systemClock } from '../../lib/config/clock.ts'
import { type ConnectionId, connectionId, type MemberId, memberId } from '../../lib/core/ids.ts'
import { inParallel } from '../../lib/store/batches.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { prefixes, prefixOf, totalKey } from '../../lib/store/keys.ts'
import { memberItem } from '../../lib/store/member-items.ts'
import { createTable, type Item } from '../../lib/store/table-client.ts'
import { type Json, openScim, type Reply, type Scim } from './support/service.ts'

// The full size takes half a minute: DEEP_PAGE=60000 npx vitest run test/scim/deep-page.test.ts
const size = Number(process.env.DEEP_PAGE ?? 2_400)
const startIndex = Math.floor((size * 5) / 6) + 1
const count = 100
const acme: ConnectionId = connectionId('acme')

let scim: Scim
/** In the order in which lists stand. */
let ids: readonly MemberId[]

const itemOf = (id: MemberId, n: number): Item => {
  const at = systemClock.now()
  const attributes = {
    displayName: `Person ${n}`,
    emails: [{ value: `person${n}@acme.test`, primary: true }],
  }
  const record = { connection: acme, id, userName: `person${n}@acme.test`, active: true, attributes }
  return memberItem({ ...record, version: 1, incarnation: 1, created: at, lastModified: at }, 'salt')
}

/** As the store would have left them, without the minutes that as many requests take. */
const seed = async (): Promise<void> => {
  const { uuid } = createIds()
  ids = Array.from({ length: size }, () => memberId(uuid())).sort()
  const totals = prefixes.map((prefix) => ({
    ...totalKey(acme, 'U', prefix),
    n: ids.filter((id) => prefixOf(id) === prefix).length,
  }))
  const items: readonly Item[] = [...ids.map(itemOf), ...totals.filter(({ n }) => n > 0)]
  const batches = Array.from({ length: Math.ceil(items.length / 25) }, (_, n) =>
    items.slice(n * 25, n * 25 + 25),
  )
  await inParallel(batches, 8, (batch) =>
    scim.table.client.send(
      new BatchWriteCommand({
        RequestItems: { [scim.table.name]: batch.map((item) => ({ PutRequest: { Item: item } })) },
      }),
    ),
  )
}

beforeAll(async () => {
  scim = await openScim()
  await seed()
}, 600_000)
afterAll(() => scim.close())

const page = (start: number): Promise<Reply> =>
  scim.get(`/Users?startIndex=${start}&count=${count}&excludedAttributes=groups`)
const idsOf = (reply: Reply): readonly unknown[] =>
  (reply.body.Resources as readonly Json[]).map((each) => each.id)

/** What a piece of work asked the table for. */
const requestsOf = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
  const before = scim.table.requests.length
  await work()
  return scim.table.requests.slice(before).map(({ operation }) => operation)
}
/** How many of the 256 parts of the list a page lies in. */
const partsOf = (start: number, live: readonly string[]): number =>
  new Set(live.slice(start - 1, start - 1 + count).map(prefixOf)).size

/** What reading these pages consumes, by a table that has answered nothing before. */
const unitsOf = async (start: number): Promise<number> => {
  let units = 0
  const { client, name } = scim.table
  const onCapacity = (more: number): void => {
    units += more
  }
  const table = createTable({ client, name, clock: systemClock, ids: createIds(), onCapacity })
  await createDirectory(table).listMembers(acme, start, count)
  return units
}

describe(`a page at ${startIndex} of ${size} users`, () => {
  it('cold, holds the right resources in id order', async () => {
    const reply = await page(startIndex)
    expect(reply.body).toMatchObject({ totalResults: size, startIndex, itemsPerPage: count })
    expect(idsOf(reply)).toEqual(ids.slice(startIndex - 1, startIndex - 1 + count))
    expect(idsOf(await page(size - 9))).toEqual(ids.slice(size - 10))
    expect(idsOf(await page(size + 1))).toEqual([])
  })

  // Another engine may be asked by others at the same time, and is not looked into.
  it.runIf(process.env.DYNAMODB_ENDPOINT === undefined)(
    'asks for the credential, the totals and the parts the page lies in, wherever it begins',
    async () => {
      for (const start of [1, startIndex]) {
        const requests = await requestsOf(() => page(start))
        expect(requests.filter((operation) => operation === 'GetItem')).toHaveLength(1)
        expect(requests.filter((operation) => operation === 'Query')).toHaveLength(1 + partsOf(start, ids))
        expect(requests).toHaveLength(2 + partsOf(start, ids))
      }
    },
  )

  it('consumes what its parts hold and no more than at the front', async () => {
    const largest = Math.max(
      ...prefixes.map((prefix) =>
        ids
          .filter((id) => prefixOf(id) === prefix)
          .reduce((sum, id, n) => sum + Buffer.byteLength(JSON.stringify(itemOf(id, n))), 0),
      ),
    )
    // The totals are 256 rows of some thirty bytes; a consistent read is one unit per 4 KB.
    const bound = (start: number): number => 4 + partsOf(start, ids) * Math.ceil(largest / 4096)
    for (const start of [1, startIndex]) expect(await unitsOf(start)).toBeLessThanOrEqual(bound(start))
  })

  it('counts on after deletions before it, and after one within it', async () => {
    const step = Math.floor(startIndex / 25)
    const gone = new Set([...ids.filter((_, n) => n < startIndex && n % step === 0), ids[startIndex + 3]])
    const replies = await inParallel([...gone], 8, (id) => scim.remove(`/Users/${id}`))
    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([204]))
    const live = ids.filter((id) => !gone.has(id))
    const reply = await page(startIndex)
    expect(reply.body).toMatchObject({ totalResults: live.length, startIndex, itemsPerPage: count })
    expect(idsOf(reply)).toEqual(live.slice(startIndex - 1, startIndex - 1 + count))
    if (scim.table.engine)
      expect(await requestsOf(() => page(startIndex))).toHaveLength(2 + partsOf(startIndex, live))
  })
})
