import { type Instant, milliseconds } from '../core/ids.ts'
import type { Priority } from '../core/work.ts'
import type { Provisioning } from './deps.ts'

/** One round's time with the platform, which it gives up between two steps for whatever is more urgent. */
export type Turn = {
  /** Asked between two steps; of the table every few seconds only, so that whoever is interrupted often still comes along. */
  readonly yields: () => Promise<boolean>
  /** The last answer. */
  readonly yielded: () => boolean
  readonly late: () => boolean
}

const askEverySeconds = 2

export const createTurn = (
  deps: Pick<Provisioning, 'clock' | 'work'>,
  turn: {
    readonly community: Parameters<Provisioning['work']['take']>[0]
    readonly priority: Priority
    readonly deadline: Instant
  },
): Turn => {
  const now = (): number => milliseconds(deps.clock.now())
  let askedAt = now()
  let yielded = false
  return {
    yields: async () => {
      if (yielded || now() - askedAt < askEverySeconds * 1000) return yielded
      askedAt = now()
      yielded = await deps.work.moreUrgent(turn.community, turn.priority, deps.clock.now())
      return yielded
    },
    yielded: () => yielded,
    late: () => now() >= milliseconds(turn.deadline),
  }
}
