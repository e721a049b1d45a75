import type { Webhook } from '../core/configuration.ts'
import { isConnectorError } from '../core/errors.ts'
import { milliseconds } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Channel, Fate, Message } from './channel.ts'
import { keysIn, signatures } from './signature.ts'

/** One HTTP exchange that follows no redirect and reaches no private address: whoever wires this room brings it. */
export type Post = (outgoing: {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly seconds: number
  readonly maximumBytes: number
}) => Promise<
  | { readonly kind: 'answered'; readonly status: number; readonly retryAfter: string | undefined }
  | { readonly kind: 'notSent'; readonly reason: string }
  | { readonly kind: 'unanswered'; readonly reason: string }
  | { readonly kind: 'tooLarge' }
>
export type WebhookDeps = {
  readonly clock: Pick<Clock, 'now'>
  readonly post: Post
  readonly secret: (reference: string) => Promise<string>
  /** Throws for what we never connect to. */
  readonly checkUrl: (url: string) => void
}

/** Seconds a receiver has for its answer, which is read and thrown away. */
export const answerWithin = 5
const maximumBytes = 1024 * 1024

/** RFC 9110 §10.2.3, in seconds; the form with a date is left to our own pauses. */
const secondsIn = (retryAfter: string | undefined): number | undefined =>
  retryAfter !== undefined && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined

const fateOf = (exchange: Awaited<ReturnType<Post>>): Fate => {
  switch (exchange.kind) {
    case 'answered': {
      const { status } = exchange
      if (status >= 200 && status < 300) return { kind: 'confirmed' }
      if (status === 410) return { kind: 'gone' }
      const retryAfter = status === 429 || status === 503 ? secondsIn(exchange.retryAfter) : undefined
      return { kind: 'failed', code: `http${status}`, ...(retryAfter === undefined ? {} : { retryAfter }) }
    }
    case 'tooLarge':
      return { kind: 'failed', code: 'answerTooLarge' }
    case 'notSent':
    case 'unanswered':
      return { kind: 'failed', code: exchange.reason }
  }
}

/** Signed after Standard Webhooks, the body a CloudEvent in structured mode. The same id at every attempt, a new time and signature. */
export const createWebhookChannel = (deps: WebhookDeps, webhook: Webhook): Channel => {
  const send = async ({ id, body }: Message): Promise<Fate> => {
    try {
      deps.checkUrl(webhook.url)
      const keys = keysIn(await deps.secret(webhook.secret))
      const seconds = Math.floor(milliseconds(deps.clock.now()) / 1000)
      const headers = {
        'content-type': 'application/cloudevents+json; charset=utf-8',
        'content-length': String(Buffer.byteLength(body)),
        'user-agent': 'rolecall',
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': signatures(keys, { id, seconds, body }),
      }
      const url = new URL(webhook.url)
      return fateOf(
        await deps.post({ method: 'POST', url, headers, body, seconds: answerWithin, maximumBytes }),
      )
    } catch (error) {
      if (!isConnectorError(error)) throw error
      return { kind: 'failed', code: error.code }
    }
  }
  return { atOnce: 1, send: (messages) => Promise.all(messages.map(send)) }
}
