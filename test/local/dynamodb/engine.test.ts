import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Engine, openEngine } from '../../../infra/local/dynamodb/engine.ts'
import { serveEngine } from '../../../infra/local/dynamodb/server.ts'
import type { Image } from '../../../infra/local/dynamodb/view.ts'

const definition = {
  TableName: 'directory',
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
}
const item = (sk: string, n?: number) => ({
  pk: { S: 'p' },
  sk: { S: sk },
  ...(n === undefined ? {} : { n: { N: String(n) } }),
})
const put = (engine: Engine, sk: string, n?: number) =>
  engine.handle('PutItem', { TableName: 'directory', Item: item(sk, n) })
const stored = async (engine: Engine): Promise<readonly string[]> => {
  const answer = (await engine.handle('Query', {
    TableName: 'directory',
    KeyConditionExpression: 'pk = :p',
    ExpressionAttributeValues: { ':p': { S: 'p' } },
  })) as { readonly Items: readonly { readonly sk: { readonly S: string } }[] }
  return answer.Items.map((row) => row.sk.S)
}

describe('in memory', () => {
  let engine: Engine
  beforeEach(async () => {
    engine = await openEngine()
    await engine.handle('CreateTable', definition)
  })
  afterEach(() => engine.close())

  test('a created table can be used at once, a deleted one is gone', async () => {
    await put(engine, 'a')
    expect(await stored(engine)).toEqual(['a'])
    await engine.handle('DeleteTable', { TableName: 'directory' })
    await expect(put(engine, 'b')).rejects.toMatchObject({
      body: { __type: expect.stringContaining('ResourceNotFoundException') },
    })
  })

  test('a batch write is stored whole and shows no failed half', async () => {
    const requests = (sks: readonly string[]) => sks.map((sk) => ({ PutRequest: { Item: item(sk) } }))
    await engine.handle('BatchWriteItem', { RequestItems: { directory: requests(['a', 'b']) } })
    const broken = { PutRequest: { Item: { pk: { S: 'p' } } } }
    await expect(
      engine.handle('BatchWriteItem', { RequestItems: { directory: [...requests(['c']), broken] } }),
    ).rejects.toMatchObject({ statusCode: 400 })
    expect(await stored(engine)).toEqual(['a', 'b'])
  })

  test('an unknown operation is refused', async () => {
    await expect(engine.handle('CreateBackup', {})).rejects.toMatchObject({
      body: { __type: expect.stringContaining('UnknownOperationException') },
    })
  })

  // Two points where Amazon's local engine departs from the service's documentation, and ours follows the latter.
  test('an update that does not fit the stored type is a validation reason', async () => {
    await engine.handle('PutItem', { TableName: 'directory', Item: { ...item('a'), n: { S: 'text' } } })
    const Update = {
      TableName: 'directory',
      Key: item('a'),
      UpdateExpression: 'ADD n :one',
      ExpressionAttributeValues: { ':one': { N: '1' } },
    }
    await expect(engine.handle('TransactWriteItems', { TransactItems: [{ Update }] })).rejects.toMatchObject({
      body: { CancellationReasons: [{ Code: 'ValidationError' }] },
    })
  })

  test('a transaction costs twice its writes and reads, per table', async () => {
    const large = { ...item('a'), text: { S: 'x'.repeat(1500) } }
    const puts = [large, item('b')].map((Item) => ({ Put: { TableName: 'directory', Item } }))
    const capacity = { ReturnConsumedCapacity: 'TOTAL' }
    expect(await engine.handle('TransactWriteItems', { TransactItems: puts, ...capacity })).toEqual({
      ConsumedCapacity: [{ TableName: 'directory', CapacityUnits: 6 }],
    })
    const gets = ['a', 'b'].map((sk) => ({ Get: { TableName: 'directory', Key: item(sk) } }))
    expect(await engine.handle('TransactGetItems', { TransactItems: gets, ...capacity })).toMatchObject({
      ConsumedCapacity: [{ TableName: 'directory', CapacityUnits: 4 }],
    })
  })

  test('time to live is kept and described', async () => {
    const describe = () => engine.handle('DescribeTimeToLive', { TableName: 'directory' })
    expect(await describe()).toEqual({ TimeToLiveDescription: { TimeToLiveStatus: 'DISABLED' } })
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expiresAt' }
    await engine.handle('UpdateTimeToLive', { TableName: 'directory', TimeToLiveSpecification })
    expect(await describe()).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' },
    })
  })

  test('the tap sees committed images in order, and nothing of what failed', async () => {
    const seen: Image[] = []
    const stop = engine.tap((images) => seen.push(...images))
    await put(engine, 'a', 1)
    await put(engine, 'a', 2)
    const failing = {
      ConditionCheck: {
        TableName: 'directory',
        Key: item('z'),
        ConditionExpression: 'attribute_exists(pk)',
      },
    }
    const transaction = [
      { Put: { TableName: 'directory', Item: item('b') } },
      { Delete: { TableName: 'directory', Key: item('a') } },
    ]
    await expect(
      engine.handle('TransactWriteItems', { TransactItems: [...transaction, failing] }),
    ).rejects.toMatchObject({ statusCode: 400 })
    await engine.handle('TransactWriteItems', { TransactItems: transaction })
    await engine.handle('DeleteItem', { TableName: 'directory', Key: item('never-there') })
    stop()
    await put(engine, 'c')
    expect(seen).toEqual([
      { table: 'directory', after: item('a', 1) },
      { table: 'directory', before: item('a', 1), after: item('a', 2) },
      { table: 'directory', after: item('b') },
      { table: 'directory', before: item('a', 2) },
    ])
  })

  test('injected faults strike before anything is written, and are the same for the same seed', async () => {
    const run = async (seed: number): Promise<readonly boolean[]> => {
      engine.inject({ seed, rules: [{ fault: 'throttled', probability: 0.5, operations: ['PutItem'] }] })
      const outcomes: boolean[] = []
      for (let i = 0; i < 40; i += 1)
        outcomes.push(
          await put(engine, `${seed}-${i}`).then(
            () => true,
            () => false,
          ),
        )
      engine.inject({})
      return outcomes
    }
    const first = await run(7)
    expect(new Set(first)).toEqual(new Set([true, false]))
    expect((await stored(engine)).length).toBe(first.filter(Boolean).length)
    expect(await run(7)).toEqual(first)
    expect(await run(8)).not.toEqual(first)
  })

  test('each fault has the name the service gives it', async () => {
    const names = { conflict: 'TransactionConflictException', throttled: 'ThrottlingException' } as const
    for (const [fault, name] of Object.entries(names)) {
      engine.inject({ rules: [{ fault: fault as keyof typeof names, probability: 1 }] })
      await expect(put(engine, 'a')).rejects.toMatchObject({
        body: { __type: expect.stringContaining(name) },
      })
    }
    engine.inject({ rules: [{ fault: 'throughputExceeded', probability: 1 }] })
    await expect(stored(engine)).rejects.toMatchObject({
      body: { __type: expect.stringContaining('ProvisionedThroughputExceededException') },
    })
    engine.inject({ rules: [{ fault: 'internal', probability: 1 }] })
    await expect(put(engine, 'a')).rejects.toMatchObject({ statusCode: 500 })
    engine.inject({ rules: [{ fault: 'conflict', probability: 1 }] })
    const TransactItems = [
      { Put: { TableName: 'directory', Item: item('a') } },
      { Put: { TableName: 'directory', Item: item('b') } },
    ]
    const error: unknown = await engine
      .handle('TransactWriteItems', { TransactItems })
      .catch((e: unknown) => e)
    const { body } = error as { body: { CancellationReasons: readonly { Code: string }[] } }
    expect(body.CancellationReasons.map((reason) => reason.Code).sort()).toEqual([
      'None',
      'TransactionConflict',
    ])
    engine.inject({})
    expect(await stored(engine)).toEqual([])
  })

  test('afterCommit runs when the write is stored and not yet answered', async () => {
    const storedThen: (readonly string[])[] = []
    engine.inject({
      afterCommit: async () => {
        storedThen.push(await stored(engine))
        throw new Error('answer lost')
      },
    })
    await expect(put(engine, 'a')).rejects.toMatchObject({ statusCode: 500 })
    expect(storedThen).toEqual([['a']])
  })
})

