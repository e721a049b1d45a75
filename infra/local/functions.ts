import { randomUUID } from 'node:crypto'
import { Worker } from 'node:worker_threads'

/** Events and answers cross as JSON text, as they do on Lambda: nothing but data gets through. */
export type Invocation = {
  readonly id: number
  readonly name: FunctionName
  readonly event: string
  readonly deadline: number
  readonly requestId: string
}
export type Outcome =
  | { readonly id: number; readonly kind: 'done'; readonly value: string }
  | {
      readonly id: number
      readonly kind: 'failed'
      readonly type: string
      readonly message: string
      readonly stack: string
    }

/** The stack's timeouts, in seconds. */
const timeouts = {
  scim: 29,
  saml: 29,
  hooks: 29,
  console: 29,
  dispatch: 60,
  provision: 300,
  reconcile: 60,
} as const
export type FunctionName = keyof typeof timeouts
/** Loaded when the sandbox starts; the others by their first event, so that nobody waits for logins who pushes by SCIM. */
const warmed: readonly FunctionName[] = ['scim', 'dispatch', 'provision', 'reconcile']

export type Functions = {
  /** Resolves to what the handler returned; rejects when it threw, timed out or took its sandbox down. */
  readonly invoke: (name: FunctionName, event: unknown) => Promise<unknown>
  /** Starts the sandbox and loads what SCIM needs, so that the first request does not wait for it. */
  readonly warm: () => void
  /** Waits a moment for running invocations, then ends the sandbox. */
  readonly close: () => Promise<void>
}
export type FunctionsOptions = {
  /** The functions see this and nothing of the machine's own AWS settings; asked for when the sandbox starts. */
  readonly environment: () => Readonly<Record<string, string>>
  /** Folder of the handlers; tests bring their own. */
  readonly directory?: URL
}

type Waiting = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }

/** Runs the files below `functions/` in one worker thread, started at the first invocation and again after a crash. */
export const openFunctions = (options: FunctionsOptions): Functions => {
  const directory = options.directory ?? new URL('../../functions/', import.meta.url)
  const waiting = new Map<number, Waiting>()
  let worker: Worker | undefined
  let invocations = 0
  let closing = false

  const end = (ended: Worker, reason: string): void => {
    // A broken sandbox reports twice; by then its successor may be at work.
    if (worker !== ended) return
    worker = undefined
    for (const { reject } of waiting.values()) reject(new Error(reason))
    waiting.clear()
  }
  const start = (): Worker => {
    const started = new Worker(new URL('functions-host.ts', import.meta.url), {
      env: { ...inherited(process.env), ...options.environment() },
      workerData: { directory: directory.href, warmed },
    })
    started.on('message', (outcome: Outcome) => settle(waiting, outcome))
    started.on('error', (error) => end(started, `the functions' sandbox broke: ${error.message}`))
    started.on('exit', () => end(started, "the functions' sandbox ended"))
    return started
  }

  return {
    invoke: (name, event) =>
      new Promise((resolve, reject) => {
        if (closing) return reject(new Error('the functions are closed'))
        invocations += 1
        const id = invocations
        const milliseconds = timeouts[name] * 1000
        const timer = setTimeout(() => {
          waiting.delete(id)
          reject(new Error(`Task timed out after ${timeouts[name]} seconds: ${name}`))
        }, milliseconds)
        const settled = <T>(done: (value: T) => void) => {
          return (value: T): void => {
            clearTimeout(timer)
            done(value)
          }
        }
        waiting.set(id, { resolve: settled(resolve), reject: settled(reject) })
        worker ??= start()
        const message: Invocation = {
          id,
          name,
          event: JSON.stringify(event),
          deadline: Date.now() + milliseconds,
          requestId: randomUUID(),
        }
        worker.postMessage(message)
      }),
    warm: () => {
      worker ??= start()
    },
    close: async () => {
      closing = true
      const patience = Date.now() + 5000
      while (waiting.size > 0 && Date.now() < patience)
        await new Promise((resolve) => setTimeout(resolve, 20))
      await worker?.terminate()
    },
  }
}

const settle = (waiting: Map<number, Waiting>, outcome: Outcome): void => {
  const found = waiting.get(outcome.id)
  if (!found) return
  waiting.delete(outcome.id)
  if (outcome.kind === 'done') found.resolve(JSON.parse(outcome.value))
  else found.reject(Object.assign(new Error(outcome.message), { name: outcome.type, stack: outcome.stack }))
}

/** A person's AWS profile must not reach functions that run locally. */
const inherited = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')))
