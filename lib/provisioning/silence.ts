import type { Configuration } from '../core/configuration.ts'
import type { CommunityId, Instant } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import { countUnmentioned, type Unmentioned } from '../core/mentions.ts'
import type { Provisioning } from './deps.ts'

/**
 * Counts, while the directory is read anyway, of whom their identity provider says nothing any more. Every community reads the whole directory: the
 * first of the configuration tells, so that it is told once.
 */
export const createSilence = (configuration: Configuration, community: CommunityId, now: Instant) => {
  const asked =
    configuration.communities[0]?.id === community
      ? configuration.connections.filter(({ reportUnmentionedAfter }) => reportUnmentionedAfter !== undefined)
      : []
  const counts = new Map(asked.map(({ id }) => [id, countUnmentioned(configuration, id, now)]))
  return {
    see: (member: Member): void => counts.get(member.connection)?.see(member),
    found: (): readonly Unmentioned[] =>
      [...counts.values()].map((one) => one.found()).filter(({ count }) => count > 0),
  }
}

export const tellUnmentioned = async (
  deps: Pick<Provisioning, 'clock' | 'events'>,
  found: readonly Unmentioned[] = [],
): Promise<void> => {
  const at = deps.clock.now()
  for (const one of found) await deps.events.emit({ type: 'members.unmentioned', at, ...one })
}
