import { Agent, request as httpRequest } from 'node:http'
import { token } from './people.ts'

export type Call = {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** From the host on. */
  readonly path: string
  readonly body?: string
  readonly status: readonly number[]
}
export type Answered = { readonly status: number; readonly text: string; readonly milliseconds: number }
export type Client = {
  /** Fails when the status is none of those the call may have, or when there is no answer within `bound` milliseconds. */
  readonly send: (call: Call, keep?: boolean, bound?: number) => Promise<Answered>
  readonly close: () => void
}

const longest = 120_000
const reason = 'TooSlow'
const tooSlow = ({ method, path }: Call, bound: number): Error =>
  Object.assign(new Error(`${method} ${path}: no answer within ${bound} ms`), { name: reason })
export const isTooSlow = (error: unknown): boolean => error instanceof Error && error.name === reason

/** One keep-alive connection per request under way; the same client for both sides. */
export const createClient = (port: number): Client => {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 })
  const send = (call: Call, keep = false, bound = longest): Promise<Answered> =>
    new Promise((resolve, reject) => {
      const started = performance.now()
      const request = httpRequest(
        {
          agent,
          host: '127.0.0.1',
          port,
          method: call.method,
          path: call.path,
          headers: {
            authorization: `Bearer ${token}`,
            accept: 'application/scim+json',
            ...(call.body === undefined
              ? {}
              : { 'content-type': 'application/scim+json', 'content-length': Buffer.byteLength(call.body) }),
          },
        },
        (response) => {
          const chunks: Buffer[] = []
          const status = response.statusCode ?? 0
          const wanted = keep || !call.status.includes(status)
          response.on('data', (chunk: Buffer) => {
            if (wanted) chunks.push(chunk)
          })
          response.on('error', reject)
          response.on('end', () => {
            const milliseconds = performance.now() - started
            const text = Buffer.concat(chunks).toString()
            if (call.status.includes(status)) resolve({ status, text, milliseconds })
            else reject(new Error(`${call.method} ${call.path} answered ${status}: ${text.slice(0, 500)}`))
          })
        },
      )
      request.setTimeout(bound, () => request.destroy(tooSlow(call, bound)))
      request.on('error', reject)
      request.end(call.body)
    })
  return { send, close: () => agent.destroy() }
}

export type Timed = { readonly perSecond: number; readonly milliseconds: readonly number[] }

/** So many calls, so many of them at once; the next starts when one is answered. */
export const timed = async (client: Client, calls: readonly Call[], atOnce: number): Promise<Timed> => {
  const queue = calls.values()
  const milliseconds: number[] = []
  const started = performance.now()
  const work = async (): Promise<void> => {
    for (const call of queue) milliseconds.push((await client.send(call)).milliseconds)
  }
  await Promise.all(Array.from({ length: atOnce }, work))
  return { perSecond: (calls.length * 1000) / (performance.now() - started), milliseconds }
}

export const percentile = (values: readonly number[], part: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
export const median = (values: readonly number[]): number => percentile(values, 0.5)
