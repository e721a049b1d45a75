import { join } from 'node:path'
import type { Engine } from './dynamodb/engine.ts'
import { removeEndpointFile, writeEndpointFile } from './endpoint-file.ts'
import { type FirstStart, prepare } from './first-start.ts'
import { openFunctions } from './functions.ts'
import { startGateway } from './gateway.ts'
import { portTaken } from './listen.ts'
import { startQueue } from './queue.ts'
import { startSchedule } from './schedule.ts'
import { type Simulators, startSimulators } from './simulators/server.ts'
import { inMemory, localRegion, openStorage, type Storage } from './storage.ts'
import { startStream } from './stream.ts'

export type HouseOptions = {
  /** Directory, or `memory`. */
  readonly data: string
  /** 0: any free port. */
  readonly port: number
  readonly simulatorsPort: number
  /** Seconds. */
  readonly reconcileEvery: number
  readonly sweepEvery?: number
  /** Token of the demo connection; absent: one is made at the first start. */
  readonly demoToken?: string
  readonly logLevel?: string
  /** Source text of the first configuration; absent: the example of this repository. */
  readonly configuration?: string
  /** Milliseconds until an unfinished wake-up is seen again. */
  readonly wakeUpVisibility?: number
}

/** Everything the stack deploys, on one machine. */
export type House = {
  readonly url: string
  readonly simulators: Simulators
  readonly engine: Engine
  readonly endpoint: Storage
  readonly firstStart: FirstStart
  /** Runs the schedule's event now. */
  readonly schedule: (kind: 'sweep' | 'reconcile') => Promise<void>
  /** Nothing undelivered in stream and queue. */
  readonly idle: () => boolean
  readonly close: () => Promise<void>
}

/** Opens the data, the platforms' simulators and everything API Gateway, SQS, DynamoDB Streams and EventBridge would do. */
export const openHouse = async (options: HouseOptions): Promise<House> => {
  const closers: (() => Promise<void> | void)[] = []
  const close = async (): Promise<void> => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    return await open(options, closers, close)
  } catch (error) {
    await close()
    throw error
  }
}

const open = async (
  options: HouseOptions,
  closers: (() => Promise<void> | void)[],
  close: () => Promise<void>,
): Promise<House> => {
  const { data } = options
  // The data's lock comes first: a second house stops here, before it touches anything the first one uses.
  const storage = await openStorage(data)
  closers.push(storage.close)
  const simulators = await openSimulators(options)
  closers.push(simulators.close)
  const firstStart = await prepare(storage, {
    data,
    simulatorsUrl: simulators.url,
    ...(options.demoToken !== undefined && { demoToken: options.demoToken }),
    ...(options.configuration !== undefined && { configuration: options.configuration }),
  })
  closers.push(firstStart.close)

  let environment: Readonly<Record<string, string>> = {}
  const functions = openFunctions({ environment: () => environment })
  const queue = await startQueue(functions, {
    secret: storage.secret,
    ...(options.wakeUpVisibility !== undefined && { visibility: options.wakeUpVisibility }),
  })
  const stream = startStream(storage.engine, functions)
  // Reversed at the end: nothing new is delivered, then the functions finish while everything they talk to still answers.
  closers.push(queue.close, functions.close, stream.close, queue.stop)
  const gateway = await startGateway(functions, options.port)
  closers.push(gateway.close)
  environment = {
    ...environmentOf(storage, options),
    WAKE_QUEUE_URL: queue.queueUrl,
    SQS_ENDPOINT: queue.endpoint,
    PUBLIC_URL: gateway.url,
  }
  functions.warm()
  const schedule = startSchedule(functions, {
    sweepEvery: options.sweepEvery ?? 60,
    reconcileEvery: options.reconcileEvery,
  })
  closers.push(schedule.close)
  if (data !== inMemory) {
    writeEndpointFile(data, { ...storage, pid: process.pid })
    closers.push(() => removeEndpointFile(data))
  }
  return {
    url: gateway.url,
    simulators,
    engine: storage.engine,
    endpoint: storage,
    firstStart,
    schedule: async (kind) => {
      await functions.invoke('reconcile', { kind })
    },
    idle: () => stream.waiting() === 0 && queue.waiting() === 0,
    close,
  }
}

const openSimulators = async ({ data, simulatorsPort: port }: HouseOptions): Promise<Simulators> => {
  try {
    return await startSimulators({
      port,
      ...(data !== inMemory && { statePath: join(data, 'simulators.json') }),
    })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')
      throw portTaken(port, 'SIMULATORS_PORT')
    throw error
  }
}

/** What the stack gives its functions, and where the local stand-ins are. */
const environmentOf = (storage: Storage, options: HouseOptions): Readonly<Record<string, string>> => ({
  LOCAL: '1',
  TABLE_NAME: storage.table,
  DYNAMODB_ENDPOINT: storage.endpoint,
  DYNAMODB_SECRET: storage.secret,
  AWS_REGION: localRegion,
  AWS_ACCESS_KEY_ID: storage.secret,
  AWS_SECRET_ACCESS_KEY: storage.secret,
  EGRESS_ID: 'local',
  LOG_LEVEL: options.logLevel ?? 'INFO',
  // Metrics are log lines that CloudWatch reads; nobody reads them here.
  POWERTOOLS_METRICS_DISABLED: 'true',
})
