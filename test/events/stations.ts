import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The other ends of events: written from the specifications, sharing nothing with the sender. */

export type Received = {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
export type Answer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}
export type Station = {
  readonly url: string
  readonly received: Received[]
  /** Of the requests from now on; `silent`: none at all. */
  readonly behave: (answer: (request: Received, n: number) => Answer | 'silent') => void
  readonly close: () => Promise<void>
}

const listen = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export const openStation = async (): Promise<Station> => {
  const received: Received[] = []
  let answering: (request: Received, n: number) => Answer | 'silent' = () => ({ status: 204 })
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const one = {
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      }
      received.push(one)
      const answer = answering(one, received.length)
      if (answer !== 'silent') response.writeHead(answer.status, answer.headers).end(answer.body)
    })
  })
  const url = await listen(server)
  return {
    url,
    received,
    behave: (answer) => {
      answering = answer
    },
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Standard Webhooks, "Verifying webhook authenticity": whoever holds the secret accepts one of several signatures, within five minutes. */
export const isGenuine = ({ headers, body }: Received, secret: string, now: number): boolean => {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const id = String(headers['webhook-id'])
  const timestamp = String(headers['webhook-timestamp'])
  if (Math.abs(now / 1000 - Number(timestamp)) > 300) return false
  const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest()
  return String(headers['webhook-signature'])
    .split(' ')
    .some((signature) => {
      const [version, text = ''] = signature.split(',')
      const given = Buffer.from(text, 'base64')
      return version === 'v1' && given.length === wanted.length && timingSafeEqual(given, wanted)
    })
}

export type BusEntry = {
  readonly EventBusName: string
  readonly Source: string
  readonly DetailType: string
  readonly Detail: string
  readonly Time: number
}
export type BusStand = {
  readonly url: string
  /** Entries of each call. */
  readonly calls: (readonly BusEntry[])[]
  /** Error code per entry, or a fault of the whole call. */
  readonly behave: (how: (entry: BusEntry) => string | undefined, fault?: string) => void
  readonly close: () => Promise<void>
}

/** EventBridge's PutEvents: entries are confirmed or refused one by one, in an answer of status 200. */
export const openBusStand = async (): Promise<BusStand> => {
  const station = await openStation()
  const calls: (readonly BusEntry[])[] = []
  let refusal: (entry: BusEntry) => string | undefined = () => undefined
  let broken: string | undefined
  station.behave(({ headers, body }) => {
    const type = { 'content-type': 'application/x-amz-json-1.1' }
    if (headers['x-amz-target'] !== 'AWSEvents.PutEvents') return { status: 400, headers: type, body: '{}' }
    const { Entries } = JSON.parse(body) as { readonly Entries: readonly BusEntry[] }
    calls.push(Entries)
    if (broken !== undefined) return { status: 400, headers: type, body: JSON.stringify({ __type: broken }) }
    const answers = Entries.map((entry, n) => {
      const code = refusal(entry)
      return code === undefined ? { EventId: `e${n}` } : { ErrorCode: code, ErrorMessage: 'no' }
    })
    const failed = answers.filter((one) => 'ErrorCode' in one).length
    return {
      status: 200,
      headers: type,
      body: JSON.stringify({ FailedEntryCount: failed, Entries: answers }),
    }
  })
  return {
    url: station.url,
    calls,
    behave: (how, fault) => {
      refusal = how
      broken = fault
    },
    close: station.close,
  }
}
