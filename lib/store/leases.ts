import { ConnectorError } from '../core/errors.ts'
import { type Instant, instant, later } from '../core/ids.ts'
import type { Lease, Leases } from '../core/ports/runs.ts'
import { absent } from './conditions.ts'
import { leaseKey } from './keys.ts'
import type { Condition, Item, Table } from './table-client.ts'

const free = instant(0)

/** Seconds by which the clocks of two workers may differ: so long after its end a lease is left alone. */
export const maximumSkew = 5

/** Neither taken nor renewed since it was read. */
const unchanged = (row: Item): Condition => ({
  expression: '#fence = :fence AND #until = :until',
  names: { '#fence': 'fence', '#until': 'until' },
  values: { ':fence': row.fence, ':until': row.until },
})

/**
 * One worker per community. The row stays for good, because the fence in it must never start again; an expired or released lease is a row
 * whose `until` lies in the past.
 */
export const createLeases = (table: Table, { holder }: { readonly holder: string }): Leases => {
  const held = (lease: Lease): Condition => ({
    expression: '#fence = :fence AND #holder = :holder AND #until <> :free',
    names: { '#fence': 'fence', '#holder': 'holder', '#until': 'until' },
    values: { ':fence': lease.fence, ':holder': holder, ':free': free },
  })

  return {
    acquire: async (community, seconds) => {
      const now = table.clock.now()
      const row = await table.get(leaseKey(community))
      if (row && row.until !== free && later(row.until as Instant, maximumSkew) > now) return undefined
      const until = later(now, seconds)
      const fence = Number(row?.fence ?? 0) + 1
      // A transaction may be repeated after an unknown end without taking the lease from itself.
      const result = await table.transact([
        {
          put: { ...leaseKey(community), holder, until, fence },
          condition: row ? unchanged(row) : absent,
        },
      ])
      return result.kind === 'done' ? { community, fence, until } : undefined
    },

    renew: async (lease, seconds) => {
      const until = later(table.clock.now(), seconds)
      const result = await table.put(
        { ...leaseKey(lease.community), holder, until, fence: lease.fence },
        held(lease),
      )
      if (result === 'conditionFailed')
        throw new ConnectorError('leaseLost', `another worker took over ${lease.community}`)
      return { ...lease, until }
    },

    release: async (lease) => {
      await table.put({ ...leaseKey(lease.community), holder, until: free, fence: lease.fence }, held(lease))
    },
  }
}
