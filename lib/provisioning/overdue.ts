import { type CommunityId, type Instant, later } from '../core/ids.ts'
import type { Work } from '../core/work.ts'
import type { Provisioning } from './deps.ts'
import { inParallel } from './parallel.ts'

type OverdueDeps = Pick<Provisioning, 'clock' | 'configuration' | 'work' | 'events'>
export type Overdue = {
  /** Tells of people who left and whose access was not taken within a minute. Resolves to the communities where that is so. */
  readonly tell: () => Promise<readonly CommunityId[]>
}

/** Seconds after which somebody who left should be without access everywhere. */
const promised = 60
/** Seconds between two reports of the same. */
const quiet = 900
const most = 1000
const lanes = 8

type Late = { readonly community: CommunityId; readonly count: number; readonly since: Instant }
type Told = { readonly count: number; readonly since: Instant; readonly at: Instant }

const lateIn = (community: CommunityId, overdue: readonly Work[]): readonly Late[] => {
  const [oldest] = overdue
  return oldest === undefined ? [] : [{ community, count: overdue.length, since: oldest.since }]
}

/** What was told is remembered by this process only: another one tells once more rather than never. */
export const createOverdue = (deps: OverdueDeps): Overdue => {
  const told = new Map<CommunityId, Told>()

  const isNews = ({ community, count, since }: Late, now: Instant): boolean => {
    const before = told.get(community)
    if (before === undefined || before.count !== count || before.since !== since) return true
    return later(before.at, quiet) <= now
  }

  return {
    tell: async () => {
      const { communities } = await deps.configuration()
      const now = deps.clock.now()
      const before = later(now, -promised)
      const found = await inParallel(communities, lanes, async ({ id }) =>
        lateIn(id, await deps.work.overdue(id, 'departure', before, most)),
      )
      const late = found.flat()
      const still = new Set(late.map(({ community }) => community))
      for (const community of told.keys()) if (!still.has(community)) told.delete(community)
      for (const one of late.filter((each) => isNews(each, now))) {
        const { community, count, since } = one
        await deps.events.emit({ type: 'departure.overdue', community, at: now, count, since })
        told.set(community, { count, since, at: now })
      }
      return [...still]
    },
  }
}
