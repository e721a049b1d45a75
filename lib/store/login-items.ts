import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { ConnectorError } from '../core/errors.ts'
import type { ConnectionId, MemberId } from '../core/ids.ts'
import type { Login } from '../core/login.ts'
import { canonical } from './attributes-text.ts'
import { still } from './conditions.ts'
import { loginKey } from './keys.ts'
import { recordOf, recordText, withRecord } from './records.ts'
import type { Condition, Item, Table } from './table-client.ts'

const compress = promisify(gzip)
const decompress = promisify(gunzip)

/** Bytes: a write costs by the kilobyte, and beyond this many compressing them is cheaper. */
const plainSize = 1_000
/** An item holds 400 KB, names and keys included. */
const largest = 350 * 1024
/** At a record that other logins write at the same time. */
const attempts = 8

/** Of the content: whoever read a record names it by this, and nobody else's write is lost. */
export const markOf = (login: Login): string => createHash('sha256').update(canonical(login)).digest('hex')

export const asRead = (login: Login): Condition => still('mark', markOf(login))

/** One item, however much was shown: a login reads and writes one. */
export const loginItem = async (login: Login): Promise<Item> => {
  const key = loginKey(login.connection, login.member)
  const mark = markOf(login)
  const text = recordText(login)
  if (Buffer.byteLength(text) <= plainSize) return { ...withRecord(key, login), mark }
  const packed = await compress(text)
  if (packed.length > largest)
    throw new ConnectorError(
      'payloadTooLarge',
      'the login shows more than a record holds: let the identity provider send fewer or shorter groups and attributes',
    )
  return { ...key, mark, packed }
}

type Shown = Login['attributes'][string]
/** Names come from outside. */
const bare = (login: Login): Login => {
  const attributes = Object.create(null) as { [name: string]: Shown }
  for (const [name, shown] of Object.entries(login.attributes)) attributes[name] = shown
  return { ...login, attributes }
}

const textOf = async (packed: Uint8Array): Promise<string> => {
  try {
    return (await decompress(packed)).toString('utf8')
  } catch (cause) {
    throw new ConnectorError('storeUnavailable', 'a login’s record cannot be read: it is damaged', { cause })
  }
}

export const loginOf = async (item: Item): Promise<Login> =>
  bare(
    item.packed instanceof Uint8Array
      ? (JSON.parse(await textOf(item.packed)) as Login)
      : recordOf<Login>(item),
  )

const showsNothing = ({ groups, attributes }: Login): boolean =>
  groups === undefined && Object.keys(attributes).length === 0

/** Of a life that is over: whose the identity is stays known, so that nobody comes back by it; what was shown counts nowhere any more. */
export const forgetShown = async (table: Table, c: ConnectionId, id: MemberId): Promise<void> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const item = await table.get(loginKey(c, id))
    const login = item && (await loginOf(item))
    if (login === undefined || showsNothing(login)) return
    const { groups: _, ...rest } = login
    const bared = await loginItem({ ...rest, attributes: {} })
    if ((await table.put(bared, asRead(login))) === 'done') return
    await table.pause(attempt)
  }
  throw new ConnectorError('storeConflict', 'logins of this member keep coming: try again', { retryAfter: 1 })
}
