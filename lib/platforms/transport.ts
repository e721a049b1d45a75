import {
  type ClientRequest,
  Agent as HttpAgent,
  type IncomingMessage,
  request as requestHttp,
} from 'node:http'
import { Agent as HttpsAgent, request as requestHttps } from 'node:https'
import { guardedLookup, privateAddressCode } from './address.ts'

/** One HTTP exchange, and exactly how far it got: the difference between "not sent" and "not answered" decides what may be repeated. */
export type Exchange =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly contentType: string
      readonly retryAfter: string | undefined
      readonly body: string
    }
  /** Refused before a byte left: name, address, connection or certificate. */
  | { readonly kind: 'notSent'; readonly reason: string; readonly forbidden: boolean }
  /** Sent, and then silence: timeout, reset, broken answer. */
  | { readonly kind: 'unanswered'; readonly reason: string }
  | { readonly kind: 'tooLarge' }

export type Outgoing = {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly seconds: number
  readonly maximumBytes: number
}
export type Transport = (outgoing: Outgoing) => Promise<Exchange>

/** `undefined` when the answer is larger than allowed. */
const bodyOf = async (answer: IncomingMessage, maximumBytes: number): Promise<string | undefined> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maximumBytes) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const answered = async (answer: IncomingMessage, maximumBytes: number): Promise<Exchange> => {
  const body = await bodyOf(answer, maximumBytes)
  return body === undefined
    ? { kind: 'tooLarge' }
    : {
        kind: 'answered',
        status: answer.statusCode ?? 0,
        contentType: answer.headers['content-type'] ?? '',
        retryAfter: answer.headers['retry-after'],
        body,
      }
}

/** The code only: messages of the network stack hold addresses. */
const failed = (error: NodeJS.ErrnoException, sent: boolean): Exchange => {
  const reason =
    error.name === 'AbortError' || error.name === 'TimeoutError' ? 'timeout' : (error.code ?? 'network')
  return sent
    ? { kind: 'unanswered', reason }
    : { kind: 'notSent', reason, forbidden: error.code === privateAddressCode }
}

export const createTransport = (allowLoopback: boolean): Transport => {
  const lookup = guardedLookup(allowLoopback)
  const agents = {
    'http:': new HttpAgent({ keepAlive: true, maxSockets: 8 }),
    'https:': new HttpsAgent({ keepAlive: true, maxSockets: 8 }),
  }

  const open = (outgoing: Outgoing): ClientRequest => {
    const secure = outgoing.url.protocol === 'https:'
    const send = secure ? requestHttps : requestHttp
    // The other side may close an idle connection just when a write is put on it, and nobody would know whether it arrived:
    // only reads share connections.
    const agent = outgoing.method === 'GET' ? agents[secure ? 'https:' : 'http:'] : false
    return send(outgoing.url, {
      method: outgoing.method,
      headers: { ...outgoing.headers },
      agent,
      lookup,
      signal: AbortSignal.timeout(Math.ceil(outgoing.seconds * 1000)),
    })
  }

  /** A header that HTTP cannot carry is thrown back before anything is sent. */
  const opened = (outgoing: Outgoing): ClientRequest | Exchange => {
    try {
      return open(outgoing)
    } catch (error) {
      return failed(error as NodeJS.ErrnoException, false)
    }
  }

  return (outgoing) =>
    new Promise((resolve) => {
      let sent = false
      const request = opened(outgoing)
      if ('kind' in request) return resolve(request)
      const settle = (exchange: Exchange): void => {
        resolve(exchange)
        request.destroy()
      }
      request.once('socket', (socket) => {
        const established = (): void => {
          sent = true
        }
        if (socket.connecting)
          socket.once(outgoing.url.protocol === 'https:' ? 'secureConnect' : 'connect', established)
        else established()
      })
      request.on('error', (error) => resolve(failed(error, sent)))
      request.once('response', (answer) => {
        answered(answer, outgoing.maximumBytes).then(
          (exchange) => (exchange.kind === 'answered' ? resolve(exchange) : settle(exchange)),
          (error: NodeJS.ErrnoException) => settle(failed(error, true)),
        )
      })
      request.end(outgoing.body)
    })
}
