import { type Instant, instant, later, milliseconds } from '../core/ids.ts'
import type { Priority, Work } from '../core/work.ts'

const firstSeconds = 15
/** Access that must go is tried again within minutes of the platform's recovery; what only joins may wait an hour. */
const capSeconds = (priority: Priority): number =>
  priority === 'departure' || priority === 'login' || priority === 'revocation' ? 300 : 3600

/**
 * When to try again: doubling, and never earlier than the platform asked for. Spread over the last quarter, so that many do not come back at once,
 * and on a grid of quarters: work that came again while it waited meets its older self at the same instant and is one from then on. Without that,
 * whoever keeps failing would be tried more often with every reconciliation.
 */
export const retryAt = (
  now: Instant,
  work: Pick<Work, 'attempts' | 'priority'>,
  random: () => number,
  askedFor: number | undefined,
): Instant => {
  const cap = capSeconds(work.priority)
  const full = Math.min(cap, firstSeconds * 2 ** Math.min(work.attempts, 20))
  const grid = (full / 4) * 1000
  const drawn = Math.floor(milliseconds(later(now, full * (0.75 + random() / 4))) / grid) * grid
  const asked = Math.ceil(milliseconds(later(now, Math.min(askedFor ?? 0, 3600))) / grid) * grid
  return instant(Math.max(drawn, asked))
}
