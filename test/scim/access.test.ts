import { beforeAll, describe, expect, it } from 'vitest'
import { communityId, type MemberId, roleId } from '../../lib/core/ids.ts'
import type { AccessEntry } from '../../lib/core/ports/access.ts'
import { listed, type MemoryScim, openMemory } from './support/memory.ts'
import { filterOf, idOf, user, userUrn } from './support/service.ts'

const accessUrn = 'urn:rolecall:params:scim:schemas:extension:access:2.0:User'

let scim: MemoryScim
let ada: string
let bob: string
const asked: (readonly MemberId[])[] = []
const entries = new Map<string, readonly AccessEntry[]>()
const entry: AccessEntry = {
  community: communityId('soc'),
  role: roleId('analyst'),
  status: 'held',
  because: ['rule analysts: group "SOC"', 'held: more than 5 departures in 24h'],
}
beforeAll(async () => {
  scim = openMemory({
    access: {
      accessOf: async (_, members) => {
        asked.push(members.map(({ id }) => id))
        return new Map(members.map(({ id }) => [id, entries.get(id) ?? []]))
      },
    },
  })
  ada = idOf(await scim.post('/Users', user('ada', { title: 'Dr' })))
  bob = idOf(await scim.post('/Users', user('bob')))
  // What the extension's schema does not know stays inside.
  entries.set(ada, [{ ...entry, detail: 'held: more than 5 departures in 24h', leaving: true }])
})

describe('the access extension of a User', () => {
  it.each([accessUrn, `${accessUrn}:assignments`, accessUrn.toUpperCase()])(
    'is shown when asked for as %s',
    async (name) => {
      const { body } = await scim.get(`/Users/${ada}?attributes=${name}`)
      expect(body).toMatchObject({
        schemas: [userUrn, accessUrn],
      })
      expect(body[accessUrn]).toEqual({ assignments: [entry] })
      expect(body).not.toHaveProperty('title')
    },
  )

  it('may be asked for in parts, and together with other attributes', async () => {
    const { body } = await scim.get(`/Users/${ada}?attributes=title,${accessUrn}:assignments.status`)
    expect(body).toMatchObject({ title: 'Dr', [accessUrn]: { assignments: [{ status: 'held' }] } })
    expect(JSON.stringify(body)).not.toContain('analyst')
  })

  it('is read for a whole page at once, and for nobody who does not ask', async () => {
    asked.length = 0
    for (const path of [
      '/Users',
      `/Users/${ada}`,
      '/Users?attributes=title',
      '/Users?excludedAttributes=title',
    ])
      expect(JSON.stringify((await scim.get(path)).body)).not.toContain(accessUrn)
    expect(asked).toEqual([])
    const { Resources } = listed(await scim.get(`/Users?attributes=${accessUrn}`))
    expect(asked).toEqual([[ada, bob].toSorted()])
    expect(Resources.map((each) => accessUrn in each)).toEqual(Resources.map(({ id }) => id === ada))
  })

  it('is read-only', async () => {
    const reply = await scim.post('/Users', {
      ...user('eve', { [accessUrn]: { assignments: [{ community: 'soc', role: 'admin' }] } }),
      schemas: [userUrn, accessUrn],
    })
    expect([reply.status, reply.body.schemas]).toEqual([201, [userUrn]])
    const path = `${accessUrn}:assignments`
    expect((await scim.patch(`/Users/${ada}`, { op: 'replace', path, value: [] })).body).toMatchObject({
      scimType: 'mutability',
    })
  })

  it.each([
    `${accessUrn}:assignments.role eq "admin"`,
    `${accessUrn}:assignments[status eq "held"]`,
    `not (${accessUrn}:assignments pr)`,
  ])('cannot be filtered by: %s', async (filter) => {
    const { body } = await scim.get(`/Users?${filterOf(filter)}`)
    expect(body).toMatchObject({ scimType: 'invalidFilter' })
    expect(body.detail).toContain('not in the stored data')
  })

  it('is discovered where it is read, and only there', async () => {
    expect((await scim.get(`/Schemas/${accessUrn}`)).body).toMatchObject({
      attributes: [{ name: 'assignments', mutability: 'readOnly', returned: 'request' }],
    })
    const without = openMemory()
    expect((await without.get(`/Schemas/${accessUrn}`)).status).toBe(404)
    expect(JSON.stringify((await without.get('/ResourceTypes')).body)).not.toContain(accessUrn)
    const id = idOf(await without.post('/Users', user('ada')))
    expect((await without.get(`/Users/${id}?attributes=${accessUrn}`)).body).not.toHaveProperty([accessUrn])
  })
})
