import type { CommunityId, Instant } from '../core/ids.ts'
import type { WorkDraft } from '../core/ports/work.ts'
import type { Provisioning } from './deps.ts'
import { inParallel } from './parallel.ts'

export type Reconciliation = {
  /** Asks for a look at every community of the configuration, or at the one named. Resolves to those asked for. */
  readonly request: (only?: CommunityId) => Promise<readonly CommunityId[]>
}
type ReconcileDeps = Pick<Provisioning, 'clock' | 'configuration' | 'work' | 'wakeUps'>

const lanes = 8

/** A look at everybody, after whatever is more urgent. */
export const wholeLook = (community: CommunityId, since: Instant): WorkDraft => ({
  community,
  priority: 'reconciliation',
  subject: { kind: 'community' },
  since,
})

/** Accounts of ours in a community taken out of the configuration are neither changed nor forgotten: whoever leaves keeps them, and is told of. */
export const tellStranded = async (
  deps: Pick<Provisioning, 'clock' | 'configuration' | 'ownership' | 'events'>,
): Promise<void> => {
  const { communities } = await deps.configuration()
  const configured = new Set(communities.map(({ id }) => id))
  const at = deps.clock.now()
  for (const { community, accounts: count } of await deps.ownership.ownedCounts())
    if (count > 0 && !configured.has(community))
      await deps.events.emit({ type: 'problem.found', community, at, kind: 'communityNotConfigured', count })
}

export const createReconciliation = (deps: ReconcileDeps): Reconciliation => ({
  request: async (only) => {
    const { communities } = await deps.configuration()
    const wanted = communities.filter(({ id }) => only === undefined || id === only)
    const since = deps.clock.now()
    const added = await deps.work.add(wanted.map(({ id }) => wholeLook(id, since)))
    await inParallel(added, lanes, ({ community, token }) => deps.wakeUps.wake(community, token))
    return added.map(({ community }) => community)
  },
})
