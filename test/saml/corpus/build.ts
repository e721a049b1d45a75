import { createHash } from 'node:crypto'
import { type Case, type Exchange, type Post, seal, validOf, type World, worldFor } from './case.ts'
import { edited } from './edit.ts'

export const cookieValue = (handle: string): string =>
  createHash('sha256').update(`browser ${handle}`).digest('base64url')
export const cookieOf = (handle: string): string => `__Host-rolecall-${handle}=${cookieValue(handle)}`

const formType = 'application/x-www-form-urlencoded'

export const postOf = (world: World, bytes: Uint8Array): Post => ({
  method: 'POST',
  path: new URL(world.acs).pathname,
  query: [],
  form: [
    ['SAMLResponse', Buffer.from(bytes).toString('base64')],
    ['RelayState', world.handle],
  ],
  contentType: formType,
  cookies: [cookieOf(world.handle)],
})

export const exchangeOf = (world: World, bytes: Uint8Array): Exchange => ({
  request: { connection: world.connection, id: world.requestId, handle: world.handle, expired: false },
  earlier: [],
  post: postOf(world, bytes),
})

export type Built = {
  readonly world: World
  /** The valid message, sealed. */
  readonly valid: string
  /** The message as it arrives. */
  readonly mutant: Buffer
  readonly exchange: Exchange
}

/** The valid message, the mutant and the exchange they arrive in. */
export const build = (one: Case, now?: number): Built => {
  const world = worldFor(one, now)
  const start = validOf(one, world)
  const valid = seal(start)
  const { how } = one
  const arriving = (mutant: Buffer): Built => ({ world, valid, mutant, exchange: exchangeOf(world, mutant) })
  switch (how.kind) {
    case 'none':
      return arriving(Buffer.from(valid))
    case 'edits':
      return arriving(Buffer.from(edited(valid, how.edits(valid, world))))
    case 'bytes':
      return arriving(how.apply(Buffer.from(valid)))
    case 'sealed':
      return arriving(Buffer.from(seal(how.change(start, world))))
    case 'exchange': {
      const built = arriving(Buffer.from(valid))
      return { ...built, exchange: how.change(built.exchange, world, valid) }
    }
  }
}
