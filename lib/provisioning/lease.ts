import { ConnectorError } from '../core/errors.ts'
import { type CommunityId, milliseconds } from '../core/ids.ts'
import type { Lease } from '../core/ports/runs.ts'
import type { Provisioning } from './deps.ts'

export const leaseSeconds = 30

export type HeldLease = {
  /** Before every platform call: throws `leaseLost` when somebody else took over. */
  readonly check: () => Promise<void>
  readonly release: () => Promise<void>
}

/** One worker per community. Undefined when another has it: the work is still there, and so is the sweep. */
export const holdLease = async (
  deps: Pick<Provisioning, 'leases' | 'clock' | 'log'>,
  community: CommunityId,
): Promise<HeldLease | undefined> => {
  let lease: Lease | undefined = await deps.leases.acquire(community, leaseSeconds)
  if (lease === undefined) return undefined
  return {
    check: async () => {
      if (lease === undefined) throw new ConnectorError('leaseLost', 'the lease was given back already')
      const left = milliseconds(lease.until) - milliseconds(deps.clock.now())
      if (left < (leaseSeconds * 1000 * 2) / 3) lease = await deps.leases.renew(lease, leaseSeconds)
    },
    release: async () => {
      if (lease === undefined) return
      const last = lease
      lease = undefined
      try {
        await deps.leases.release(last)
      } catch (error) {
        // It runs out by itself; failing the run for it would repeat finished work.
        deps.log.warn('lease not given back', {
          community,
          error: String(error instanceof Error && error.name),
        })
      }
    },
  }
}
