import { beforeAll, describe, expect, it } from 'vitest'
import { groups } from '../../lib/scim/groups/groups.ts'
import { users } from '../../lib/scim/users/users.ts'
import { createDevices, deviceUrn } from './support/devices.ts'
import { idsOn, listed, type MemoryScim, openMemory, walked } from './support/memory.ts'
import { filterOf, group, idOf, type Json, user } from './support/service.ts'

let scim: MemoryScim
const device = (serial: string, more: object = {}): object => ({ schemas: [deviceUrn], serial, ...more })
const serials = async (query: string): Promise<readonly unknown[]> =>
  listed(await scim.get(`/Devices?${query}`)).Resources.map(({ serial }) => serial)

beforeAll(async () => {
  scim = openMemory({ resourceTypes: [users, createDevices(), groups] })
  for (const [serial, label, speed] of [
    ['S-1', 'Camera', 10],
    ['S-2', 'door', 100],
    ['S-3', 'Alarm', 1000],
  ] as const)
    await scim.post(
      '/Devices',
      device(serial, { label, active: speed, ports: [{ value: 'p', speed }], firmware: 'f' }),
    )
})

describe('a resource type that only a test declares', () => {
  it('is created, read, replaced, patched and removed', async () => {
    const created = await scim.post('/Devices', device('S-9', { label: 'New' }))
    const path = `/Devices/${idOf(created)}`
    expect(created).toMatchObject({
      status: 201,
      headers: { location: `https://scim.example.test/acme/scim/v2${path}`, etag: 'W/"1"' },
    })
    expect((await scim.get(path)).body).toEqual(created.body)
    const replaced = await scim.send('PUT', path, device('S-9', { label: 'Newer' }))
    expect(replaced).toMatchObject({ status: 200, body: { label: 'Newer' }, headers: { etag: 'W/"2"' } })
    const patched = await scim.patch(path, { op: 'add', path: 'ports', value: [{ value: 'x', speed: 1 }] })
    expect(patched).toMatchObject({ status: 200, body: { ports: [{ value: 'x', speed: 1 }] } })
    expect((await scim.send('DELETE', path)).status).toBe(204)
    expect((await scim.get(path)).body).toMatchObject({ status: '404', detail: 'no Device has this id' })
  })

  it('is validated by its schema', async () => {
    const id = (await serials('')).length > 0 ? listed(await scim.get('/Devices')).Resources[0]?.id : ''
    expect((await scim.post('/Devices', device(''))).body).toMatchObject({ scimType: 'invalidValue' })
    expect((await scim.post('/Devices', device('S-1'))).body).toMatchObject({ scimType: 'uniqueness' })
    expect((await scim.post('/Devices', user('x'))).body).toMatchObject({ scimType: 'invalidSyntax' })
    const immutable = { op: 'replace', path: 'serial', value: 'other' }
    expect((await scim.patch(`/Devices/${id}`, immutable)).body).toMatchObject({ scimType: 'mutability' })
  })

  it('honours versions', async () => {
    const { id } = listed(await scim.get(`/Devices?${filterOf('serial eq "S-1"')}`)).Resources[0] ?? {
      id: '',
    }
    const stale = { headers: { 'if-match': 'W/"7"' } }
    expect((await scim.send('DELETE', `/Devices/${id}`, undefined, stale)).status).toBe(412)
    const known = { headers: { 'if-none-match': 'W/"1"' } }
    expect((await scim.send('GET', `/Devices/${id}`, undefined, known)).status).toBe(304)
  })

  it.each<[string, readonly string[]]>([
    [filterOf('serial eq "S-2"'), ['S-2']],
    [filterOf('label eq "DOOR"'), ['S-2']],
    [filterOf('ports[speed gt 50 and value eq "P"]'), ['S-2', 'S-3']],
    [filterOf('active le 100'), ['S-1', 'S-2']],
    ['sortBy=label', ['S-3', 'S-1', 'S-2']],
    ['sortBy=ports.speed&sortOrder=descending', ['S-3', 'S-2', 'S-1']],
    ['sortBy=serial&startIndex=2&count=1', ['S-2']],
  ])('is listed by %s', async (query, expected) => {
    const found = await serials(query)
    expect(query.startsWith('sortBy') ? found : found.toSorted()).toEqual(expected)
  })

  it('is paged by cursor', async () => {
    const pages = await walked(scim, '/Devices?count=2')
    expect(idsOn(pages)).toEqual(listed(await scim.get('/Devices')).Resources.map(({ id }) => id))
    expect(pages.map(({ itemsPerPage }) => itemsPerPage)).toEqual([2, 1])
  })

  it('keeps to itself what is returned on request only', async () => {
    const [plain] = listed(await scim.get('/Devices?count=1')).Resources
    expect(plain).not.toHaveProperty('firmware')
    expect(plain).toHaveProperty('ports')
    expect(
      listed(await scim.get('/Devices?count=1&excludedAttributes=label')).Resources[0],
    ).not.toHaveProperty('firmware')
    expect(listed(await scim.get('/Devices?count=1&attributes=FirmWare')).Resources[0]).toMatchObject({
      firmware: 'f',
    })
    expect((await scim.get(`/Devices?${filterOf('firmware eq "f"')}`)).body).toMatchObject({
      scimType: 'invalidFilter',
    })
  })

  it('is discovered', async () => {
    expect((await scim.get('/ResourceTypes/Device')).body).toMatchObject({
      endpoint: '/Devices',
      schema: deviceUrn,
      schemaExtensions: [
        { schema: 'urn:acme:params:scim:schemas:extension:warranty:1.0:Device', required: false },
      ],
    })
    const names = (listed(await scim.get('/ResourceTypes')).Resources as readonly Json[]).map(
      ({ name }) => name,
    )
    expect(names).toEqual(['User', 'Device', 'Group'])
    expect((await scim.get(`/Schemas/${deviceUrn}`)).body).toMatchObject({ id: deviceUrn, name: 'Device' })
  })

  it('stands among the others at the root, and is asked only what makes sense for it', async () => {
    await scim.post('/Users', user('ada', { displayName: 'Ada' }))
    await scim.post('/Groups', group('Readers'))
    const found = async (filter: string): Promise<readonly unknown[]> =>
      listed(await scim.get(`/?${filterOf(filter)}`)).Resources.map(({ meta }) => (meta as Json).resourceType)
    expect(await found('id pr')).toEqual(['User', 'Device', 'Device', 'Device', 'Group'])
    expect(await found('label pr or displayName pr')).toEqual(['User', 'Device', 'Device', 'Device', 'Group'])
    // A flag of Users, a number of Devices.
    expect(await found('active eq true')).toEqual(['User'])
    expect(await found('active gt 50')).toEqual(['Device', 'Device'])
    const sorted = listed(await scim.get('/?sortBy=label&count=3')).Resources.map(({ label }) => label)
    expect(sorted).toEqual(['Alarm', 'Camera', 'door'])
  })

  it('takes part in bulk requests', async () => {
    const { status, body } = await scim.post('/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        { method: 'POST', path: '/Devices', bulkId: 'd', data: device('S-4', { label: 'Bulk' }) },
        { method: 'POST', path: '/Devices', bulkId: 'e', data: device('S-4') },
      ],
    })
    expect([status, (body.Operations as readonly Json[]).map((each) => each.status)]).toEqual([
      200,
      ['201', '409'],
    ])
    expect(await serials(filterOf('label eq "bulk"'))).toEqual(['S-4'])
  })
})

describe('a service without Groups', () => {
  it('has none of their addresses, and says so in its discovery', async () => {
    const alone = openMemory({ resourceTypes: [users] })
    expect((await alone.get('/Groups')).status).toBe(404)
    expect((await alone.get('/Groups/x/members')).status).toBe(404)
    expect(listed(await alone.get('/ResourceTypes')).totalResults).toBe(1)
  })
})

describe('a store that takes its time', () => {
  it('makes pages by cursor shorter, and no list wrong', async () => {
    const slow: MemoryScim = openMemory({ resourceTypes: [createDevices(() => slow.advance(5))] })
    for (let n = 0; n < 900; n += 1)
      await slow.post('/Devices', device(`S-${n}`, { label: n % 100 === 0 ? 'rare' : 'often' }))
    const filter = filterOf('label eq "rare"')
    const whole = listed(await slow.get(`/Devices?${filter}`))
    expect(whole).toMatchObject({ totalResults: 9, itemsPerPage: 9 })
    const pages = await walked(slow, `/Devices?${filter}`)
    expect(pages.length).toBeGreaterThan(1)
    expect(idsOn(pages)).toEqual(whole.Resources.map(({ id }) => id))
  })
})
