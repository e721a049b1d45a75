import type { Channel, Fate, Message } from './channel.ts'

/** What PutEvents takes in one call, in entries and in bytes (Amazon EventBridge user guide, "PutEvents entry size"), with some room. */
const entriesAtOnce = 10
const bytesAtOnce = 250_000

export type BusOptions = {
  /** Name or ARN. */
  readonly bus: string
  /** Of a stand-in; absent: AWS. */
  readonly endpoint?: string
  readonly region?: string
}
type Entry = {
  readonly EventBusName: string
  readonly Source: string
  readonly DetailType: string
  readonly Detail: string
  readonly Time: Date
}
type Answer = { readonly Entries?: readonly { readonly ErrorCode?: string | undefined }[] | undefined }

/** As EventBridge itself is asked, so that a rule can say `"source": ["rolecall"]`. */
const source = 'rolecall'

/** The SDK's client is loaded with the first event: most runs have none. */
const createPut = ({ endpoint, region }: BusOptions): ((entries: readonly Entry[]) => Promise<Answer>) => {
  const load = async () => {
    const { EventBridgeClient, PutEventsCommand } = await import('@aws-sdk/client-eventbridge')
    const client = new EventBridgeClient({
      ...(endpoint === undefined ? {} : { endpoint }),
      ...(region === undefined ? {} : { region }),
      maxAttempts: 2,
      requestHandler: { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
    })
    return (entries: readonly Entry[]) => client.send(new PutEventsCommand({ Entries: [...entries] }))
  }
  let loading: ReturnType<typeof load> | undefined
  return async (entries) => {
    loading ??= load()
    return (await loading)(entries)
  }
}

const sizeOf = ({ Source, DetailType, Detail }: Entry): number =>
  14 + Buffer.byteLength(Source) + Buffer.byteLength(DetailType) + Buffer.byteLength(Detail)

/** Neighbours together, as many as one call takes. */
const callsFor = (entries: readonly Entry[]): readonly (readonly Entry[])[] => {
  const calls: Entry[][] = []
  let room = 0
  for (const entry of entries) {
    const size = sizeOf(entry)
    const call = calls.at(-1)
    if (call === undefined || size > room || call.length === entriesAtOnce) {
      calls.push([entry])
      room = bytesAtOnce - size
    } else {
      call.push(entry)
      room -= size
    }
  }
  return calls
}

const failure = (error: unknown): Fate => ({
  kind: 'failed',
  code: error instanceof Error ? error.name : 'unknown',
})

/** One call answers for each of its entries: what was refused alone is tried again alone. */
export const createBusChannel = (options: BusOptions): Channel => {
  const put = createPut(options)
  const call = async (entries: readonly Entry[]): Promise<readonly Fate[]> => {
    if (entries.some((entry) => sizeOf(entry) > bytesAtOnce))
      return entries.map(() => ({ kind: 'hopeless', code: 'tooLarge' }))
    try {
      const answer = await put(entries)
      return entries.map((_, n): Fate => {
        const one = answer.Entries?.[n]
        if (one === undefined) return { kind: 'failed', code: 'unanswered' }
        return one.ErrorCode === undefined ? { kind: 'confirmed' } : { kind: 'failed', code: one.ErrorCode }
      })
    } catch (error) {
      return entries.map(() => failure(error))
    }
  }
  const entryOf = ({ type, body, at }: Message): Entry => ({
    EventBusName: options.bus,
    Source: source,
    DetailType: type,
    Detail: body,
    Time: new Date(at),
  })
  return {
    atOnce: entriesAtOnce,
    send: async (messages) => {
      const fates: Fate[] = []
      for (const entries of callsFor(messages.map(entryOf))) fates.push(...(await call(entries)))
      return fates
    },
  }
}
