import type { Community, Configuration } from '../core/configuration.ts'
import { type CommunityId, type Instant, later } from '../core/ids.ts'
import type { Platform } from '../core/ports/platform.ts'
import type { Priority } from '../core/work.ts'
import type { Provisioning } from './deps.ts'
import type { HeldLease } from './lease.ts'
import type { Round } from './round.ts'
import { createSnapshots, type SnapshotMemory, type Snapshots } from './snapshots.ts'
import { createTurn, type Turn } from './turn.ts'

/** One worker's time with one community. */
export type Run = {
  readonly id: CommunityId
  readonly runId: string
  readonly deadline: Instant
  readonly lease: HeldLease
}
export type Open = (what: {
  readonly configuration: Configuration
  readonly community: Community
  readonly priority: Priority
}) => Promise<Round>
export type Opening = {
  readonly open: Open
  /** The run ends: what was read of a long list is kept. */
  readonly close: () => Promise<void>
}

type Remembered = {
  readonly fence: number
  readonly platform: Platform
  readonly memory: SnapshotMemory
  readonly until: Instant
}
/** Longer than any list serves. */
const rememberSeconds = 900

/**
 * The platform is opened per round (its credentials may change) and its list kept while it is the same one: for the run, and for the next run of this
 * process when no other worker held the lease in between.
 */
export const createOpenings = (deps: Provisioning) => {
  const remembered = new Map<CommunityId, Remembered>()

  const memoryFor = ({ id, lease }: Run, platform: Platform): SnapshotMemory => {
    const now = deps.clock.now()
    for (const [community, { until }] of remembered) if (until <= now) remembered.delete(community)
    const known = remembered.get(id)
    const ours = known?.platform === platform && known.fence >= lease.fence - 1
    const memory = ours ? known.memory : {}
    remembered.set(id, { fence: lease.fence, platform, memory, until: later(now, rememberSeconds) })
    return memory
  }

  return (run: Run): Opening => {
    let opened: { readonly platform: Platform; readonly snapshots: Snapshots } | undefined
    const { id, runId, deadline, lease } = run
    const nextTurn = (priority: Priority): Turn => createTurn(deps, { community: id, priority, deadline })
    return {
      open: async ({ configuration, community, priority }) => {
        const platform = await deps.platforms.open(community, lease.check)
        if (opened?.platform !== platform) {
          const interrupted = { community, readings: deps.readings }
          const memory = memoryFor(run, await deps.platforms.open(community))
          opened = { platform, snapshots: createSnapshots(platform, deps.clock, { memory, interrupted }) }
        }
        const turns = { turn: nextTurn(priority), nextTurn: () => nextTurn(priority) }
        return { configuration, community, ...opened, ...turns, lease, deadline, runId }
      },
      close: async () => opened?.snapshots.putAway(),
    }
  }
}
