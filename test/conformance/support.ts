import { afterAll, beforeAll, expect } from 'vitest'
import { errorUrn, filterOf, type Json, openScim, type Reply, type Scim } from '../scim/support/service.ts'

/** The deployed handler on an empty table, one for the whole file. */
export const useScim = (): (() => Scim) => {
  let scim: Scim | undefined
  beforeAll(async () => {
    scim = await openScim()
  })
  afterAll(() => scim?.close())
  return () => {
    if (scim === undefined) throw new Error('opened in beforeAll only')
    return scim
  }
}

export const base = 'https://scim.example.test/acme/scim/v2'
export const nobody = '00000000-0000-4000-8000-000000000000'
export const messages = 'urn:ietf:params:scim:api:messages:2.0'
export const core = 'urn:ietf:params:scim:schemas:core:2.0'

/** RFC 7644 §3.12: what every error looks like. */
export const expectError = (reply: Reply, status: number, scimType?: string): void => {
  expect({ status: reply.status, scimType: reply.body.scimType, of: reply.body.status }, reply.text).toEqual({
    status,
    scimType,
    of: String(status),
  })
  expect(reply.body.schemas).toEqual([errorUrn])
  expect(reply.headers['content-type']).toMatch(/^application\/scim\+json/)
}

/** Created as asked for; its representation. */
export const made = async (scim: Scim, path: string, body: object): Promise<Json> => {
  const reply = await scim.post(path, body)
  expect(reply.status, reply.text).toBe(201)
  return reply.body
}

export const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? (value as Json[]) : [])
export const resources = (reply: Reply): readonly Json[] => {
  expect(reply.status, reply.text).toBe(200)
  return list(reply.body.Resources)
}

/** The values of one attribute over all the resources that a filter finds, sorted. */
export const found = async (
  scim: Scim,
  path: string,
  filter: string,
  attribute: string,
): Promise<readonly string[]> => {
  const separator = path.includes('?') ? '&' : '?'
  const reply = await scim.get(`${path}${separator}${filterOf(filter)}`)
  return resources(reply)
    .map((each) => String(each[attribute]))
    .sort()
}

/** The resource as a later request reads it. */
export const reread = async (scim: Scim, path: string): Promise<Json> => {
  const reply = await scim.get(path)
  expect(reply.status, reply.text).toBe(200)
  return reply.body
}

/** A patch that must succeed, and the resource as read after it. */
export const patched = async (scim: Scim, path: string, ...operations: readonly object[]): Promise<Json> => {
  const reply = await scim.patch(path, ...operations)
  expect([200, 204], reply.text).toContain(reply.status)
  return reread(scim, path)
}