describe('on disk', () => {
  let path: string
  beforeEach(async () => {
    path = await mkdtemp(join(tmpdir(), 'rolecall-engine-'))
  })
  afterEach(() => rm(path, { recursive: true, force: true }))

  test('everything is there after closing and opening again, tokens included', async () => {
    const first = await openEngine({ path })
    await first.handle('CreateTable', definition)
    await put(first, 'a', 1)
    const transaction = {
      TransactItems: [{ Put: { TableName: 'directory', Item: item('b') } }],
      ClientRequestToken: 'once',
    }
    await first.handle('TransactWriteItems', transaction)
    await first.close()

    const second = await openEngine({ path })
    await second.handle('DeleteItem', { TableName: 'directory', Key: item('b') })
    await second.handle('TransactWriteItems', transaction)
    expect(await stored(second)).toEqual(['a'])
    await second.close()
  })

  test('killed at any moment, it keeps what it answered, and pairs stay pairs', async () => {
    const setUp = await openEngine({ path })
    await setUp.handle('CreateTable', definition)
    await setUp.close()
    const rows = async (engine: Engine, pk: string): Promise<readonly number[]> => {
      const answer = (await engine.handle('Query', {
        TableName: 'directory',
        KeyConditionExpression: 'pk = :p',
        ExpressionAttributeValues: { ':p': { S: pk } },
      })) as { readonly Items: readonly { readonly sk: { readonly S: string } }[] }
      return answer.Items.map((row) => Number(row.sk.S))
    }
    let next = 0
    for (const wanted of [1, 40, 150]) {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'writer.ts'), path, String(next)])
      let printed = ''
      child.stdout.setEncoding('utf8')
      for await (const chunk of child.stdout) {
        printed += chunk
        if (printed.split('\n').length > wanted) break
      }
      child.kill('SIGKILL')
      if (child.signalCode === null) await once(child, 'exit')
      const answered = printed.split('\n').slice(0, -1).map(Number)
      const engine = await openEngine({ path })
      const left = await rows(engine, 'left')
      expect(await rows(engine, 'right')).toEqual(left)
      expect(left).toEqual(expect.arrayContaining(answered))
      next = left.length
      expect(left).toEqual(Array.from({ length: next }, (_, n) => n))
      await engine.close()
    }
  })

  test('a second engine on the same data is refused', async () => {
    const first = await openEngine({ path })
    await expect(openEngine({ path })).rejects.toThrow()
    await first.close()
  })
})

