import { userInfo } from 'node:os'
import { expect, test } from 'vitest'
import { createIds, systemClock } from '../../lib/config/clock.ts'
import { dataDirectory, namesTable, operatorName, readEnvironment } from '../../lib/config/environment.ts'

test('nothing set: the defaults', () => {
  expect(readEnvironment({})).toEqual({
    instance: 'rolecall',
    tableName: 'rolecall',
    egressId: 'default',
    local: false,
    auditRetentionDays: 400,
    logLevel: 'INFO',
  })
  expect([dataDirectory({}), namesTable({})]).toEqual(['.rolecall', false])
  // Where no variable tells it, the operating system knows whose process this is.
  expect(operatorName({})).toBe(userInfo().username)
})

test('everything set', () => {
  const set = {
    INSTANCE: 'rolecall-test',
    TABLE_NAME: 'other',
    DYNAMODB_ENDPOINT: 'http://127.0.0.1:4567',
    DYNAMODB_SECRET: 'secret',
    AWS_REGION: 'eu-west-3',
    WAKE_QUEUE_URL: 'https://sqs.eu-west-3.amazonaws.com/1/wake.fifo',
    SQS_ENDPOINT: 'http://127.0.0.1:4568',
    EGRESS_ID: 'nat-1',
    LOCAL: '1',
    PUBLIC_URL: 'https://scim.acme.example',
    AUDIT_RETENTION_DAYS: '30',
    LOG_LEVEL: 'debug',
  }
  expect(readEnvironment(set)).toEqual({
    instance: 'rolecall-test',
    tableName: 'other',
    dynamodbEndpoint: 'http://127.0.0.1:4567',
    dynamodbSecret: 'secret',
    region: 'eu-west-3',
    wakeQueueUrl: 'https://sqs.eu-west-3.amazonaws.com/1/wake.fifo',
    sqsEndpoint: 'http://127.0.0.1:4568',
    egressId: 'nat-1',
    local: true,
    publicUrl: 'https://scim.acme.example',
    auditRetentionDays: 30,
    logLevel: 'DEBUG',
  })
  expect(namesTable(set)).toBe(true)
})

test('an empty variable is an unset one', () => {
  expect(readEnvironment({ TABLE_NAME: '', LOCAL: '', PUBLIC_URL: '' })).toEqual(readEnvironment({}))
})

test.each([
  ['INSTANCE', 'a b'],
  ['TABLE_NAME', 'a b'],
  ['DYNAMODB_ENDPOINT', 'localhost'],
  ['AWS_REGION', 'Europe'],
  ['WAKE_QUEUE_URL', 'ftp://x'],
  ['SQS_ENDPOINT', 'x'],
  ['EGRESS_ID', 'a/b'],
  ['LOCAL', 'true'],
  ['PUBLIC_URL', '/scim'],
  ['AUDIT_RETENTION_DAYS', '0'],
  ['LOG_LEVEL', 'loud'],
])('%s=%s is refused by name', (name, value) => {
  expect(() => readEnvironment({ [name]: value })).toThrow(
    expect.objectContaining({
      code: 'configurationInvalid',
      field: name,
      message: expect.stringContaining(name),
    }),
  )
})

test('ids: random ones are UUIDs, ordered ones rise even within a millisecond', () => {
  const ids = createIds()
  expect(ids.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  const some = Array.from({ length: 1000 }, () => ids.ordered())
  expect(some).toEqual([...new Set(some)].toSorted())
  expect(systemClock.now()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
})
