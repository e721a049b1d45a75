import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Endpoint, openEndpoint } from '../../infra/local/attach.ts'
import { readEndpointFile, writeEndpointFile } from '../../infra/local/endpoint-file.ts'
import { openStorage } from '../../infra/local/storage.ts'

let data: string
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'rolecall-data-'))
})
afterEach(() => rmSync(data, { recursive: true }))

const clientOf = ({ endpoint, secret, region }: Endpoint) =>
  new DynamoDBClient({ endpoint, region, credentials: { accessKeyId: secret, secretAccessKey: secret } })
const key = { pk: { S: 'p' }, sk: { S: 's' } }
const put = async (way: Endpoint, value: string) => {
  const client = clientOf(way)
  await client.send(new PutItemCommand({ TableName: way.table, Item: { ...key, value: { S: value } } }))
  client.destroy()
}
const get = async (way: Endpoint) => {
  const client = clientOf(way)
  const answer = await client.send(new GetItemCommand({ TableName: way.table, Key: key }))
  client.destroy()
  return answer.Item?.value?.S
}

test('where no house ever was, none is made up: a mistyped directory is an error', async () => {
  const nowhere = join(data, 'nowhere')
  for (const wrong of [nowhere, data])
    await expect(openEndpoint(wrong)).rejects.toMatchObject({
      code: 'notFound',
      message: expect.stringMatching(/there is no data in .*: run npm start once, .*--data.*--table/),
    })
  expect(existsSync(nowhere)).toBe(false)
})

test('nobody holds the data: this process does, and it is still there for the next', async () => {
  await (await openStorage(data)).close()
  const first = await openEndpoint(data)
  expect(first.held).toBe('own')
  await put(first, 'kept')
  await first.close()
  const second = await openEndpoint(data)
  expect(await get(second)).toBe('kept')
  await second.close()
})

test('somebody holds the data: theirs is used, and stays open', async () => {
  const storage = await openStorage(data)
  writeEndpointFile(data, { ...storage, pid: process.pid })
  const way = await openEndpoint(data)
  expect([way.held, way.endpoint]).toEqual(['running', storage.endpoint])
  await put(way, 'shared')
  await way.close()
  expect(await get(await openEndpoint(data))).toBe('shared')
  await storage.close()
})

test('a file left by a killed process is passed over', async () => {
  const gone = await openStorage(data)
  writeEndpointFile(data, { ...gone, pid: 1 })
  await gone.close()
  const way = await openEndpoint(data)
  expect(way.held).toBe('own')
  await way.close()
})

test('held without a usable file: refused with the way out', async () => {
  const storage = await openStorage(data)
  await expect(openEndpoint(data)).rejects.toMatchObject({
    code: 'storeUnavailable',
    message: expect.stringContaining('held by another process'),
  })
  await storage.close()
})

test('memory cannot be shared', async () => {
  await expect(openEndpoint('memory')).rejects.toMatchObject({
    code: 'storeUnavailable',
    field: 'ROLECALL_DATA',
  })
})

test('the endpoint file is its owner’s alone, and anything else in its place counts as none', () => {
  const content = { endpoint: 'http://127.0.0.1:1', secret: 's', pid: 2, table: 't' }
  writeEndpointFile(data, content)
  expect(statSync(join(data, 'endpoint')).mode & 0o777).toBe(0o600)
  expect(readEndpointFile(data)).toEqual(content)
  writeFileSync(join(data, 'endpoint'), '{"endpoint":')
  expect(readEndpointFile(data)).toBeUndefined()
})
