import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { enterpriseUrn, foundBy, group, idOf, openScim, type Scim, user } from '../support/service.ts'

let scim: Scim
beforeAll(async () => {
  scim = await openScim()
})
afterAll(() => scim.close())

const found = (type: 'Users' | 'Groups', filter: string) => foundBy(scim, type, filter)

describe('pain 5: item size limits', () => {
  const long = 'x'.repeat(60_000)
  const grown = (count: number): object => ({
    'urn:acme:params:scim:schemas:extension:notes:1.0:User': Object.fromEntries(
      Array.from({ length: count }, (_, n) => [`note${n}`, long]),
    ),
  })

  it('a user too large to be stored is refused by 413 with the limit, created or grown, and stays as it was', async () => {
    const refused = await scim.post('/Users', { ...user('huge@acme.test'), ...grown(6) })
    expect(refused).toMatchObject({ status: 413, body: { status: '413' } })
    expect(refused.body.detail).toMatch(/larger than 300000 bytes/)
    expect(await found('Users', 'userName eq "huge@acme.test"')).toEqual([])
    const created = await scim.post('/Users', { ...user('growing@acme.test'), ...grown(4) })
    expect(created.status).toBe(201)
    const more = await scim.patch(`/Users/${idOf(created)}`, { op: 'add', value: grown(6) })
    expect(more.status).toBe(413)
    expect((await scim.get(`/Users/${idOf(created)}`)).body).toEqual(created.body)
  })
})

describe('pain 6: reactivation answers 409', () => {
  it.each([
    ['deactivated', false],
    ['deleted', true],
  ] as const)('somebody %s who is created again comes back under their id', async (how, deleted) => {
    const body = user(`${how}@acme.test`, { externalId: `6-${how}` })
    const id = idOf(await scim.post('/Users', body))
    if (deleted) await scim.remove(`/Users/${id}`)
    else await scim.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false })
    for (const again of [body, user(`${how}@acme.test`.toUpperCase(), { externalId: `6-${how}` })]) {
      const reply = await scim.post('/Users', again)
      if (reply.status === 409) expect((await scim.get(`/Users/${id}`)).body.active).toBe(true)
      else expect([reply.status, idOf(reply), reply.body.active]).toEqual([201, id, true])
    }
    expect(await found('Users', `userName eq "${how}@acme.test"`)).toEqual([id])
  })

  it('but somebody who is active is not taken over by a second one of the name', async () => {
    await scim.post('/Users', user('present@acme.test', { externalId: '6-a' }))
    for (const externalId of ['6-a', '6-b'])
      expect((await scim.post('/Users', user('present@acme.test', { externalId }))).status).toBe(409)
  })
})

describe('pain 7: tombstone renames corrupt identities', () => {
  const objectId = 'a1b2c3d4e5f60718293a4b5c6d7e8f90'
  it('the deactivation counts and the name stays; what only looks similar is a rename', async () => {
    const id = idOf(
      await scim.post(
        '/Users',
        user('tomb@acme.test', { emails: [{ value: 'tomb@acme.test', type: 'work', primary: true }] }),
      ),
    )
    const replies = await Promise.all([
      scim.patch(`/Users/${id}`, {
        op: 'replace',
        value: { active: false, userName: `${objectId}tomb@acme.test` },
      }),
    ])
    expect(replies[0]?.body).toMatchObject({
      active: false,
      userName: 'tomb@acme.test',
      emails: [{ value: 'tomb@acme.test' }],
    })
    expect(await found('Users', 'userName eq "tomb@acme.test"')).toEqual([id])
    expect(await found('Users', `userName eq "${objectId}tomb@acme.test"`)).toEqual([])
    // By PUT, as well.
    await scim.put(`/Users/${id}`, user('tomb@acme.test', { active: true }))
    await scim.put(`/Users/${id}`, user(`${objectId}tomb@acme.test`, { active: false }))
    expect((await scim.get(`/Users/${id}`)).body).toMatchObject({ active: false, userName: 'tomb@acme.test' })
    // An active person who is given such a name is meant to have it, and 31 digits are no object id.
    await scim.put(`/Users/${id}`, user(`${objectId}tomb@acme.test`, { active: true }))
    expect((await scim.get(`/Users/${id}`)).body.userName).toBe(`${objectId}tomb@acme.test`)
    const short = `${objectId.slice(1)}other@acme.test`
    const other = idOf(await scim.post('/Users', user('other@acme.test')))
    await scim.patch(`/Users/${other}`, { op: 'replace', value: { active: false, userName: short } })
    expect((await scim.get(`/Users/${other}`)).body.userName).toBe(short)
  })
})

