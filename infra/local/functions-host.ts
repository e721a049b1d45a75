// The worker thread in which the Lambda handlers run: their own module cache and their own environment, as in a function's sandbox.
import { parentPort, workerData } from 'node:worker_threads'
import type { Context } from 'aws-lambda'
import type { Invocation, Outcome } from './functions.ts'

type Handler = (event: unknown, context: Context) => unknown

const port = parentPort
if (!port) throw new Error('functions-host.ts runs as a worker thread only')
const { directory, warmed } = workerData as { readonly directory: string; readonly warmed: readonly string[] }
const handlers = new Map<string, Promise<Handler>>()

const load = async (name: string): Promise<Handler> => {
  const module: { readonly handler?: Handler } = await import(new URL(`${name}.ts`, directory).href)
  if (!module.handler) throw new Error(`functions/${name}.ts exports no handler`)
  return module.handler
}

/** Once; a failure is everybody's who asks for it. */
const handlerOf = (name: string): Promise<Handler> => {
  const known = handlers.get(name) ?? load(name)
  // Said when somebody asks for it.
  known.catch(() => undefined)
  handlers.set(name, known)
  return known
}

/** What handlers may rely on; the rest of Lambda's context has no meaning here. */
const contextOf = ({ name, deadline, requestId }: Invocation): Context =>
  ({
    functionName: name,
    functionVersion: '$LATEST',
    invokedFunctionArn: `arn:aws:lambda:local:000000000000:function:${name}`,
    memoryLimitInMB: '1024',
    awsRequestId: requestId,
    logGroupName: `/local/${name}`,
    logStreamName: 'local',
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  }) as Context

const run = async (invocation: Invocation): Promise<Outcome> => {
  const { id, name, event } = invocation
  try {
    const handler = await handlerOf(name)
    const value = await handler(JSON.parse(event), contextOf(invocation))
    return { id, kind: 'done', value: value === undefined ? 'null' : JSON.stringify(value) }
  } catch (error) {
    const { name: type, message, stack } = error instanceof Error ? error : new Error(String(error))
    return { id, kind: 'failed', type, message, stack: stack ?? '' }
  }
}

for (const name of warmed) handlerOf(name)
port.on('message', (invocation: Invocation) => {
  void run(invocation).then((outcome) => port.postMessage(outcome))
})
