import type { ConnectionId } from '../../lib/core/ids.ts'
import type { Clock } from '../../lib/core/ports/clock.ts'
import { createScimService } from '../../lib/scim/service.ts'
import { createCredential } from '../../lib/scim/tokens.ts'
import { createCredentialStore } from '../../lib/store/credentials.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import type { Table } from '../../lib/store/table-client.ts'

/** An identity provider's client, without the network in between. */

export type Scim = {
  /** Opens the connection's access; the connections after that are known. */
  readonly admit: (connection: ConnectionId) => Promise<void>
  readonly send: (connection: ConnectionId, method: string, path: string, body?: object) => Promise<Said>
}
/** `done`: with the id of what it was about. `refused`: by SCIM's rules, and nothing was written. */
export type Said = { readonly kind: 'done'; readonly id: string } | { readonly kind: 'refused' }

/** What was not acknowledged may have happened, or not. */
const unacknowledged = (status: number): Error =>
  Object.assign(new Error(`answered ${status}`), { code: 'storeUnavailable' })

const refusals = new Set([409, 412])

export const createScim = (table: Table, clock: Clock): Scim => {
  const credentials = createCredentialStore(table)
  const service = createScimService({ directory: createDirectory(table), clock, credentials })
  const tokens = new Map<ConnectionId, string>()
  let requests = 0
  return {
    admit: async (connection) => {
      const made = createCredential({
        connection,
        scope: 'scim',
        label: connection,
        createdBy: 'world',
        at: clock.now(),
        token: `${connection}-a-token-agreed-upon-that-is-long-enough-for-anybody`,
      })
      await credentials.saveCredential(made.credential)
      tokens.set(connection, made.token)
    },
    send: async (connection, method, path, body) => {
      requests += 1
      const response = await service({
        connection,
        baseUrl: `https://scim.example.test/${connection}/scim/v2`,
        method,
        path,
        query: new URLSearchParams(),
        headers: {
          authorization: `Bearer ${tokens.get(connection)}`,
          'content-type': 'application/scim+json',
        },
        body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
        requestId: `request-${requests}`,
      })
      const { status } = response
      if (status === 429 || status >= 500) throw unacknowledged(status)
      if (refusals.has(status)) return { kind: 'refused' }
      if (status >= 300) throw new Error(`${method} ${path}: ${status} ${response.body ?? ''}`)
      const { id = '' } = (response.body === undefined ? {} : JSON.parse(response.body)) as { id?: string }
      return { kind: 'done', id }
    },
  }
}
