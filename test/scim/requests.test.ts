import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filterOf, group, idOf, openScim, type Reply, type Scim, user } from './support/service.ts'

/** Only the embedded engine tells what it was asked. */
describe.runIf(process.env.DYNAMODB_ENDPOINT === undefined)('what a request asks of the table', () => {
  let scim: Scim
  beforeAll(async () => {
    scim = await openScim()
    await scim.get('/Users?count=0')
  })
  afterAll(() => scim.close())

  /** Behind the credential, which is read on every request. */
  const asked = async (send: () => Promise<Reply>): Promise<string> => {
    const before = scim.table.requests.length
    expect((await send()).status).toBeLessThan(300)
    const operations = scim.table.requests.slice(before).map(({ operation }) => operation.replace('Item', ''))
    return operations.slice(1).join(' ')
  }

  it('of a person: nothing about the groups of somebody who was just made', async () => {
    const ann = user('ann@acme.test', { externalId: 'ann' })
    expect(await asked(() => scim.post('/Users', ann))).toBe('TransactWrites')
    const { Resources } = (await scim.get(`/Users?${filterOf('userName eq "ann@acme.test"')}`)).body as never
    const path = `/Users/${idOf({ body: Resources[0] } as never)}`
    const off = { op: 'replace', path: 'active', value: false }
    expect(await asked(() => scim.get(path))).toBe('Get Query')
    expect(await asked(() => scim.get(`${path}?excludedAttributes=groups`))).toBe('Get')
    expect(await asked(() => scim.patch(path, off))).toBe('Get TransactWrites Query')
    expect(await asked(() => scim.patch(path, off))).toBe('Get Query')
    // Who comes back may be in groups.
    expect(await asked(() => scim.post('/Users', ann))).toBe(
      'TransactWrites BatchGet BatchGet TransactWrites Query',
    )
    expect(await asked(() => scim.remove(path))).toBe('Get TransactWrites')
  })

  it('who comes back is shown with their groups', async () => {
    const bob = user('bob@acme.test', { externalId: 'bob' })
    const id = idOf(await scim.post('/Users', bob))
    await scim.post('/Groups', group('Readers', [id]))
    await scim.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false })
    const { body } = await scim.post('/Users', bob)
    expect(body).toMatchObject({ id, active: true, groups: [{ display: 'Readers', type: 'direct' }] })
  })
})
