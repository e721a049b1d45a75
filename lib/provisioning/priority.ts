import type { CommunityId } from '../core/ids.ts'
import type { Ownership } from '../core/ownership.ts'
import { departed } from '../core/standing.ts'
import type { Priority } from '../core/work.ts'
import type { Standing } from './standing.ts'

/** How urgent it is to look at a member in a community: taking away comes before giving. */
export const priorityOf = (
  standing: Standing,
  community: CommunityId,
  ownership: Ownership | undefined,
): Priority => {
  if (ownership === undefined) return 'join'
  if (departed(standing.member)) return 'departure'
  const granted = standing.assignments.get(community)?.granted ?? []
  const wanted = new Set(granted.map(({ role }) => role))
  const losing = wanted.size === 0 || ownership.grants.some(({ role }) => !wanted.has(role))
  return losing ? 'revocation' : 'change'
}
