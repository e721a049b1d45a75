import { expect, it } from 'vitest'
import { ConnectorError } from '../../lib/core/errors.ts'
import { errorAnswer } from '../../lib/scim/errors.ts'

it.each([
  new Error('rolecall-table'),
  new TypeError('rolecall-table'),
  new ConnectorError('internal', 'rolecall-table'),
  new ConnectorError('configurationInvalid', 'rolecall-table'),
  'rolecall-table',
  undefined,
])('a fault of ours tells the client nothing of it: %s', (error) => {
  const { status, body } = errorAnswer(error)
  expect(status).toBe(500)
  expect(body).not.toContain('rolecall-table')
  expect(JSON.parse(body)).toEqual({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: '500',
    detail: expect.stringContaining('request id'),
  })
})

it('what the client can mend is told in words', () => {
  const { body } = errorAnswer(new ConnectorError('invalidValue', 'title: must be a text'))
  expect(JSON.parse(body)).toMatchObject({
    status: '400',
    scimType: 'invalidValue',
    detail: 'title: must be a text',
  })
})
