import { describe, expect, it } from 'vitest'
import {
  enterpriseUrn,
  filterOf,
  group,
  groupUrn,
  type Json,
  type Reply,
  user,
  userUrn,
} from '../scim/support/service.ts'
import { list, made, messages, reread, resources, useScim } from './support.ts'

/**
 * Microsoft's acceptance list for provisioning from Entra ID ("SCIM validation test overview"), in the forms it sends without its compliance
 * flag: capitalised operations, booleans as texts, values in lists. Federated tokens are left out; client credentials are no part of SCIM.
 */
const open = useScim()

const work = (value: string): object => ({ primary: true, type: 'work', value })
const entraUser = (name: string, more: object = {}): object => ({
  schemas: [userUrn, enterpriseUrn],
  externalId: `${name}-external`,
  userName: `${name}@acme.test`,
  active: true,
  displayName: name,
  emails: [work(`${name}@acme.test`)],
  meta: { resourceType: 'User' },
  name: { formatted: `${name} F`, familyName: 'F', givenName: name },
  roles: [],
  ...more,
})
const patch = async (path: string, ...Operations: readonly object[]): Promise<Json> => {
  const body = { schemas: [`${messages}:PatchOp`], Operations }
  const reply: Reply = await open().send({ method: 'PATCH', path, body })
  expect([200, 204], reply.text).toContain(reply.status)
  return await reread(open(), path)
}
const manager = (body: Json): unknown =>
  ((body[enterpriseUrn] as Json | undefined)?.manager as Json | undefined)?.value
const values = (body: Json): readonly unknown[] => list(body.members).map((each) => each.value)

describe('Entra ID: users', () => {
  it('1 are created, after a look-up that finds nobody', async () => {
    const before = await open().get(`/Users?${filterOf('userName eq "new@acme.test"')}`)
    expect([before.status, before.body.totalResults]).toEqual([200, 0])
    const reply = await open().post('/Users', entraUser('new'))
    expect([reply.status, reply.body.active]).toEqual([201, true])
    const after = resources(await open().get(`/Users?${filterOf('userName eq "new@acme.test"')}`))
    expect(after.map((each) => each.id)).toEqual([reply.body.id])
  })
  it('2 are updated', async () => {
    const { id } = await made(open(), '/Users', entraUser('update'))
    const body = await patch(
      `/Users/${id}`,
      { op: 'Replace', path: 'displayName', value: 'Updated' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'updated@acme.test' },
      { op: 'Add', path: 'name.familyName', value: 'New' },
    )
    expect(body).toMatchObject({
      displayName: 'Updated',
      emails: [{ value: 'updated@acme.test' }],
      name: { familyName: 'New' },
    })
  })
  it('3 are disabled, by a boolean and by a text', async () => {
    for (const [name, value] of [
      ['dis1', false],
      ['dis2', 'False'],
    ] as const) {
      const { id } = await made(open(), '/Users', entraUser(name))
      expect((await patch(`/Users/${id}`, { op: 'Replace', path: 'active', value })).active).toBe(false)
    }
  })
  it('4 are deleted', async () => {
    const { id } = await made(open(), '/Users', entraUser('deleted'))
    expect((await open().remove(`/Users/${id}`)).status).toBe(204)
    expect((await open().get(`/Users/${id}`)).status).toBe(404)
  })
  it('5 get a manager, another one, and none', async () => {
    const [one, two] = [
      await made(open(), '/Users', entraUser('boss1')),
      await made(open(), '/Users', entraUser('boss2')),
    ]
    const { id } = await made(open(), '/Users', entraUser('managed'))
    const path = `${enterpriseUrn}:manager`
    expect(manager(await patch(`/Users/${id}`, { op: 'Add', path, value: one.id }))).toBe(one.id)
    expect(manager(await patch(`/Users/${id}`, { op: 'Replace', path, value: two.id }))).toBe(two.id)
    expect(manager(await patch(`/Users/${id}`, { op: 'Remove', path }))).toBeUndefined()
  })
  it('6 are restored', async () => {
    const { id } = await made(open(), '/Users', entraUser('restored', { active: false }))
    expect((await patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'True' })).active).toBe(true)
  })
  it('7 are provisioned on demand: looked up, read, changed', async () => {
    const { id } = await made(open(), '/Users', entraUser('demand'))
    const [hit] = resources(await open().get(`/Users?${filterOf('externalId eq "demand-external"')}`))
    expect(hit?.id).toBe(id)
    expect(
      (await patch(`/Users/${hit?.id}`, { op: 'Replace', value: { displayName: 'On demand' } })).displayName,
    ).toBe('On demand')
  })
})

