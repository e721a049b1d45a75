import type { ConnectionId, Instant } from '../core/ids.ts'
import { milliseconds } from '../core/ids.ts'
import type { LoginRequest, LoginRequests, Replays } from '../core/ports/logins.ts'
import { loginRequestKey, messageKey } from './keys.ts'
import { expiry, isExpired, recordOf, withRecord } from './records.ts'
import type { Condition, Table } from './table-client.ts'

/** Seconds since the epoch, as `expiresAt` is kept: what is over by now counts as absent, whether or not the service has taken it away. */
const secondsNow = (now: Instant): number => milliseconds(now) / 1000

const stillThere = (now: Instant): Condition => ({
  expression: 'attribute_exists(#pk) AND #expiresAt > :now',
  names: { '#pk': 'pk', '#expiresAt': 'expiresAt' },
  values: { ':now': secondsNow(now) },
})
const notThere = (now: Instant): Condition => ({
  expression: 'attribute_not_exists(#pk) OR #expiresAt <= :now',
  names: { '#pk': 'pk', '#expiresAt': 'expiresAt' },
  values: { ':now': secondsNow(now) },
})

/** What a login has to come back to. Used up by a transaction, which may be repeated after an unknown end without losing to itself. */
export const createLoginRequests = (table: Table): LoginRequests => ({
  saveRequest: async (request) => {
    await table.put({
      ...withRecord(loginRequestKey(request.connection, request.id), request),
      expiresAt: expiry(request.expiresAt, 0),
    })
  },

  request: async (connection, id) => {
    const item = await table.get(loginRequestKey(connection, id))
    return item === undefined || isExpired(item, table.clock.now()) ? undefined : recordOf<LoginRequest>(item)
  },

  consumeRequest: async ({ connection, id }) => {
    const result = await table.transact([
      { delete: loginRequestKey(connection, id), condition: stillThere(table.clock.now()) },
    ])
    return result.kind === 'done' ? 'consumed' : 'gone'
  },
})

/** Messages that were used. The key says nothing of them: it is a hash. */
export const createReplays = (table: Table): Replays => ({
  claimMessage: async (connection: ConnectionId, message: string, until: Instant) => {
    const item = { ...messageKey(connection, message), expiresAt: expiry(until, 0) }
    const result = await table.transact([{ put: item, condition: notThere(table.clock.now()) }])
    return result.kind === 'done' ? 'first' : 'again'
  },
})
