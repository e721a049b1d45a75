import type { Instant } from '../core/ids.ts'
import { milliseconds } from '../core/ids.ts'
import type { Key } from './keys.ts'
import type { Item } from './table-client.ts'

/** Epoch seconds, as the service's time to live wants them. */
export const expiry = (at: Instant, seconds: number): number => Math.ceil(milliseconds(at) / 1000) + seconds

/** Expiry by the service may lag by days: what has expired counts as absent from the second it does. */
export const isExpired = (item: Item, now: Instant): boolean =>
  typeof item.expiresAt === 'number' && item.expiresAt * 1000 <= milliseconds(now)

/**
 * A record stands whole in one attribute, so that no field of it can collide with a key or with the table's own `expiresAt`. As text: a map would
 * be taken apart and put together again by SDK and engine, value by value, and names from outside such as `__proto__` would meet both.
 */
export const recordText = (record: object): string => JSON.stringify(record)
export const withRecord = (key: Key, record: object): Item => ({ ...key, record: recordText(record) })
export const recordOf = <T>(item: Item): T => JSON.parse(String(item.record))
