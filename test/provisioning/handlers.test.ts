import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda'
import { monotonicFactory } from 'ulid'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Engine } from '../../infra/local/dynamodb/engine.ts'
import { startQueue } from '../../infra/local/queue.ts'
import { demoKey } from '../../infra/local/simulators/sekoia/demo.ts'
import { type Simulators, startSimulators } from '../../infra/local/simulators/server.ts'
import { startStream } from '../../infra/local/stream.ts'
import { systemClock } from '../../lib/config/clock.ts'
import { connectionId } from '../../lib/core/ids.ts'
import type { Directory } from '../../lib/core/ports/directory.ts'
import { createConfigurationStore } from '../../lib/store/configuration.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createTable } from '../../lib/store/table-client.ts'
import { loadFunction } from '../support/functions.ts'
import { openTestTable, type TestTable } from '../support/table.ts'

type Handler = (event: unknown, context: Context) => Promise<unknown>
type Name = 'dispatch' | 'provision' | 'reconcile'

const demo = connectionId('demo')
const closers: (() => Promise<void> | void)[] = []
let simulators: Simulators
let store: TestTable
let directory: Directory
let handlers: Readonly<Record<Name, Handler>>
let pushConfiguration: () => Promise<unknown>

const context = { getRemainingTimeInMillis: () => 300_000 } as Context
const invoke = (name: Name, event: unknown): Promise<unknown> => handlers[name](event, context)

const yaml = (url: string): string => `
version: 1
connections:
  - { id: demo, domains: [demo.test] }
communities:
  - id: demo-soc
    platform: sekoia
    tenant: 11111111-1111-4111-8111-111111111111
    baseUrl: ${url}/sekoia
    credentials: env:DEMO_SEKOIA_KEY
    requestsPerSecond: 50
    onDeparture: { then: suspend, removeAfter: 30d }
    roles:
      - { id: analyst, builtin: Analyst }
rules:
  - id: analysts
    when: { group: { equals: SOC-Analysts } }
    grant: [{ community: demo-soc, role: analyst }]
`

const openWorld = async (): Promise<void> => {
  store = await openTestTable()
  simulators = await startSimulators({ port: 0 })
  const queue = await startQueue({ invoke: (name, event) => invoke(name as Name, event) })
  closers.push(queue.close, simulators.close, store.close)
  Object.assign(process.env, {
    LOCAL: '1',
    LOG_LEVEL: 'ERROR',
    TABLE_NAME: store.name,
    DYNAMODB_ENDPOINT: store.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    POWERTOOLS_METRICS_DISABLED: 'true',
    WAKE_QUEUE_URL: queue.queueUrl,
    SQS_ENDPOINT: queue.endpoint,
    DEMO_SEKOIA_KEY: demoKey,
  })
  // The environment is read when a function is loaded, as on Lambda.
  const [dispatch, provision, reconcile] = await Promise.all([
    loadFunction<Handler>('dispatch'),
    loadFunction<Handler>('provision'),
    loadFunction<Handler>('reconcile'),
  ])
  handlers = { dispatch, provision, reconcile }
  const ids = { uuid: () => randomUUID(), ordered: monotonicFactory() }
  const table = createTable({ client: store.client, name: store.name, clock: systemClock, ids })
  directory = createDirectory(table)
  pushConfiguration = () => createConfigurationStore(table).push(yaml(simulators.url), 0, 'olive', 'first')
}
const stream = (engine: Engine | undefined): void => {
  if (engine === undefined) return
  const started = startStream(engine, { invoke: (name, event) => invoke(name as Name, event) })
  closers.push(started.close)
}

beforeAll(openWorld)
afterAll(async () => {
  for (const close of closers.reverse()) await close()
})

const onPlatform = (name: string): string | undefined => {
  const world = simulators.sekoia.world()
  const user = world.users.find(({ email }) => email === `${name}@demo.test`)
  return world.avatars.find((avatar) => avatar.user === user?.uuid)?.status
}
const until = async (done: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 200 && !done(); turn++) await pause(50)
  expect(done()).toBe(true)
}
const person = async (name: string): Promise<void> => {
  const stamp = {
    connection: demo,
    actor: { kind: 'credential', label: 'test' },
    requestId: randomUUID(),
    at: systemClock.now(),
  } as const
  const emails = [{ value: `${name}@demo.test`, primary: true }]
  const write = await directory.createMember(stamp, {
    userName: `${name}@demo.test`,
    active: true,
    attributes: { emails },
  })
  if (write.kind !== 'written') throw new Error('not written')
  const draft = { displayName: 'SOC-Analysts', attributes: {} }
  await directory.createGroup(stamp, draft, [write.member.id])
}
const woken = (body: string): SQSEvent =>
  ({
    Records: [{ messageId: 'm1', body, attributes: { MessageGroupId: 'demo-soc' } }],
  }) as unknown as SQSEvent

test('before the first configuration nothing is lost; after it the sweep takes it up', async () => {
  await person('anna')
  await invoke('reconcile', { kind: 'sweep' })
  expect(onPlatform('anna')).toBeUndefined()
  await pushConfiguration()
  // The sweep leaves to the stream what is younger than five seconds.
  await pause(5_100)
  await invoke('reconcile', { kind: 'sweep' })
  await until(() => onPlatform('anna') === 'enabled')
})

test('stream, queue and platform: a new person is there within moments', async () => {
  stream(store.engine)
  await person('bert')
  // Only the embedded engine has a stream here.
  if (store.engine === undefined) {
    await pause(5_100)
    await invoke('reconcile', { kind: 'sweep' })
  }
  await until(() => onPlatform('bert') === 'enabled')
})

test('a scheduled reconciliation brings back what was removed by hand', async () => {
  await until(() => onPlatform('anna') === 'enabled')
  const community = '11111111-1111-4111-8111-111111111111'
  simulators.sekoia.edit({ kind: 'removeMember', community, email: 'anna@demo.test' })
  await invoke('reconcile', { kind: 'reconcile' })
  await until(() => onPlatform('anna') === 'enabled')
})

test('a message that is no wake-up fails alone and says nothing of its text', async () => {
  const answer = (await invoke('provision', woken('{"community":"../x"}'))) as SQSBatchResponse
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: 'm1' }] })
  expect(await invoke('provision', woken('{"community":"demo-soc"}'))).toEqual({ batchItemFailures: [] })
})

test('the schedule accepts its own two events and nothing else', async () => {
  await expect(invoke('reconcile', { kind: 'drop' })).rejects.toMatchObject({ code: 'invalidValue' })
})
