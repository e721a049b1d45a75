import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareWith } from '../../../lib/platforms/sekoia/api-description.ts'
import { type Call, callsOf } from '../../../lib/platforms/sekoia/calls.ts'
import { defaultDialect, descriptionUrlOf, dialectOf } from '../../../lib/platforms/sekoia/dialect.ts'

const assign: Call = {
  method: 'POST',
  path: '/communities/{}/roles/{}',
  body: [{ name: 'avatar_uuid', setting: 'assignKey' }],
}
const schema = { type: 'object', required: ['avatar'], properties: { avatar: { type: 'string' } } }
const findings = (document: unknown, calls: readonly Call[] = [assign]) => compareWith(document, calls)
const renamed = [
  'POST /communities/{}/roles/{} has no field "avatar_uuid" (it has avatar; set dialect.assignKey to what it means)',
  'POST /communities/{}/roles/{} requires "avatar", which is not sent',
]

describe('a description', () => {
  it('in OpenAPI 3, with references and the base path in each path', () => {
    const document = {
      openapi: '3.1.0',
      paths: {
        '/v1/communities/{community}/roles/{role_uuid}': {
          post: {
            requestBody: {
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Assign' } } },
            },
          },
        },
      },
      components: { schemas: { Assign: { allOf: [{ $ref: '#/components/schemas/Base' }] }, Base: schema } },
    }
    expect(findings(document)).toEqual({ compared: 1, findings: renamed, untold: [] })
  })

  it('in Swagger 2, with the body among the parameters', () => {
    const document = {
      swagger: '2.0',
      paths: {
        '/communities/{c}/roles/{r}': {
          post: { parameters: [{ in: 'body', name: 'body', schema: { $ref: '#/definitions/Assign' } }] },
        },
      },
      definitions: { Assign: schema },
    }
    expect(findings(document).findings).toEqual(renamed)
  })

  it('that has lost its bodies says nothing about them, and that is told', () => {
    const document = { paths: { '/communities/{c}/roles/{r}': { post: { requestBody: { content: {} } } } } }
    expect(findings(document)).toEqual({
      compared: 1,
      findings: [],
      untold: ['POST /communities/{}/roles/{}'],
    })
  })

  it('names calls that are gone, moved by a slash, or taken by another method', () => {
    const members: Call = { method: 'GET', path: '/communities/{}/avatars/', query: ['include_parent'] }
    const paths = (path: string, method: string, parameters: unknown = []) => ({
      paths: { [path]: { [method]: { parameters } } },
    })
    expect(findings(paths('/communities/{c}/avatars', 'get'), [members]).findings).toEqual([
      'GET /communities/{}/avatars/ is now /communities/{}/avatars',
    ])
    expect(findings(paths('/communities/{c}/avatars/', 'post'), [members]).findings).toEqual([
      'GET /communities/{}/avatars/ is not described',
    ])
    const others = [{ in: 'query', name: 'limit' }]
    expect(findings(paths('/communities/{c}/avatars/', 'get', others), [members]).findings).toEqual([
      'GET /communities/{}/avatars/ has no parameter "include_parent"',
    ])
  })

  it('of another service has nothing to do with ours', () => {
    const document = { paths: { '/sic/conf/intakes': { get: {} } } }
    expect(findings(document)).toEqual({ compared: 0, findings: [], untold: [] })
  })

  it('may be anything: it is read to its end, and nothing in it is believed beyond its shape', () => {
    const path = fc.constantFrom(
      '/communities/{c}/roles/{r}',
      '/me',
      '/v1/invitations',
      '__proto__',
      'constructor',
    )
    const method = fc.constantFrom('get', 'post', 'put', 'parameters')
    const loop = fc.constant({ $ref: '#/paths' })
    const operation = fc.oneof(
      loop,
      fc.record({
        requestBody: fc.oneof(loop, fc.jsonValue()),
        parameters: fc.oneof(fc.array(loop), fc.jsonValue()),
      }),
      fc.jsonValue(),
    )
    const document = fc.record({
      paths: fc.oneof(fc.dictionary(path, fc.dictionary(method, operation)), fc.jsonValue()),
    })
    fc.assert(
      fc.property(fc.oneof(document, fc.jsonValue()), (given) => {
        const { compared, findings: found } = compareWith(given, callsOf(defaultDialect))
        expect(compared).toBeLessThanOrEqual(callsOf(defaultDialect).length)
        expect(found.every((text) => text.length < 2000)).toBe(true)
      }),
    )
  })
})

it('is looked for where the vendor serves it, unless told otherwise', () => {
  const url = (baseUrl: string, settings = {}) => descriptionUrlOf(dialectOf(settings), baseUrl)
  expect(url('https://api.sekoia.io')).toBe('https://app.sekoia.io/api')
  expect(url('https://app.fra2.sekoia.io/api')).toBe('https://app.fra2.sekoia.io/api')
  expect(url('https://api.sekoia.io', { descriptionUrl: 'https://docs.example' })).toBe(
    'https://docs.example',
  )
})
