import type { Actor, AuditEntry } from '../core/audit.ts'
import type { Community } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import type { CommunityId } from '../core/ids.ts'
import type { Quarantine } from '../core/ports/runs.ts'
import type { Provisioning } from './deps.ts'

export type QuarantineDeps = Pick<
  Provisioning,
  'clock' | 'ids' | 'quarantine' | 'audit' | 'events' | 'configuration' | 'ownership'
>
type WatchDeps = QuarantineDeps & Pick<Provisioning, 'identity'>
type Decision = { readonly by: string; readonly reason: string }

const restored =
  'the table is a copy of another one: what was done since the copy was made is not in its records'

/** Records older than what was done by them are good for comparing and for nothing else. */
export const asQuarantined = (community: Community, quarantine: Quarantine | undefined): Community =>
  quarantine === undefined ? community : { ...community, mode: 'report' }

const noted = (
  deps: Pick<QuarantineDeps, 'clock' | 'ids'>,
  actor: Actor,
  event: AuditEntry['event'],
): AuditEntry => ({ at: deps.clock.now(), requestId: deps.ids.uuid(), actor, event })

/** The trail and the alarm first: stopped in between, people are told twice rather than never. */
const impose = async (deps: QuarantineDeps, actor: Actor, community: CommunityId, reason: string) => {
  if ((await deps.quarantine.quarantine(community)) !== undefined) return false
  const since = deps.clock.now()
  const cause = actor.kind === 'operator' ? 'byHand' : 'restored'
  await deps.audit.append([noted(deps, actor, { kind: 'quarantined', community, reason })])
  await deps.events.emit({ type: 'community.quarantined', community, at: since, cause })
  return deps.quarantine.impose({ community, since, reason })
}

/** Wherever something may be ours: configured, or owned under an earlier configuration. */
const everywhere = async (deps: QuarantineDeps): Promise<readonly CommunityId[]> => {
  const [{ communities }, owned] = await Promise.all([deps.configuration(), deps.ownership.ownedCounts()])
  return [...new Set([...communities.map(({ id }) => id), ...owned.map(({ community }) => community)])]
}

/** Before a run: a table put in the place of another one quarantines every community, and becomes the table after that. */
export const quarantineIfRestored = async (deps: WatchDeps): Promise<void> => {
  const copyOf = await deps.identity.copyOf()
  if (copyOf === undefined) return
  const actor: Actor = { kind: 'system', part: 'provision' }
  for (const community of await everywhere(deps)) await impose(deps, actor, community, restored)
  await deps.identity.settle(copyOf)
}

export type QuarantineDesk = {
  readonly list: () => Promise<readonly Quarantine[]>
  /** Of one community or all; resolves to those that were not quarantined before. */
  readonly impose: (of: CommunityId | 'all', decision: Decision) => Promise<readonly CommunityId[]>
  /** The records can be trusted again: the community is compared and, as its mode says, changed. */
  readonly release: (of: CommunityId, decision: Decision) => Promise<Quarantine>
}

export const createQuarantineDesk = (
  deps: QuarantineDeps & Pick<Provisioning, 'work' | 'wakeUps'>,
): QuarantineDesk => ({
  list: deps.quarantine.quarantines,
  impose: async (of, { by, reason }) => {
    const imposed: CommunityId[] = []
    const actor: Actor = { kind: 'operator', label: by }
    for (const community of of === 'all' ? await everywhere(deps) : [of])
      if (await impose(deps, actor, community, reason)) imposed.push(community)
    return imposed
  },
  release: async (community, { by, reason }) => {
    const quarantine = await deps.quarantine.quarantine(community)
    if (quarantine === undefined)
      throw new ConnectorError(
        'notFound',
        `${community} is not quarantined; npx rolecall quarantine lists those that are`,
        { field: 'community' },
      )
    const actor: Actor = { kind: 'operator', label: by }
    await deps.audit.append([noted(deps, actor, { kind: 'released', community, reason })])
    const at = deps.clock.now()
    await deps.quarantine.release(community)
    await deps.events.emit({ type: 'community.released', community, at })
    // Lost in between, the schedule asks for it.
    const [added] = await deps.work.add([
      { community, priority: 'reconciliation', subject: { kind: 'community' }, since: at },
    ])
    await deps.wakeUps.wake(community, added?.token ?? deps.ids.ordered())
    return quarantine
  },
})
