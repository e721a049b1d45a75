import { createHash } from 'node:crypto'
import type { Level, Write } from 'dynalite/db/index.js'
import { serviceError } from './service-error.ts'

/** TransactWriteItems API reference: a client token is good for 10 minutes. */
const lifetime = 10 * 60_000
const prefix = 'transaction-token~'
type Remembered = { readonly at: number; readonly digest: string; readonly answer: object }

export type Tokens = {
  /** The first answer, when this very request was committed before; throws when the token was used for another one. */
  readonly answered: (token: string, request: object) => Promise<object | undefined>
  /** Goes into the transaction's own batch, so that a token is remembered exactly when its transaction is stored. */
  readonly writes: (token: string, request: object, answer: object) => readonly Write[]
}

export const openTokens = async (level: Level, now: () => number): Promise<Tokens> => {
  const queue: { readonly key: string; readonly at: number }[] = []
  for await (const [key, value] of level.iterator({ gte: prefix, lt: `${prefix}\xff` }))
    queue.push({ key, at: (value as Remembered).at })
  queue.sort((a, b) => a.at - b.at)

  return {
    answered: async (token, request) => {
      const found = (await level.get(prefix + token)) as Remembered | undefined
      if (!found || found.at + lifetime < now()) return undefined
      if (found.digest === digestOf(request)) return found.answer
      throw serviceError(
        'IdempotentParameterMismatchException',
        'The provided ClientRequestToken was used with other parameters',
      )
    },
    writes: (token, request, answer) => {
      const at = now()
      const expired = queue.findIndex((entry) => entry.at + lifetime >= at)
      const removed = queue.splice(0, expired === -1 ? queue.length : expired)
      const key = prefix + token
      queue.push({ key, at })
      return [
        ...removed.map((entry): Write => ({ type: 'del', key: entry.key })),
        { type: 'put', key, value: { at, digest: digestOf(request), answer } },
      ]
    },
  }
}

const digestOf = (request: object): string =>
  createHash('sha256').update(JSON.stringify(request)).digest('hex')
