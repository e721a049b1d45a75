import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda'
import { duePrefix } from '../../lib/store/keys.ts'
import type { Engine } from './dynamodb/engine.ts'
import type { Image } from './dynamodb/view.ts'
import type { Functions } from './functions.ts'

export type LocalStream = {
  /** Records not yet delivered. */
  readonly waiting: () => number
  readonly close: () => void
}

/** As in the stack's event source mapping. */
const batchSize = 100
const retries = 3
const batchWindow = 50

/**
 * The table's stream with the stack's filter: newly inserted due items, in commit order, to the dispatch function. It starts with the next
 * write; what an earlier process left undelivered is found by the sweep.
 */
export const startStream = (engine: Engine, functions: Pick<Functions, 'invoke'>): LocalStream => {
  let records: DynamoDBRecord[] = []
  let sequence = 0
  let attempts = 0
  let timer: NodeJS.Timeout | undefined
  let delivering = false
  let closed = false

  const schedule = (milliseconds: number): void => {
    if (closed || delivering || timer) return
    timer = setTimeout(() => {
      timer = undefined
      void deliver()
    }, milliseconds).unref()
  }
  const deliver = async (): Promise<void> => {
    delivering = true
    const batch = records.slice(0, batchSize)
    const { done, failed } = await outcome(functions, batch)
    delivering = false
    if (closed) return
    attempts = failed === 0 || done > 0 ? 0 : attempts + 1
    // Given up, as the mapping does; the sweep finds these due items in the table.
    const dropped = attempts > retries ? failed : 0
    if (dropped > 0) attempts = 0
    records = records.slice(done + dropped)
    if (records.length > 0) schedule(failed === 0 ? 0 : 100 * 2 ** attempts)
  }
  const stop = engine.tap((images) => {
    for (const image of images) {
      if (!isDue(image)) continue
      sequence += 1
      records.push(recordOf(image, sequence))
    }
    if (records.length > 0) schedule(records.length >= batchSize ? 0 : batchWindow)
  })
  return {
    waiting: () => records.length,
    close: () => {
      closed = true
      clearTimeout(timer)
      stop()
    },
  }
}

const isDue = (image: Image): boolean => {
  const key = image.after?.pk as { readonly S?: string } | undefined
  return image.before === undefined && key?.S?.startsWith(duePrefix) === true
}

/** How many records were handled, and how many stand in the way of the rest. */
type BatchOutcome = { readonly done: number; readonly failed: number }

const outcome = async (
  functions: Pick<Functions, 'invoke'>,
  batch: readonly DynamoDBRecord[],
): Promise<BatchOutcome> => {
  const event: DynamoDBStreamEvent = { Records: [...batch] }
  try {
    const answer = (await functions.invoke('dispatch', event)) as DynamoDBBatchResponse | null
    const failures = new Set(answer?.batchItemFailures?.map((failure) => failure.itemIdentifier))
    const first = batch.findIndex((record) => failures.has(record.dynamodb?.SequenceNumber ?? ''))
    return first === -1 ? { done: batch.length, failed: 0 } : { done: first, failed: 1 }
  } catch (error) {
    console.error('function dispatch:', error)
    return { done: 0, failed: batch.length }
  }
}

const recordOf = (image: Image, sequence: number): DynamoDBRecord => {
  const item = image.after as NonNullable<DynamoDBRecord['dynamodb']>['NewImage'] & object
  const { pk, sk } = item
  return {
    eventID: String(sequence),
    eventName: 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'local',
    eventSourceARN: `arn:aws:dynamodb:local:000000000000:table/${image.table}/stream/local`,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(Date.now() / 1000),
      Keys: { ...(pk && { pk }), ...(sk && { sk }) },
      NewImage: item,
      SequenceNumber: String(sequence).padStart(21, '0'),
      SizeBytes: Buffer.byteLength(JSON.stringify(item)),
      StreamViewType: 'NEW_IMAGE',
    },
  }
}
