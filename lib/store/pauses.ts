import type { CommunityId } from '../core/ids.ts'
import type { Pause, PauseStore } from '../core/ports/pauses.ts'
import { pauseKey } from './keys.ts'
import type { Item, Table } from './table-client.ts'

const pauseOf = ({ since, at, code, detail }: Item, community: CommunityId): Pause => ({
  community,
  since: String(since) as Pause['since'],
  at: String(at) as Pause['at'],
  code: String(code),
  detail: String(detail),
})

/** One row per community, while its platform is out of reach. */
export const createPauseStore = (table: Table): PauseStore => ({
  pause: async (community) => {
    const item = await table.get(pauseKey(community))
    return item && pauseOf(item, community)
  },
  notePause: async ({ community, at, code, detail }) => {
    await table.update(pauseKey(community), {
      expression: 'SET #since = if_not_exists(#since, :at), #at = :at, #code = :code, #detail = :detail',
      names: { '#since': 'since', '#at': 'at', '#code': 'code', '#detail': 'detail' },
      values: { ':at': at, ':code': code, ':detail': detail },
    })
  },
  endPause: async (community) => {
    if ((await table.get(pauseKey(community))) !== undefined) await table.delete(pauseKey(community))
  },
})
