import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { enterpriseUrn, groupUrn, listUrn, openScim, type Scim, userUrn } from './support/service.ts'

const accessUrn = 'urn:rolecall:params:scim:schemas:extension:access:2.0:User'

let scim: Scim
beforeAll(async () => {
  scim = await openScim()
})
afterAll(() => scim.close())

describe('discovery', () => {
  it('advertises what is true and nothing else', async () => {
    const { status, body } = await scim.get('/ServiceProviderConfig')
    expect(status).toBe(200)
    expect(body).toMatchObject({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 500, maxPayloadSize: 1_048_576 },
      filter: { supported: true, maxResults: 200 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: 100,
        maxPageSize: 200,
        cursorTimeout: 3_600,
      },
      meta: {
        resourceType: 'ServiceProviderConfig',
        location: 'https://scim.example.test/acme/scim/v2/ServiceProviderConfig',
      },
    })
  })

  it('lists resource types and their extensions', async () => {
    const { body } = await scim.get('/ResourceTypes?startIndex=5')
    expect(body).toMatchObject({ schemas: [listUrn], totalResults: 2, itemsPerPage: 2 })
    expect((await scim.get('/ResourceTypes/User')).body).toMatchObject({
      id: 'User',
      endpoint: '/Users',
      schema: userUrn,
      schemaExtensions: [
        { schema: enterpriseUrn, required: false },
        { schema: accessUrn, required: false },
      ],
    })
  })

  it.each([userUrn, groupUrn, enterpriseUrn, accessUrn])(
    'publishes %s, one by one and in the list',
    async (urn) => {
      const one = await scim.get(`/Schemas/${urn}`)
      expect(one.body).toMatchObject({ id: urn, meta: { resourceType: 'Schema' } })
      const all = (await scim.get('/Schemas')).body.Resources as readonly { readonly id: string }[]
      expect(all.find((each) => each.id === urn)).toEqual(one.body)
    },
  )

  it('describes every attribute completely', async () => {
    const { Resources } = (await scim.get('/Schemas')).body as never as {
      readonly Resources: readonly { readonly attributes: readonly Attribute[] }[]
    }
    type Attribute = { readonly [name: string]: unknown; readonly subAttributes?: readonly Attribute[] }
    const incomplete = Resources.flatMap((schema) => schema.attributes)
      .flatMap((attribute) => [attribute, ...(attribute.subAttributes ?? [])])
      .filter((attribute) =>
        [
          'name',
          'type',
          'multiValued',
          'description',
          'required',
          'mutability',
          'returned',
          'uniqueness',
        ].some((name) => attribute[name] === undefined),
      )
    expect(incomplete).toEqual([])
  })

  it('refuses filters with 403 and unknown documents with 404', async () => {
    expect((await scim.get('/Schemas?filter=id%20pr')).status).toBe(403)
    expect((await scim.get('/ResourceTypes?filter=x')).status).toBe(403)
    expect((await scim.get('/Schemas/urn:nothing')).status).toBe(404)
    expect((await scim.get('/ResourceTypes/Device')).status).toBe(404)
  })

  it.each([
    [undefined, 'application/scim+json; charset=utf-8'],
    ['*/*', 'application/scim+json; charset=utf-8'],
    ['application/json', 'application/json; charset=utf-8'],
    ['application/scim+json, application/json;q=0.9', 'application/scim+json; charset=utf-8'],
    ['application/scim+json;q=0.5, application/json', 'application/json; charset=utf-8'],
    ['application/json, application/scim+json', 'application/scim+json; charset=utf-8'],
    ['application/json;q=0, */*', 'application/scim+json; charset=utf-8'],
    ['application/*;q=0.2, application/json;q=0.8', 'application/json; charset=utf-8'],
    ['text/html', 'application/scim+json; charset=utf-8'],
    ['', 'application/scim+json; charset=utf-8'],
  ])('answers Accept %s with %s', async (accept, type) => {
    const reply = await scim.get('/ServiceProviderConfig', accept === undefined ? {} : { accept })
    expect(reply.headers['content-type']).toBe(type)
  })
})
