import { createServer, type IncomingMessage } from 'node:http'
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda'
import { createFifo, type FifoQueue, type Message, md5, type Received } from './fifo.ts'
import type { Functions } from './functions.ts'
import { listen } from './listen.ts'

export type QueueServer = {
  readonly endpoint: string
  readonly queueUrl: string
  readonly dead: FifoQueue['dead']
  /** Messages waiting or being worked on. */
  readonly waiting: () => number
  /** No more messages to the function; sending goes on, so that running functions can finish. */
  readonly stop: () => void
  readonly close: () => Promise<void>
}
export type QueueOptions = {
  /** The access key id callers must sign with. */
  readonly secret?: string
  /** Milliseconds after which an unfinished message is seen again. */
  readonly visibility?: number
  readonly batchSize?: number
  /** Groups worked on at the same time. */
  readonly concurrency?: number
}

/**
 * The wake-up queue and its event source mapping: SQS's JSON protocol in, the provision function out. One batch per message group at a time,
 * groups in parallel, what the function reports as failed is seen again after the visibility timeout and dead after five times.
 */
export const startQueue = async (
  functions: Pick<Functions, 'invoke'>,
  options: QueueOptions = {},
): Promise<QueueServer> => {
  const { secret, visibility = 30_000, batchSize = 1, concurrency = 8 } = options
  const queue = createFifo({ visibility, maximumReceives: 5, now: Date.now })
  let running = 0
  let stopped = false
  let timer: NodeJS.Timeout | undefined

  const work = async (batch: readonly Received[]): Promise<void> => {
    running += 1
    try {
      const answer = (await functions.invoke('provision', eventOf(batch))) as SQSBatchResponse | null
      const failed = new Set(answer?.batchItemFailures?.map((failure) => failure.itemIdentifier))
      for (const message of batch) if (!failed.has(message.id)) queue.remove(message.receipt)
    } catch (error) {
      if (!stopped) console.error('function provision:', error)
    } finally {
      running -= 1
      pump()
    }
  }
  const pump = (): void => {
    clearTimeout(timer)
    while (!stopped && running < concurrency) {
      const batch = queue.receive(batchSize)
      if (batch.length === 0) break
      void work(batch)
    }
    const next = queue.nextVisible()
    if (!stopped && next !== undefined) timer = setTimeout(pump, Math.max(10, next - Date.now())).unref()
  }

  const server = createServer((request, response) => {
    answer(queue, secret, request).then(
      (body) => {
        response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(body))
        pump()
      },
      (error: Error) => {
        const body = JSON.stringify({ __type: `com.amazonaws.sqs#${error.name}`, message: error.message })
        response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(body)
      },
    )
  })
  const { url, close } = await listen(server, 0)
  return {
    endpoint: url,
    queueUrl: `${url}/000000000000/wake-ups.fifo`,
    dead: queue.dead,
    waiting: queue.waiting,
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
    close,
  }
}

type SendRequest = {
  readonly MessageBody?: string
  readonly MessageGroupId?: string
  readonly MessageDeduplicationId?: string
  readonly MessageAttributes?: Message['attributes']
}
type BatchRequest = { readonly Entries?: readonly (SendRequest & { readonly Id: string })[] }

const answer = async (
  queue: FifoQueue,
  secret: string | undefined,
  request: IncomingMessage,
): Promise<object> => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  const key = /Credential=([^/,\s]+)\//.exec(request.headers.authorization ?? '')?.[1]
  if (secret !== undefined && key !== secret)
    throw fault('UnrecognizedClientException', 'The security token included in the request is invalid.')
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8') || '{}') as SendRequest & BatchRequest
  const target = request.headers['x-amz-target']
  if (target === 'AmazonSQS.SendMessage') return sent(queue, body)
  if (target === 'AmazonSQS.SendMessageBatch')
    return {
      Successful: (body.Entries ?? []).map((entry) => ({ Id: entry.Id, ...sent(queue, entry) })),
      Failed: [],
    }
  throw fault('UnsupportedOperation', `${target} is not supported`)
}

const sent = (queue: FifoQueue, request: SendRequest): object => {
  const { MessageBody: body, MessageGroupId: group, MessageDeduplicationId: deduplication } = request
  if (!body) throw fault('MissingParameter', 'The request must contain the parameter MessageBody.')
  if (!group) throw fault('MissingParameter', 'The request must contain the parameter MessageGroupId.')
  if (!deduplication)
    throw fault(
      'InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    )
  const attributes = request.MessageAttributes ?? {}
  const { id, sequence } = queue.send({ group, deduplication, body, attributes })
  return { MessageId: id, MD5OfMessageBody: md5(body), SequenceNumber: sequenceText(sequence) }
}

const fault = (name: string, message: string): Error => Object.assign(new Error(message), { name })

const sequenceText = (sequence: number): string => String(sequence).padStart(20, '0')

/** AWS Lambda developer guide, "Using Lambda with Amazon SQS": event of a FIFO queue. */
const eventOf = (batch: readonly Received[]): SQSEvent => ({
  Records: batch.map(
    (message): SQSRecord => ({
      messageId: message.id,
      receiptHandle: message.receipt,
      body: message.body,
      attributes: {
        ApproximateReceiveCount: String(message.receiveCount),
        SentTimestamp: String(message.sentAt),
        SequenceNumber: sequenceText(message.sequence),
        MessageGroupId: message.group,
        MessageDeduplicationId: message.deduplication,
        SenderId: 'local',
        ApproximateFirstReceiveTimestamp: String(Date.now()),
      },
      messageAttributes: Object.fromEntries(
        Object.entries(message.attributes).map(([name, { DataType, StringValue }]) => [
          name,
          { dataType: DataType, ...(StringValue !== undefined && { stringValue: StringValue }) },
        ]),
      ),
      md5OfBody: md5(message.body),
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:local:000000000000:wake-ups.fifo',
      awsRegion: 'local',
    }),
  ),
})
