import { describe, expect, it } from 'vitest'
import { enterpriseUrn, groupUrn, type Json, listUrn, userUrn } from '../scim/support/service.ts'
import { base, core, expectError, list, useScim } from './support.ts'

const open = useScim()

const every = (attributes: readonly Json[]): readonly Json[] =>
  attributes.flatMap((each) => [each, ...every(list(each.subAttributes))])
const schema = async (urn: string): Promise<readonly Json[]> =>
  list((await open().get(`/Schemas/${urn}`)).body.attributes)
const named = (attributes: readonly Json[], path: string): Json | undefined => {
  const [name, ...rest] = path.split('.')
  const one = attributes.find((each) => each.name === name)
  return rest.length === 0 ? one : named(list(one?.subAttributes), rest.join('.'))
}

describe('RFC 7643 §5 service provider configuration', () => {
  const config = async (): Promise<Json> => (await open().get('/ServiceProviderConfig')).body

  it('is one resource with its schema, not a list', async () => {
    expect(await config()).toMatchObject({
      schemas: [`${core}:ServiceProviderConfig`],
      meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
    })
  })
  it('says for each feature whether it is supported', async () => {
    expect(await config()).toMatchObject({
      patch: { supported: true },
      bulk: { supported: true, maxOperations: expect.any(Number), maxPayloadSize: expect.any(Number) },
      filter: { supported: true, maxResults: expect.any(Number) },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
    })
  })
  it('names the authentication schemes with type, name and description', async () => {
    for (const scheme of list((await config()).authenticationSchemes))
      expect(scheme).toMatchObject({
        type: expect.stringMatching(/^(oauth|oauth2|oauthbearertoken|httpbasic|httpdigest)$/),
        name: expect.stringMatching(/\S/),
        description: expect.stringMatching(/\S/),
      })
    expect(list((await config()).authenticationSchemes).length).toBeGreaterThan(0)
  })
  it('can be read before anybody has signed in, whatever the connection, and by GET only', async () => {
    const path = '/ServiceProviderConfig'
    const reply = await open().send({ method: 'GET', path, token: undefined })
    expect([reply.status, reply.body]).toEqual([200, await config()])
    const others = await open().send({ method: 'GET', path, token: undefined, connection: 'nobodys' })
    expect([others.status, others.body.authenticationSchemes]).toEqual([
      200,
      reply.body.authenticationSchemes,
    ])
    expectError(await open().send({ method: 'POST', path, token: undefined, body: {} }), 401)
  })
  it('is refused to a wrong token all the same: clients test theirs with it', async () => {
    const reply = await open().send({
      method: 'GET',
      path: '/ServiceProviderConfig',
      token: 'rc_wrong_token',
    })
    expectError(reply, 401)
  })
  it('RFC 9865 §4 says how lists are paged', async () => {
    expect((await config()).pagination).toMatchObject({
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: expect.any(Number),
      maxPageSize: expect.any(Number),
    })
  })
})

