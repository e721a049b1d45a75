import type { Answer, Operation } from '../exchange.ts'
import { createJob } from './job.ts'
import { checkPayloadSize, maximumAnswerBytes } from './limits.ts'
import { type BulkRequest, bulkResponseUrn, parseBulk } from './message.ts'
import { orderOf } from './order.ts'
import { isFailure, type Outcome } from './perform.ts'

/**
 * RFC 7644 §3.7: every operation is a request and a transaction of its own. What went before stays done, whatever follows; what `failOnErrors`
 * stopped is not in the answer.
 */
export const performBulk: Operation = async (exchange) => {
  checkPayloadSize(exchange.bodySize)
  const request = parseBulk(exchange.body())
  const { steps, known } = orderOf(request.operations)
  const job = createJob(exchange, known)
  for (const step of steps) {
    await job.take(step)
    if (job.failures() >= request.failOnErrors) break
  }
  job.stop()
  return bulkAnswer(request, job.outcomes)
}

const bulkAnswer = ({ operations }: BulkRequest, outcomes: ReadonlyMap<number, Outcome>): Answer => {
  const room = createRoom()
  const texts = operations.flatMap(({ position, method, bulkId }) => {
    const outcome = outcomes.get(position)
    return outcome === undefined ? [] : [resultText({ method, bulkId }, outcome, room)]
  })
  const head = JSON.stringify({ schemas: [bulkResponseUrn] })
  const unforeseen = [...outcomes.values()].find(({ error }) => error !== undefined)
  return {
    status: 200,
    body: `${head.slice(0, -1)},"Operations":[${texts.join(',')}]}`,
    ...(unforeseen === undefined ? {} : { error: unforeseen.error }),
  }
}

type Sent = { readonly method: string | undefined; readonly bulkId: string | undefined }

const resultText = (sent: Sent, outcome: Outcome, hasRoomFor: (body: string) => boolean): string => {
  const { location, version, status, body } = outcome
  const head = JSON.stringify({ ...sent, location, version, status: String(status) })
  // The body of a success may be left out, that of an error may not (RFC 7644 §3.7).
  const isShown = body !== undefined && (isFailure(outcome) || hasRoomFor(body))
  return isShown ? `${head.slice(0, -1)},"response":${body}}` : head
}

/** As it leaves the function: a text inside JSON, every quotation mark escaped. */
const createRoom = (): ((body: string) => boolean) => {
  let bytes = 0
  return (body) => {
    const more = Buffer.byteLength(JSON.stringify(body))
    if (bytes + more > maximumAnswerBytes) return false
    bytes += more
    return true
  }
}
