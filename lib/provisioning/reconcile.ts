import type { CommunityId } from '../core/ids.ts'
import type { Provisioning } from './deps.ts'
import { inParallel } from './parallel.ts'

export type Reconciliation = {
  /** Asks for a look at every community of the configuration, or at the one named. Resolves to those asked for. */
  readonly request: (only?: CommunityId) => Promise<readonly CommunityId[]>
}
type ReconcileDeps = Pick<Provisioning, 'clock' | 'configuration' | 'work' | 'wakeUps'>

const lanes = 8

export const createReconciliation = (deps: ReconcileDeps): Reconciliation => ({
  request: async (only) => {
    const { communities } = await deps.configuration()
    const wanted = communities.filter(({ id }) => only === undefined || id === only)
    const since = deps.clock.now()
    const added = await deps.work.add(
      wanted.map(({ id }) => ({
        community: id,
        priority: 'reconciliation',
        subject: { kind: 'community' },
        since,
      })),
    )
    await inParallel(added, lanes, ({ community, token }) => deps.wakeUps.wake(community, token))
    return added.map(({ community }) => community)
  },
})