describe('over HTTP', () => {
  test('a request without the secret is refused, one signed with it is answered', async () => {
    const engine = await openEngine()
    const server = await serveEngine(engine, { secret: 'only-here' })
    const client = (accessKeyId: string) =>
      new DynamoDBClient({
        endpoint: server.endpoint,
        region: 'eu-west-1',
        credentials: { accessKeyId, secretAccessKey: 'any' },
      })
    await expect(client('guess').send(new ListTablesCommand())).rejects.toMatchObject({
      name: 'UnrecognizedClientException',
    })
    expect((await client('only-here').send(new ListTablesCommand())).TableNames).toEqual([])
    await server.close()
    await engine.close()
  })

  test('what is no DynamoDB request gets a 400', async () => {
    const engine = await openEngine()
    const server = await serveEngine(engine)
    const post = (headers: Record<string, string>, body: string) =>
      fetch(server.endpoint, { method: 'POST', headers, body })
    expect((await post({}, '{}')).status).toBe(400)
    expect((await post({ 'x-amz-target': 'DynamoDB_20120810.GetItem' }, '{nope')).status).toBe(400)
    expect((await post({ 'x-amz-target': 'DynamoDB_20120810.GetItem' }, '{}')).status).toBe(400)
    await server.close()
    await engine.close()
  })
})
