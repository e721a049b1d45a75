import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Engine, openEngine } from '../../infra/local/dynamodb/engine.ts'
import { type Functions, openFunctions } from '../../infra/local/functions.ts'
import { startSchedule } from '../../infra/local/schedule.ts'
import { type LocalStream, startStream } from '../../infra/local/stream.ts'
import { dueKey } from '../../lib/store/keys.ts'

let folder: string
let functions: Functions
let engine: Engine
let stream: LocalStream
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-stream-'))
  functions = openFunctions({
    environment: () => ({ REPORT: join(folder, 'report') }),
    directory: new URL('functions/', import.meta.url),
  })
  engine = await openEngine()
  await engine.handle('CreateTable', {
    TableName: 'table',
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
  })
  stream = startStream(engine, functions)
})
afterEach(async () => {
  stream.close()
  await functions.close()
  await engine.close()
  rmSync(folder, { recursive: true })
})

const put = (key: { readonly pk: string; readonly sk: string }, more: object = {}) =>
  engine.handle('PutItem', { TableName: 'table', Item: { pk: { S: key.pk }, sk: { S: key.sk }, ...more } })
const due = (position: string) => put(dueKey(position), { kind: { S: 'member' } })
const lines = (): readonly string[] => {
  try {
    return readFileSync(join(folder, 'report'), 'utf8').trim().split('\n')
  } catch {
    return []
  }
}
const positions = () => lines().map((line) => (JSON.parse(line) as { readonly position: string }).position)
const delivered = () => vi.waitFor(() => expect(stream.waiting()).toBe(0), { timeout: 30_000, interval: 20 })

test('new due items arrive once, in commit order, in the shape of a stream record', async () => {
  await due('01')
  await put({ pk: 'C#demo', sk: 'x' })
  await due('02')
  await put(dueKey('01'), { kind: { S: 'changed' } })
  await engine.handle('DeleteItem', {
    TableName: 'table',
    Key: { pk: { S: dueKey('01').pk }, sk: { S: '01' } },
  })
  await delivered()
  expect(positions()).toEqual(['01', '02'])
  const [first] = lines()
  expect(JSON.parse(first ?? '')).toMatchObject({
    record: {
      eventName: 'INSERT',
      eventSource: 'aws:dynamodb',
      dynamodb: {
        Keys: { pk: { S: dueKey('01').pk }, sk: { S: '01' } },
        NewImage: { kind: { S: 'member' }, sk: { S: '01' } },
        StreamViewType: 'NEW_IMAGE',
      },
    },
  })
})

test('250 items at once all arrive in order', async () => {
  const wanted = Array.from({ length: 250 }, (_, n) => String(n).padStart(4, '0'))
  for (const position of wanted) await due(position)
  await delivered()
  expect(positions()).toEqual(wanted)
})

test('a reported failure is delivered again from there; one that never works does not block the rest', async () => {
  for (const position of ['a', 'once-b', 'c', 'never-d', 'e']) await due(position)
  await delivered()
  expect(positions()).toEqual(['a', 'once-b', 'c', 'e'])
})

test('the schedule sweeps at once and reconciles at its interval', async () => {
  const schedule = startSchedule(functions, { sweepEvery: 3600, reconcileEvery: 0.1 })
  await vi.waitFor(() => expect(lines().length).toBeGreaterThan(2), { timeout: 30_000 })
  schedule.close()
  expect(lines().filter((line) => line.includes('sweep'))).toHaveLength(1)
  expect(lines().filter((line) => line.includes('reconcile')).length).toBeGreaterThan(1)
})
