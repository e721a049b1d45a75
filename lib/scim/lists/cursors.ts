import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { ConnectorError } from '../../core/errors.ts'
import { milliseconds } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'

/** Seconds from one page to the next (RFC 9865 §4, `cursorTimeout`). */
export const cursorTimeout = 3_600

/** Where a page ended: the type and the id of its last resource, and the value it was sorted by. */
export type Position = {
  readonly type: string
  readonly id: string
  readonly key?: string | number | boolean
}
/** `query` is everything that must be the same from page to page. */
export type Cursors = {
  readonly seal: (query: string, position: Position) => string
  /** Throws `invalidCursor` or `expiredCursor`. */
  readonly open: (query: string, cursor: string) => Position
}

const algorithm = 'aes-256-gcm'
const nonceLength = 12
const tagLength = 16
// A position holds one sort key, which is cut before it could be longer than this.
const maximumLength = 6_000

const invalid = (): ConnectorError =>
  new ConnectorError(
    'invalidCursor',
    'cursor: is none of this query and credential; leave it empty for the first page',
    { field: 'cursor' },
  )

/**
 * Cursors hold their own state: nothing is stored for them. They are encrypted, because the value a page was sorted by may be personal, and their
 * key follows from the hash of the credential that asks: no further secret exists, no other credential can use them, and its rotation ends them.
 */
export const createCursors = (
  clock: Clock,
  caller: { readonly connection: string; readonly secret: string },
): Cursors => {
  let derived: Buffer | undefined
  const key = (): Buffer => {
    derived ??= Buffer.from(hkdfSync('sha256', caller.secret, caller.connection, 'scim cursor', 32))
    return derived
  }
  return {
    seal: (query, position) => {
      const nonce = randomBytes(nonceLength)
      const cipher = createCipheriv(algorithm, key(), nonce)
      cipher.setAAD(Buffer.from(query))
      const plain = JSON.stringify([milliseconds(clock.now()), position])
      const sealed = [nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]
      return Buffer.concat(sealed).toString('base64url')
    },
    open: (query, cursor) => {
      const sealed = Buffer.from(cursor, 'base64url')
      // Decoding is lenient: only the text that was sealed is that cursor.
      const isOurs = cursor.length <= maximumLength && sealed.toString('base64url') === cursor
      if (!isOurs || sealed.length <= nonceLength + tagLength) throw invalid()
      const [issuedAt, position] = unsealed(key(), query, sealed)
      if (issuedAt + cursorTimeout * 1000 <= milliseconds(clock.now()))
        throw new ConnectorError(
          'expiredCursor',
          `cursor: is older than ${cursorTimeout} seconds; start again with an empty one`,
          { field: 'cursor' },
        )
      return position
    },
  }
}

const unsealed = (key: Buffer, query: string, sealed: Buffer): readonly [number, Position] => {
  try {
    const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, nonceLength), {
      authTagLength: tagLength,
    })
    decipher.setAAD(Buffer.from(query))
    decipher.setAuthTag(sealed.subarray(-tagLength))
    const plain = decipher.update(sealed.subarray(nonceLength, -tagLength))
    return JSON.parse(Buffer.concat([plain, decipher.final()]).toString())
  } catch {
    throw invalid()
  }
}
