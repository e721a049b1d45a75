import { ConnectorError } from '../core/errors.ts'
import { type CommunityId, milliseconds } from '../core/ids.ts'
import type { Lease } from '../core/ports/runs.ts'
import type { Provisioning } from './deps.ts'

export const leaseSeconds = 30
/** A call leaves only while so much of the lease is left: longer than an exchange takes, and than the clocks of two workers differ. */
const marginSeconds = 20
const attempts = 3

export type HeldLease = {
  /** One more than the last holder's: nobody was there in between. */
  readonly fence: number
  /** Right before every platform call, after all waiting: renews where time runs short, throws `leaseLost` when somebody else took over. */
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
  const secondsLeft = ({ until }: Lease): number =>
    (milliseconds(until) - milliseconds(deps.clock.now())) / 1000
  return {
    fence: lease.fence,
    check: async () => {
      // The worker may be paused while it renews: then what it got is as old as the pause is long.
      for (let attempt = 1; lease === undefined || secondsLeft(lease) < marginSeconds; attempt += 1) {
        if (lease === undefined || attempt > attempts)
          throw new ConnectorError(
            'leaseLost',
            'the lease was given back, or runs out faster than it is renewed',
          )
        const renewed: Lease = await deps.leases.renew(lease, leaseSeconds)
        if (lease !== undefined) lease = renewed
      }
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