describe('pain 8: renames create duplicates', () => {
  it('somebody renamed keeps id, groups and externalId, is found under the new name, and cannot be created a second time', async () => {
    const id = idOf(await scim.post('/Users', user('maiden@acme.test', { externalId: '8-a' })))
    const team = idOf(await scim.post('/Groups', group('Renamers', [id])))
    const renamed = await scim.patch(`/Users/${id}`, {
      op: 'replace',
      path: 'userName',
      value: 'married@acme.test',
    })
    expect(renamed.body).toMatchObject({ id, userName: 'married@acme.test', groups: [{ value: team }] })
    expect(await found('Users', 'userName eq "married@acme.test"')).toEqual([id])
    expect(await found('Users', 'externalId eq "8-a"')).toEqual([id])
    expect(await found('Users', 'userName eq "maiden@acme.test"')).toEqual([])
    // A client that has not understood its own rename and creates them: told who holds the externalId, and no second record is made.
    const second = await scim.post('/Users', user('third@acme.test', { externalId: '8-a' }))
    expect([second.status, second.body.scimType]).toEqual([409, 'uniqueness'])
    expect(await found('Users', 'userName eq "third@acme.test"')).toEqual([])
    // Nobody but their own record remembers the old name: it is free.
    expect((await scim.post('/Users', user('maiden@acme.test', { externalId: '8-b' }))).status).toBe(201)
  })
})

describe('pain 9: case differences create duplicates or miss filters', () => {
  it('one key for every way in, and the form that was sent for every way out', async () => {
    const created = await scim.post(
      '/Users',
      user('Straße.Ü@Acme.test', {
        externalId: 'Case-1',
        title: 'Nine',
        emails: [{ value: 'Straße.Ü@Acme.test', type: 'Work' }],
      }),
    )
    const id = idOf(created)
    expect(created.body.userName).toBe('Straße.Ü@Acme.test')
    expect((await scim.post('/Users', user('STRAßE.ü@ACME.TEST'))).status).toBe(409)
    const upper = 'STRAßE.ü@aCME.tEST'
    for (const filter of [
      `userName eq "${upper}"`,
      `USERNAME EQ "${upper}"`,
      `urn:ietf:params:scim:schemas:core:2.0:user:userName Eq "${upper}"`,
      `userName eq "${upper}" and title eq "nINE"`,
      `title eq "NINE" and (userName eq "${upper}")`,
      `emails.value eq "${upper}"`,
      `emails[type eq "WORK" and value eq "${upper}"]`,
      `emails[type eq "wOrk"].value eq "${upper}"`,
    ])
      expect(await found('Users', filter), filter).toEqual([id])
    // externalId is the client's own and compares exactly (RFC 7643 §3.1).
    expect(await found('Users', 'externalId eq "case-1"')).toEqual([])
    expect(await found('Users', 'externalId eq "Case-1"')).toEqual([id])
    const team = idOf(await scim.post('/Groups', group('Équipe SOC')))
    expect(await found('Groups', 'displayName eq "ÉQUIPE soc"')).toEqual([team])
  })
})

describe('pain 10: string booleans and other Entra forms rejected', () => {
  const manager = `${enterpriseUrn}:manager`
  it.each<[string, object, object]>([
    ['"False"', { op: 'Replace', path: 'active', value: 'False' }, { active: false }],
    ['"false"', { op: 'replace', path: 'active', value: 'false' }, { active: false }],
    [
      'a list of one "False"',
      { op: 'Replace', path: 'active', value: [{ value: 'False' }] },
      { active: false },
    ],
    ['"False" without a path', { op: 'Replace', value: { active: 'False' } }, { active: false }],
    ['"False" by add', { op: 'Add', path: 'active', value: 'False' }, { active: false }],
    [
      '"False" under the full name',
      { op: 'Replace', path: 'urn:ietf:params:scim:schemas:core:2.0:User:active', value: 'False' },
      { active: false },
    ],
    [
      'a bare manager',
      { op: 'Add', path: manager, value: 'm-1' },
      { [enterpriseUrn]: { manager: { value: 'm-1' } } },
    ],
    [
      'a work e-mail that is not there yet',
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'x@acme.test' },
      { emails: [{ type: 'work', value: 'x@acme.test' }] },
    ],
    [
      'a role with a text for a flag',
      { op: 'Add', path: 'roles', value: [{ primary: 'True', value: 'r' }] },
      { roles: [{ primary: true, value: 'r' }] },
    ],
  ])('%s is understood', async (_, operation, expected) => {
    const id = idOf(await scim.post('/Users', user(`ten-${Math.random()}@acme.test`)))
    const reply = await scim.patch(`/Users/${id}`, operation)
    expect(reply.status, reply.text).toBe(200)
    expect((await scim.get(`/Users/${id}`)).body).toMatchObject(expected)
  })

  it('what cannot be meant is refused, not taken for "active"', async () => {
    const id = idOf(await scim.post('/Users', user('strict@acme.test')))
    for (const value of ['no', '0', 0, {}, ['False', 'True'], 'Falsee'])
      expect((await scim.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value })).status).toBe(400)
  })
})

describe("also frequent: Okta's active:false loop", () => {
  it('a user pushed is answered active at once, sent so or not', async () => {
    for (const more of [{ active: true }, {}, { active: null }]) {
      const reply = await scim.post('/Users', user(`loop-${Math.random()}@acme.test`, more))
      expect([reply.status, reply.body.active]).toEqual([201, true])
      const put = await scim.put(`/Users/${idOf(reply)}`, { ...reply.body, active: undefined })
      expect([put.status, put.body.active]).toEqual([200, true])
    }
  })
})
