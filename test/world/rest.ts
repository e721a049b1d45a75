import { type CommunityId, instant } from '../../lib/core/ids.ts'
import type { RunReport } from '../../lib/provisioning/provision.ts'
import { placeIds, places } from './scene.ts'
import type { Town } from './town.ts'

/** Bringing a town to rest: everything works, time goes by, and whoever was invited comes. */

const turns = 80
const longest = 3600

/** Nobody is kept waiting by a person who does not read their mail. */
const accept = ({ controls: { soc } }: Town): void => {
  for (const { email, confirmed } of soc.world().users) if (!confirmed) soc.edit({ kind: 'activate', email })
}

const isIdle = async (town: Town): Promise<boolean> => {
  if (town.pending.length > 0 || town.queue.length > 0) return false
  const { work } = town.worker(0).deps
  const farAhead = instant(town.now() + 400 * 86_400_000)
  const [due, waiting] = [await work.dueBefore(farAhead, 1), await work.waiting(farAhead)]
  return due.length === 0 && waiting.length === 0
}

export const calm = (town: Town): void => {
  town.engine.inject({})
  town.outages.clear()
  town.standing.storeTrouble = false
}

const runAll = async (town: Town, communities: readonly CommunityId[]): Promise<readonly RunReport[]> => {
  const reports: RunReport[] = []
  for (const community of communities) {
    const report = await town.worker(0).run(community, 600)
    if (report.ending === 'failed')
      throw new Error(`a run in ${community} failed though nothing is out of order: ${town.lastWarning()}`)
    reports.push(report)
  }
  return reports
}

/** Stream, sweep and queue do what is left to do. */
export const drain = async (town: Town): Promise<void> => {
  let pause = 6
  for (let turn = 0; turn < turns; turn++) {
    town.clock.advance(pause)
    const due = town.pending.splice(0)
    if (due.length > 0) await town.worker(0).dispatcher.dispatch(due)
    await town.worker(0).dispatcher.sweep()
    const reports = await runAll(town, town.queue.splice(0))
    accept(town)
    if (await isIdle(town)) return
    const moved = reports.some(({ applied, finished }) => applied + finished > 0)
    pause = moved ? 31 : Math.min(pause * 2, longest)
  }
  throw new Error(`does not come to rest: ${town.lastWarning()}`)
}

/** Looks at everybody until a look finds nothing to do. */
export const reconcileAll = async (town: Town): Promise<void> => {
  if (town.people.all().some(({ shown }) => shown !== undefined && shown.until <= town.now()))
    town.note('login grown old')
  for (let round = 0; round < 6; round++) {
    const before = town.watch.writes()
    town.standing.lookedAt = town.now()
    await town.worker(0).reconciliation.request()
    await drain(town)
    if (town.watch.writes() === before) return
  }
  throw new Error('every reconciliation finds something to do')
}

export const communityIds: readonly CommunityId[] = places.map((place) => placeIds[place])