describe('RFC 7643 §6 resource types', () => {
  it('User and Group are described with endpoint, schema and extensions', async () => {
    const { body } = await open().get('/ResourceTypes')
    const types = list(body.Resources)
    expect(types.find((each) => each.name === 'User')).toMatchObject({
      schemas: [`${core}:ResourceType`],
      id: 'User',
      endpoint: '/Users',
      schema: userUrn,
      meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/User` },
    })
    expect(types.find((each) => each.name === 'Group')).toMatchObject({
      endpoint: '/Groups',
      schema: groupUrn,
    })
    const extensions = list(types.find((each) => each.name === 'User')?.schemaExtensions)
    expect(extensions).toContainEqual({ schema: enterpriseUrn, required: false })
  })
  it('every schema they name is published, and every schema published is named', async () => {
    const types = list((await open().get('/ResourceTypes')).body.Resources)
    const told = types.flatMap((each) => [
      each.schema,
      ...list(each.schemaExtensions).map((one) => one.schema),
    ])
    const published = list((await open().get('/Schemas')).body.Resources).map((each) => each.id)
    expect([...published].sort()).toEqual([...new Set(told)].sort())
  })
  it('each endpoint named answers', async () => {
    for (const type of list((await open().get('/ResourceTypes')).body.Resources))
      expect((await open().get(`${type.endpoint}`)).body.schemas).toEqual([listUrn])
  })
})

describe('RFC 7643 §7 schema definitions', () => {
  const types = /^(string|boolean|decimal|integer|dateTime|reference|binary|complex)$/
  const attributes = async (): Promise<readonly Json[]> =>
    list((await open().get('/Schemas')).body.Resources).flatMap((each) => every(list(each.attributes)))

  it('each has id, name, description and a place', async () => {
    const { body } = await open().get('/Schemas')
    expect(body.schemas).toEqual([listUrn])
    for (const each of list(body.Resources))
      expect(each).toMatchObject({
        id: expect.stringMatching(/^urn:/),
        name: expect.stringMatching(/^\S+$/),
        description: expect.stringMatching(/\S/),
        meta: { resourceType: 'Schema', location: `${base}/Schemas/${each.id}` },
      })
  })
  it('each attribute states its characteristics in the words of the RFC', async () => {
    for (const each of await attributes())
      expect(each, String(each.name)).toMatchObject({
        name: expect.stringMatching(/^[$a-zA-Z][\w$-]*$/),
        type: expect.stringMatching(types),
        multiValued: expect.any(Boolean),
        description: expect.any(String),
        required: expect.any(Boolean),
        mutability: expect.stringMatching(/^(readOnly|readWrite|immutable|writeOnly)$/),
        returned: expect.stringMatching(/^(always|never|default|request)$/),
      })
  })
  it('uniqueness is none, server or global', async () => {
    for (const each of await attributes())
      expect(each.uniqueness, String(each.name)).toMatch(/^(none|server|global)$/)
  })
  it('what is compared as text says whether its case counts', async () => {
    for (const each of (await attributes()).filter(({ type }) =>
      /^(string|reference|binary)$/.test(String(type)),
    ))
      expect(typeof each.caseExact, String(each.name)).toBe('boolean')
  })
  it('a complex attribute names its sub-attributes, another has none', async () => {
    for (const each of await attributes())
      expect(list(each.subAttributes).length > 0, String(each.name)).toBe(each.type === 'complex')
  })
  it('a complex attribute holds no complex one', async () => {
    for (const each of (await attributes()).filter((one) => one.type === 'complex'))
      expect(list(each.subAttributes).map((sub) => sub.type)).not.toContain('complex')
  })
  it('a reference states what it can refer to', async () => {
    for (const each of (await attributes()).filter((one) => one.type === 'reference'))
      expect(list(each.referenceTypes).length, String(each.name)).toBeGreaterThan(0)
  })
})

describe('RFC 7643 §8.7.1 characteristics of the core schemas', () => {
  it('userName', async () => {
    expect(named(await schema(userUrn), 'userName')).toMatchObject({
      type: 'string',
      required: true,
      caseExact: false,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'server',
    })
  })
  it('password is write-only and never returned', async () => {
    expect(named(await schema(userUrn), 'password')).toMatchObject({
      mutability: 'writeOnly',
      returned: 'never',
    })
  })
  it('groups is read-only in all its parts', async () => {
    const groups = named(await schema(userUrn), 'groups')
    expect([groups, ...list(groups?.subAttributes)].map((each) => each?.mutability)).toEqual(
      Array.from({ length: list(groups?.subAttributes).length + 1 }, () => 'readOnly'),
    )
  })
  it('members of a Group: value, $ref and type are immutable', async () => {
    const members = named(await schema(groupUrn), 'members')
    const parts = ['value', '$ref', 'type'].map((name) => named(list(members?.subAttributes), name))
    expect(parts.map((each) => each?.mutability)).toEqual(['immutable', 'immutable', 'immutable'])
  })
  it('the displayName of a manager is read-only', async () => {
    expect(named(await schema(enterpriseUrn), 'manager.displayName')).toMatchObject({
      mutability: 'readOnly',
    })
  })
  it('binary and reference attributes are case-exact', async () => {
    const all = list((await open().get('/Schemas')).body.Resources).flatMap((each) =>
      every(list(each.attributes)),
    )
    for (const each of all.filter(({ type }) => type === 'binary' || type === 'reference'))
      expect(each.caseExact, String(each.name)).toBe(true)
  })
  it.each([
    [
      'User',
      userUrn,
      'userName name displayName nickName profileUrl title userType preferredLanguage locale timezone active password emails phoneNumbers ims photos addresses groups entitlements roles x509Certificates',
    ],
    ['Group', groupUrn, 'displayName members'],
    ['EnterpriseUser', enterpriseUrn, 'employeeNumber costCenter organization division department manager'],
  ])('the schema of %s has all attributes of the RFC and no others', async (_, urn, names) => {
    expect((await schema(urn)).map((each) => String(each.name)).sort()).toEqual(names.split(' ').sort())
  })
  it('id, meta and schemas are in no schema', async () => {
    for (const each of list((await open().get('/Schemas')).body.Resources))
      for (const name of ['id', 'meta', 'schemas']) expect(named(list(each.attributes), name)).toBeUndefined()
  })
})

describe('RFC 7644 §4 discovery endpoints', () => {
  const endpoints = [
    '/ServiceProviderConfig',
    '/Schemas',
    '/ResourceTypes',
    `/Schemas/${userUrn}`,
    '/ResourceTypes/User',
  ]

  it.each(endpoints)('%s can be read', async (path) => {
    expect((await open().get(path)).status).toBe(200)
  })
  it.each(endpoints.slice(1))('%s refuses a filter with 403', async (path) => {
    expectError(await open().get(`${path}?filter=name%20eq%20%22User%22`), 403)
  })
  it('/ServiceProviderConfig is the one of its kind: a filter has nothing to choose from and is ignored', async () => {
    const reply = await open().get('/ServiceProviderConfig?filter=name%20eq%20%22Nobody%22')
    expect([reply.status, reply.body]).toEqual([200, (await open().get('/ServiceProviderConfig')).body])
  })
  it.each(endpoints)('%s ignores sorting, paging and attributes', async (path) => {
    const plain = await open().get(path)
    const reply = await open().get(`${path}?sortBy=id&startIndex=2&count=1&attributes=id`)
    expect([reply.status, reply.body]).toEqual([200, plain.body])
  })
  it.each(endpoints.flatMap((path) => ['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [method, path])))(
    '%s %s is not allowed',
    async (method, path) => {
      const reply = await open().send({ method: method ?? '', path: path ?? '', body: {} })
      expectError(reply, 405)
      expect(reply.headers.allow).toContain('GET')
    },
  )
  it('/Schemas and /ResourceTypes answer with a list of all', async () => {
    for (const path of ['/Schemas', '/ResourceTypes']) {
      const { body } = await open().get(path)
      expect(body.schemas).toEqual([listUrn])
      expect(body.totalResults).toBe(list(body.Resources).length)
    }
  })
  it('one schema is found by its URN, one resource type by its name', async () => {
    expect((await open().get(`/Schemas/${groupUrn}`)).body).toMatchObject({ id: groupUrn, name: 'Group' })
    expect((await open().get('/ResourceTypes/Group')).body).toMatchObject({ id: 'Group', name: 'Group' })
  })
  it('what does not exist is 404', async () => {
    expectError(await open().get('/Schemas/urn:none'), 404)
    expectError(await open().get('/ResourceTypes/None'), 404)
  })
})
