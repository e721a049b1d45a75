import type { Stamp } from '../core/audit.ts'
import { groupId } from '../core/ids.ts'
import type { MembershipOrigins } from '../core/ports/directory.ts'
import { isResourceId, memberToGroup } from './keys.ts'
import type { Item, Table } from './table-client.ts'

type Origin = Pick<Stamp, 'at' | 'requestId' | 'actor'>

const originOf = ({ at, requestId, actor }: Item): Origin => ({
  at: String(at) as Origin['at'],
  requestId: String(requestId),
  actor: actor as Origin['actor'],
})

/** From the member's side of the membership, which carries its request. */
export const createMembershipOrigins = (table: Table): MembershipOrigins => ({
  joinedBy: async (connection, id, groups) => {
    const keys = groups.filter(isResourceId).map((group) => memberToGroup(connection, group, id))
    const rows = await table.batchGet(keys)
    return new Map(
      rows.filter(({ actor }) => actor !== undefined).map((row) => [groupId(row.sk), originOf(row)]),
    )
  },
})
