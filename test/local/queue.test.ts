import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SendMessageBatchCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import type { SQSRecord } from 'aws-lambda'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Functions, openFunctions } from '../../infra/local/functions.ts'
import { type QueueServer, startQueue } from '../../infra/local/queue.ts'

type Line = {
  readonly what: 'start' | 'end'
  readonly body: string
  readonly group: string
  readonly times: number
  readonly record: SQSRecord
}
let folder: string
let functions: Functions
let queue: QueueServer
let client: SQSClient
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rolecall-queue-'))
  functions = openFunctions({
    environment: () => ({ REPORT: join(folder, 'report') }),
    directory: new URL('functions/', import.meta.url),
  })
  queue = await startQueue(functions, { secret: 'local', visibility: 2000 })
  client = clientFor('local')
  // A sandbox that is still loading would let the visibility timeout pass.
  await functions.invoke('reconcile', {})
  rmSync(join(folder, 'report'))
})
afterEach(async () => {
  client.destroy()
  queue.stop()
  await functions.close()
  await queue.close()
  rmSync(folder, { recursive: true })
})

const clientFor = (accessKeyId: string) =>
  new SQSClient({
    endpoint: queue.endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId, secretAccessKey: 'any' },
  })
const send = (group: string, body: string, deduplication = body) =>
  client.send(
    new SendMessageCommand({
      QueueUrl: queue.queueUrl,
      MessageBody: body,
      MessageGroupId: group,
      MessageDeduplicationId: deduplication,
    }),
  )
const report = (): readonly Line[] => {
  try {
    const lines = readFileSync(join(folder, 'report'), 'utf8').trim().split('\n')
    return lines.map((line) => JSON.parse(line) as Line)
  } catch {
    return []
  }
}
const drained = () => vi.waitFor(() => expect(queue.waiting()).toBe(0), { timeout: 30_000, interval: 20 })

test('a message reaches the function as an SQS event of a FIFO queue', async () => {
  const sent = await send('soc', 'hello')
  await drained()
  const [line] = report()
  expect(line?.record).toMatchObject({
    messageId: sent.MessageId,
    body: 'hello',
    eventSource: 'aws:sqs',
    attributes: {
      MessageGroupId: 'soc',
      MessageDeduplicationId: 'hello',
      ApproximateReceiveCount: '1',
      SequenceNumber: sent.SequenceNumber,
    },
  })
})

test('one at a time within a group, groups side by side', async () => {
  await Promise.all([send('a', 'a1'), send('b', 'b1'), send('a', 'a2'), send('b', 'b2')])
  await drained()
  const lines = report()
  for (const group of ['a', 'b'])
    expect(lines.filter((line) => line.group === group).map((line) => line.what)).toEqual([
      'start',
      'end',
      'start',
      'end',
    ])
  const order = lines.map((line) => line.what)
  expect(order.slice(0, 2)).toEqual(['start', 'start'])
})

test('the same deduplication id is worked on once', async () => {
  await send('a', 'first', 'same')
  await send('a', 'second', 'same')
  await drained()
  expect(report().map((line) => line.body)).toEqual(['first', 'first'])
})

test.each(['fail', 'throw'])('what the function did not finish (%s) comes again', async (how) => {
  await send('a', `${how}-1`)
  await send('a', 'after')
  await drained()
  const ends = report().filter((line) => line.what === 'end')
  expect(ends.at(-1)?.body).toBe('after')
  const again = ends.filter((line) => line.body === `${how}-1`).at(-1)
  expect([again?.times, again?.record.attributes.ApproximateReceiveCount]).toEqual([2, '2'])
})

test('batches, and requests that are refused', async () => {
  const entry = (Id: string) => ({
    Id,
    MessageBody: Id,
    MessageGroupId: Id,
    MessageDeduplicationId: Id,
    MessageAttributes: { kind: { DataType: 'String', StringValue: 'wake' } },
  })
  const answer = await client.send(
    new SendMessageBatchCommand({ QueueUrl: queue.queueUrl, Entries: [entry('x'), entry('y')] }),
  )
  expect(answer.Successful?.map((one) => one.Id)).toEqual(['x', 'y'])
  await drained()
  expect(report()[0]?.record.messageAttributes).toEqual({ kind: { dataType: 'String', stringValue: 'wake' } })

  const stranger = clientFor('guess')
  const message = { QueueUrl: queue.queueUrl, MessageBody: 'x', MessageGroupId: 'x' }
  await expect(stranger.send(new SendMessageCommand(message))).rejects.toMatchObject({
    name: 'UnrecognizedClientException',
  })
  stranger.destroy()
  await expect(client.send(new SendMessageCommand(message))).rejects.toMatchObject({
    name: 'InvalidParameterValue',
  })
})
