import { createHash, randomUUID } from 'node:crypto'

export type Message = {
  readonly id: string
  readonly group: string
  readonly deduplication: string
  readonly body: string
  readonly attributes: Readonly<Record<string, { readonly DataType: string; readonly StringValue?: string }>>
  readonly sequence: number
  readonly sentAt: number
}
export type Received = Message & { readonly receipt: string; readonly receiveCount: number }
export type Sent = Pick<Message, 'id' | 'sequence'>

/** An SQS FIFO queue in memory: what it loses at a stop is payload-free and comes again with the sweep. */
export type FifoQueue = {
  readonly send: (message: Pick<Message, 'group' | 'deduplication' | 'body' | 'attributes'>) => Sent
  /** At most `limit` messages in order; a group with messages in flight gives none. */
  readonly receive: (limit: number) => readonly Received[]
  readonly remove: (receipt: string) => void
  /** When the next message in flight becomes visible again. */
  readonly nextVisible: () => number | undefined
  readonly dead: () => readonly Message[]
  readonly waiting: () => number
}

/** SQS developer guide: a deduplication id counts for 5 minutes. */
const deduplicationInterval = 5 * 60_000
type Entry = { readonly message: Message; receiveCount: number; receipt?: string; visibleAt: number }

export const createFifo = (options: {
  /** Milliseconds. */
  readonly visibility: number
  readonly maximumReceives: number
  readonly now: () => number
}): FifoQueue => {
  const { now, visibility, maximumReceives } = options
  let entries: Entry[] = []
  let sequence = 0
  const dead: Message[] = []
  const recent = new Map<string, Sent & { readonly at: number }>()

  const forget = (): void => {
    // Insertion order is time order.
    for (const [deduplication, sent] of recent) {
      if (sent.at + deduplicationInterval > now()) return
      recent.delete(deduplication)
    }
  }
  const bury = (entry: Entry): void => {
    dead.push(entry.message)
    entries = entries.filter((other) => other !== entry)
  }
  const hand = (entry: Entry): Received => {
    entry.receiveCount += 1
    entry.receipt = randomUUID()
    entry.visibleAt = now() + visibility
    return { ...entry.message, receipt: entry.receipt, receiveCount: entry.receiveCount }
  }

  return {
    send: (draft) => {
      forget()
      const known = recent.get(draft.deduplication)
      if (known) return { id: known.id, sequence: known.sequence }
      sequence += 1
      const message: Message = { ...draft, id: randomUUID(), sequence, sentAt: now() }
      recent.set(draft.deduplication, { id: message.id, sequence, at: now() })
      entries.push({ message, receiveCount: 0, visibleAt: 0 })
      return { id: message.id, sequence }
    },
    receive: (limit) => {
      for (const entry of entries)
        if (entry.visibleAt <= now() && entry.receiveCount >= maximumReceives) bury(entry)
      const busy = new Set(
        entries.filter((entry) => entry.visibleAt > now()).map((entry) => entry.message.group),
      )
      const chosen = entries.filter((entry) => !busy.has(entry.message.group)).slice(0, limit)
      return chosen.map(hand)
    },
    // As SQS FIFO queues do, an expired receipt removes nothing: its message may be seen again before those behind it.
    remove: (receipt) => {
      entries = entries.filter((entry) => entry.receipt !== receipt || entry.visibleAt <= now())
    },
    nextVisible: () => {
      const times = entries.map((entry) => entry.visibleAt).filter((at) => at > now())
      return times.length === 0 ? undefined : Math.min(...times)
    },
    dead: () => [...dead],
    waiting: () => entries.length,
  }
}

export const md5 = (text: string): string => createHash('md5').update(text).digest('hex')
