import { createHash, randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { ConnectionId, Instant } from '../core/ids.ts'
import type { Credential, Scope } from '../core/ports/configuration.ts'

/**
 * A bearer token is `rc_<id>_<secret><checksum>`: the id finds the credential row, 32 random bytes prove it, the checksum lets a typing error
 * be told from an attack without a read. The prefix makes leaked tokens findable by secret scanners.
 */
const prefix = 'rc'
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const idLength = 16
const secretLength = 43
const checksumLength = 6

const base62 = (value: bigint, length: number): string => {
  let rest = value
  let text = ''
  while (text.length < length) {
    text = `${alphabet[Number(rest % 62n)]}${text}`
    rest /= 62n
  }
  return text
}
const random62 = (bytes: number, length: number): string =>
  base62(BigInt(`0x${randomBytes(bytes).toString('hex')}`), length)

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const checksum = (text: string): string => base62(BigInt(crc32(text)), checksumLength)

const form = new RegExp(
  `^(${prefix}_([0-9A-Za-z]{${idLength}})_[0-9A-Za-z]{${secretLength}})([0-9A-Za-z]{${checksumLength}})$`,
)
const maximumLength = 512

export type PresentedToken = { readonly id: string; readonly hash: string }

/** The row a token belongs to and the hash it must show; undefined when it cannot be one of ours. */
export const presentedToken = (token: string): PresentedToken | undefined => {
  if (token === '' || token.length > maximumLength) return undefined
  const hash = sha256(token)
  // Chosen by an operator: its hash is its id, too, cut so that the row's key does not hold the whole of it.
  if (!token.startsWith(`${prefix}_`)) return { id: `chosen-${hash.slice(0, 16)}`, hash }
  const [, signed = '', id, sum] = form.exec(token) ?? []
  return id === undefined || checksum(signed) !== sum ? undefined : { id, hash }
}

export type CredentialRequest = {
  readonly connection: ConnectionId
  readonly scope: Scope
  readonly label: string
  readonly createdBy: string
  readonly at: Instant
  readonly expiresAt?: Instant
  /** Instead of a random one: for a token that was agreed elsewhere. */
  readonly token?: string
}

/** A new credential and its token. The token is shown once and stored nowhere; `saveCredential` keeps the rest. */
export const createCredential = (
  request: CredentialRequest,
): { readonly token: string; readonly credential: Credential } => {
  const token = request.token ?? randomToken()
  const presented = presentedToken(token)
  if (presented === undefined)
    throw new TypeError('a chosen token must not be empty, longer than 512 characters, or begin with "rc_"')
  const { connection, scope, label, createdBy, at, expiresAt } = request
  return {
    token,
    credential: {
      connection,
      id: presented.id,
      hash: presented.hash,
      scope,
      label,
      createdAt: at,
      createdBy,
      ...(expiresAt === undefined ? {} : { expiresAt }),
    },
  }
}

const randomToken = (): string => {
  const signed = `${prefix}_${random62(11, idLength)}_${random62(32, secretLength)}`
  return `${signed}${checksum(signed)}`
}
