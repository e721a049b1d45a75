import { ConnectorError } from '../core/errors.ts'
import type { Instant } from '../core/ids.ts'
import { instant, milliseconds } from '../core/ids.ts'
import type { Pace } from '../core/ports/platform.ts'
import { paceKey } from './keys.ts'
import { leaseSlots, postpone } from './pace-row.ts'
import type { Table } from './table-client.ts'

/** What one process holds of one platform's time line. Moments are milliseconds since the epoch. */
type Local = {
  /** Leased moments at which one call each may start, ascending. */
  slots: readonly number[]
  pausedUntil: number
  /** Size of the last lease; the next is twice as large for who comes back before its end. */
  chunk: number
  /** The lease under way: callers of one process take turns. */
  leasing: Promise<unknown> | undefined
  /** Where the shared time line ended when we last saw it. */
  end: number | undefined
}

/** Half a second at most is leased ahead: so long may the pause another host was asked for go unseen. */
const largestChunk = (perSecond: number): number => Math.min(10, Math.max(1, Math.floor(perSecond / 2)))
const spacingFor = (perSecond: number): number => Math.ceil(1000 / perSecond)
/** Timers are not exact: a call may start so late in its slot. */
const tolerance = (perSecond: number): number => Math.max(50, spacingFor(perSecond))

/**
 * The calls behind one egress address to one base URL share a time line on which each call has its slot, `1 / perSecond` apart. A slot is used
 * in its time or not at all, so that the hosts together keep the rate, whoever hesitates. A process leases as many slots at once as it
 * lately used in time: a parallel one several, a slow sequential one a single slot, so that little is wasted.
 */
export const createPace = (table: Table, { egress }: { readonly egress: string }): Pace => {
  const locals = new Map<string, Local>()
  const localFor = (baseUrl: string): Local => {
    const local = locals.get(baseUrl) ?? {
      slots: [],
      pausedUntil: 0,
      chunk: 1,
      leasing: undefined,
      end: undefined,
    }
    locals.set(baseUrl, local)
    return local
  }
  const now = (): number => milliseconds(table.clock.now())

  const lease = async (local: Local, baseUrl: string, perSecond: number, latest: number): Promise<number> => {
    const spacing = spacingFor(perSecond)
    const eager = local.end !== undefined && now() < local.end
    const count = eager ? Math.min(largestChunk(perSecond), local.chunk * 2) : 1
    const request = { spacing, count, latest, expected: local.end }
    const leased = await leaseSlots(table, paceKey(baseUrl, egress), request)
    if (!leased) throw outOfTime()
    local.end = leased.end
    local.slots = Array.from({ length: count - 1 }, (_, n) => leased.start + (n + 1) * spacing)
    local.chunk = count
    return leased.start
  }

  /** A slot that passed unused makes the next lease small again. */
  const nextLeased = (local: Local, perSecond: number): number | undefined => {
    const open = Math.max(now() - tolerance(perSecond), local.pausedUntil)
    const usable = local.slots.filter((slot) => slot >= open)
    if (usable.length < local.slots.length) local.chunk = 0.5
    const [slot, ...rest] = usable
    local.slots = rest
    return slot
  }

  const nextSlot = async (local: Local, baseUrl: string, perSecond: number, latest: number) => {
    for (;;) {
      const slot = nextLeased(local, perSecond)
      if (slot !== undefined) return slot
      if (local.leasing) {
        // Its failure is its caller's; this one tries for itself, with its own deadline.
        await local.leasing.catch(() => undefined)
        continue
      }
      const leasing = lease(local, baseUrl, perSecond, latest).finally(() => {
        local.leasing = undefined
      })
      local.leasing = leasing
      return await leasing
    }
  }

  const permit = async (baseUrl: string, perSecond: number, deadline: Instant): Promise<void> => {
    const local = localFor(baseUrl)
    const latest = milliseconds(deadline)
    for (;;) {
      const slot = await nextSlot(local, baseUrl, perSecond, latest)
      if (slot > latest) {
        local.slots = [slot, ...local.slots]
        throw outOfTime()
      }
      const wait = slot - now()
      if (wait > 0) await table.clock.sleep(wait / 1000)
      const missed = wait > 0 && now() > slot + tolerance(perSecond)
      // The platform may have asked for a pause while we waited.
      if (!missed && slot >= local.pausedUntil) return
    }
  }

  return {
    permit,
    pause: async (baseUrl, until) => {
      const local = localFor(baseUrl)
      local.pausedUntil = Math.max(local.pausedUntil, milliseconds(until))
      local.end = undefined
      await postpone(table, paceKey(baseUrl, egress), instant(local.pausedUntil))
    },
  }
}

const outOfTime = (): ConnectorError =>
  new ConnectorError('outOfTime', 'the next permitted platform call lies behind the deadline')