describe('Entra ID: groups', () => {
  const create = (displayName: string, more: object = {}): Promise<Json> =>
    made(open(), '/Groups', {
      schemas: [groupUrn, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'],
      externalId: `${displayName}-external`,
      displayName,
      meta: { resourceType: 'Group' },
      ...more,
    })

  it('8 are created, found by name without their members', async () => {
    const { id } = await create('Created')
    const [hit] = resources(
      await open().get(`/Groups?excludedAttributes=members&${filterOf('displayName eq "Created"')}`),
    )
    expect([hit?.id, hit?.members]).toEqual([id, undefined])
  })
  it('9 are renamed', async () => {
    const { id } = await create('Before')
    expect(
      (await patch(`/Groups/${id}`, { op: 'Replace', path: 'displayName', value: 'After' })).displayName,
    ).toBe('After')
  })
  it('10 are deleted', async () => {
    const { id } = await create('Deleted')
    expect((await open().remove(`/Groups/${id}`)).status).toBe(204)
    expect((await open().get(`/Groups/${id}`)).status).toBe(404)
  })
  it('11 get members', async () => {
    const { id: member } = await made(open(), '/Users', entraUser('joins'))
    const { id } = await create('Joined')
    const body = await patch(`/Groups/${id}`, {
      op: 'Add',
      path: 'members',
      value: [{ $ref: null, value: member }],
    })
    expect(values(body)).toEqual([member])
  })
  it('12 lose members, in both forms', async () => {
    for (const [n, form] of ['list', 'filter'].entries()) {
      const { id: stays } = await made(open(), '/Users', entraUser(`stays${n}`))
      const { id: leaves } = await made(open(), '/Users', entraUser(`leaves${n}`))
      const { id } = await create(`Left ${form}`, { members: [{ value: stays }, { value: leaves }] })
      const operation =
        form === 'list'
          ? { op: 'Remove', path: 'members', value: [{ $ref: null, value: leaves }] }
          : { op: 'remove', path: `members[value eq "${leaves}"]` }
      expect(values(await patch(`/Groups/${id}`, operation))).toEqual([stays])
    }
  })
  it('13 are provisioned on demand: looked up by externalId, read, changed', async () => {
    const { id } = await create('Demanded')
    const [hit] = resources(await open().get(`/Groups?${filterOf('externalId eq "Demanded-external"')}`))
    expect(hit?.id).toBe(id)
    expect((await reread(open(), `/Groups/${id}?excludedAttributes=members`)).displayName).toBe('Demanded')
  })
  it('14 are restored: created again under the same externalId after a deletion', async () => {
    const { id } = await create('Again')
    await open().remove(`/Groups/${id}`)
    expect((await create('Again')).externalId).toBe('Again-external')
  })
})

describe('Entra ID: direct calls', () => {
  it('15 the schemas are discoverable: every mapped attribute, Group as well', async () => {
    const schemas = resources(await open().get('/Schemas'))
    const attributes = (urn: string): readonly unknown[] =>
      list(schemas.find((each) => each.id === urn)?.attributes).map((each) => each.name)
    expect(attributes(userUrn)).toEqual(
      expect.arrayContaining(
        'userName active displayName title emails preferredLanguage name addresses phoneNumbers roles'.split(
          ' ',
        ),
      ),
    )
    expect(attributes(enterpriseUrn)).toEqual(
      expect.arrayContaining(['department', 'employeeNumber', 'manager']),
    )
    expect(attributes(groupUrn)).toEqual(expect.arrayContaining(['displayName', 'members']))
  })
  it.each([
    ['16 null', null],
    ['17 an empty text', ''],
  ])('%s clears an attribute', async (_, value) => {
    const { id } = await made(
      open(),
      '/Users',
      entraUser(`clear${value === null}`, { title: 'Dr', nickName: 'N' }),
    )
    const body = await patch(
      `/Users/${id}`,
      { op: 'Replace', path: 'title', value },
      { op: 'Replace', value: { nickName: value } },
    )
    expect([body.title, body.nickName]).toEqual([undefined, undefined])
  })

  const everything = {
    displayName: 'All',
    title: 'T',
    nickName: 'Nick',
    preferredLanguage: 'fr-FR',
    userType: 'Guest',
    locale: 'fr-FR',
    timezone: 'Europe/Paris',
    profileUrl: 'https://acme.test/all',
    name: {
      formatted: 'A L',
      familyName: 'L',
      givenName: 'A',
      middleName: 'M',
      honorificPrefix: 'P',
      honorificSuffix: 'S',
    },
  }
  it('18 a user is created with everything and read back as sent', async () => {
    const enterprise = {
      employeeNumber: '7',
      costCenter: 'C',
      organization: 'O',
      division: 'D',
      department: 'De',
    }
    const sent = {
      ...everything,
      roles: [{ primary: 'True', type: 'WindowsAzureActiveDirectoryRole', value: 'r1' }],
      phoneNumbers: [{ type: 'mobile', value: '+33 6' }],
      addresses: [{ type: 'work', locality: 'Paris' }],
      [enterpriseUrn]: enterprise,
    }
    const { id } = await made(open(), '/Users', entraUser('all', sent))
    expect(await reread(open(), `/Users/${id}`)).toMatchObject({
      ...sent,
      roles: [{ primary: true, type: 'WindowsAzureActiveDirectoryRole', value: 'r1' }],
    })
  })
  it('19 every single-valued attribute is patched and read back', async () => {
    const { id } = await made(open(), '/Users', entraUser('each'))
    const { name, ...single } = everything
    const paths = [
      ...Object.entries(single),
      ...Object.entries(name).map(([part, value]) => [`name.${part}`, value]),
      ...['employeeNumber', 'costCenter', 'organization', 'division', 'department'].map((part) => [
        `${enterpriseUrn}:${part}`,
        part,
      ]),
    ]
    const body = await patch(
      `/Users/${id}`,
      ...paths.map(([path, value]) => ({ op: 'Replace', path, value })),
    )
    expect(body).toMatchObject({
      ...everything,
      [enterpriseUrn]: { employeeNumber: 'employeeNumber', department: 'department' },
    })
  })
  it('20 a group is created and read back', async () => {
    const { id: member } = await made(open(), '/Users', entraUser('ingroup'))
    const { id } = await made(open(), '/Groups', {
      ...group('Direct', [String(member)]),
      externalId: 'direct',
    })
    expect(await reread(open(), `/Groups/${id}`)).toMatchObject({
      displayName: 'Direct',
      externalId: 'direct',
      members: [{ value: member }],
    })
  })
  it('21 a group is patched and read back', async () => {
    const { id } = await made(open(), '/Groups', group('Direct patch'))
    const body = await patch(`/Groups/${id}`, {
      op: 'Replace',
      value: { displayName: 'Patched', externalId: 'p' },
    })
    expect(body).toMatchObject({ displayName: 'Patched', externalId: 'p' })
  })
  it.each(['/Users', '/Groups'])(
    '22, 23 %s are paged by five: startIndex 1, 6 and 11 are echoed',
    async (path) => {
      for (let n = 0; n < 11; n += 1)
        await made(open(), path, path === '/Users' ? user(`page${n}`) : group(`Page ${n}`))
      const pages = await Promise.all(
        [1, 6, 11].map((start) => open().get(`${path}?startIndex=${start}&count=5`)),
      )
      expect(pages.map(({ body }) => body.startIndex)).toEqual([1, 6, 11])
      const ids = pages.flatMap((each) => resources(each).map(({ id }) => id))
      expect(new Set(ids).size).toBe(ids.length)
      expect(pages[0]?.body.itemsPerPage).toBe(5)
    },
  )
  it('24 a manager is set, replaced and cleared with the compliance flag', async () => {
    const [one, two] = [
      await made(open(), '/Users', entraUser('flag1')),
      await made(open(), '/Users', entraUser('flag2')),
    ]
    const { id } = await made(open(), '/Users', entraUser('flagged'))
    const path = `${enterpriseUrn}:manager`
    expect(manager(await patch(`/Users/${id}`, { op: 'add', value: { [path]: { value: one.id } } }))).toBe(
      one.id,
    )
    expect(manager(await patch(`/Users/${id}`, { op: 'replace', path, value: { value: two.id } }))).toBe(
      two.id,
    )
    expect(
      manager(await patch(`/Users/${id}`, { op: 'replace', path, value: { value: '' } })),
    ).toBeUndefined()
  })
})
