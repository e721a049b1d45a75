import { randomUUID } from 'node:crypto'
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionId, memberId } from '../../lib/core/ids.ts'
import { chunksOf, inParallel } from '../../lib/store/batches.ts'
import { manyEmailsKey } from '../../lib/store/keys.ts'
import { filterOf, idOf, openScim, type Scim, user } from './support/service.ts'

let scim: Scim
beforeAll(async () => {
  scim = await openScim()
})
afterAll(() => scim.close())

const idsFound = async (filter: string): Promise<readonly string[]> => {
  const { status, body } = await scim.get(`/Users?${filterOf(filter)}`)
  expect(status).toBe(200)
  const { Resources } = body as unknown as { readonly Resources: readonly { readonly id: string }[] }
  return Resources.map(({ id }) => id)
}
const seedOthers = async (count: number): Promise<void> => {
  const rows = Array.from({ length: count }, () => ({
    ...manyEmailsKey(connectionId('acme'), memberId(randomUUID())),
    emails: ['other'],
  }))
  const { client, name } = scim.table
  await inParallel(chunksOf(rows, 25), 8, (some) =>
    client.send(
      new BatchWriteCommand({ RequestItems: { [name]: some.map((Item) => ({ PutRequest: { Item } })) } }),
    ),
  )
}

describe('whoever has more e-mail addresses than look-up items', () => {
  it('is found by each of them, and read for where too many have as many', async () => {
    const emails = [1, 2, 3, 4, 5].map((n) => ({ value: `e${n}@acme.test`, type: 'other' }))
    const id = idOf(await scim.post('/Users', user('ann@acme.test', { emails })))
    const filters = ['e1@acme.test', 'E5@ACME.test'].map((value) => `emails.value eq "${value}"`)
    for (const filter of filters) expect(await idsFound(filter)).toEqual([id])
    expect(await idsFound('emails[type eq "other" and value eq "e5@acme.test"]')).toEqual([id])
    await seedOthers(10_000)
    for (const filter of filters) expect(await idsFound(filter)).toEqual([id])
  }, 60_000)
})
