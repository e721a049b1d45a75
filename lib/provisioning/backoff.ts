import { type Instant, later } from '../core/ids.ts'
import type { Priority, Work } from '../core/work.ts'

const firstSeconds = 15
/** Access that must go is tried again within minutes of the platform's recovery; what only joins may wait an hour. */
const capSeconds = (priority: Priority): number =>
  priority === 'departure' || priority === 'login' || priority === 'revocation' ? 300 : 3600

/** When to try again: doubling, and never earlier than the platform asked for. The upper half is jitter, so that many do not come back at once. */
export const retryAt = (
  now: Instant,
  work: Pick<Work, 'attempts' | 'priority'>,
  random: () => number,
  askedFor: number | undefined,
): Instant => {
  const cap = capSeconds(work.priority)
  const full = Math.min(cap, firstSeconds * 2 ** Math.min(work.attempts, 20))
  const waited = full / 2 + random() * (full / 2)
  return later(now, Math.max(waited, Math.min(askedFor ?? 0, 3600)))
}
