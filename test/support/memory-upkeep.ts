import type { ConnectionId } from '../../lib/core/ids.ts'
import type { DirectoryUpkeep } from '../../lib/core/ports/directory.ts'
import { isLive } from '../../lib/store/member-items.ts'
import { memberPage } from './memory-groups.ts'
import { type Connections, dropRow, type Held, lifeOf } from './memory-rows.ts'

/** Rows of somebody's earlier lives: gone from the groups' counts, too. True when nothing is left. */
export const purgeMember = (held: Held, id: string, limit: number): boolean => {
  const life = lifeOf(held, id)
  const stale = [...(held.standing.get(id) ?? [])].filter(([, row]) => row !== life)
  for (const [group] of stale.slice(0, limit)) {
    const state = held.groups.get(group)
    if (state === undefined) continue
    dropRow(held, state, id)
    if (isLive(state.own)) state.moves += 1
  }
  return stale.length <= limit
}

const purgeGroup = (held: Held, id: string, limit: number): boolean => {
  const state = held.groups.get(id)
  if (state === undefined || isLive(state.own)) return true
  for (const member of state.order.at(0, limit)) dropRow(held, state, member)
  return state.order.size() === 0 && purgeMember(held, id, limit)
}

/** Nothing is ever half done here, so there is nothing to roll forward. */
export const createMemoryUpkeep = (connections: Connections): DirectoryUpkeep => ({
  rollForward: async () => [],
  purge: async (c: ConnectionId, subject, limit) => {
    const held = connections.of(c)
    return subject.kind === 'member'
      ? purgeMember(held, subject.id, limit)
      : purgeGroup(held, subject.id, limit)
  },
  membersUnder: async (c, group, limit, after) => {
    const held = connections.of(c)
    return memberPage(held, held.groups.get(group), limit, after, () => true)
  },
})
