import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectionId } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import { firstOfMay } from '../support/clock.ts'
import { openScim, type Scim, user } from './support/service.ts'

let scim: Scim
beforeAll(async () => {
  scim = await openScim()
})
afterAll(() => scim.close())

const acme = connectionId('acme')
/** As the first login of somebody makes them. */
const created = async (email: string): Promise<Member> => {
  const write = await scim.directory.createMember(
    { connection: acme, actor: { kind: 'login', by: 'saml' }, requestId: randomUUID(), at: firstOfMay },
    {
      userName: email,
      active: true,
      attributes: { emails: [{ value: email, type: 'work', primary: true }] },
      createdAtLogin: true,
    },
  )
  if (write.kind !== 'written') throw new Error(write.kind)
  return write.member
}
const marked = async ({ id }: Member): Promise<boolean> =>
  (await scim.directory.member(acme, id))?.createdAtLogin === true

describe('somebody whom a login created', () => {
  it('looks like anybody else, and is found by what the identity provider asks for', async () => {
    const ann = await created('ann@acme.test')
    const { body } = await scim.get(`/Users/${ann.id}`)
    expect(JSON.stringify(body)).not.toMatch(/createdAtLogin/i)
    expect(await marked(ann)).toBe(true)
  })

  it('is taken over by a PUT of the very same, and by a PATCH that changes nothing', async () => {
    const bob = await created('bob@acme.test')
    const put = await scim.put(`/Users/${bob.id}`, (await scim.get(`/Users/${bob.id}`)).body)
    expect(put.status).toBe(200)
    expect(await marked(bob)).toBe(false)
    const cleo = await created('cleo@acme.test')
    const patch = await scim.patch(`/Users/${cleo.id}`, { op: 'replace', path: 'active', value: true })
    expect(patch.status).toBeLessThan(300)
    expect(await marked(cleo)).toBe(false)
  })

  it('is taken over by a POST under the id they have, and only once', async () => {
    const dan = await created('dan@acme.test')
    const post = await scim.post('/Users', user('DAN@acme.test', { externalId: 'ext-dan' }))
    expect(post).toMatchObject({ status: 201, body: { id: dan.id, externalId: 'ext-dan' } })
    expect(await marked(dan)).toBe(false)
    expect((await scim.post('/Users', user('dan@acme.test'))).status).toBe(409)
  })
})
