import type { ConnectionId, MemberId } from '../core/ids.ts'
import { fold, memberId } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import type { DirectoryReads, MemberLookup } from '../core/ports/directory.ts'
import { idsByFormerName } from './former-names.ts'
import {
  fitsKey,
  isResourceId,
  memberExternalIdGuard,
  memberKey,
  memberPartition,
  userNameGuard,
} from './keys.ts'
import { addressesOf, deletedByEmail, idsByEmail } from './member-emails.ts'
import { isLive, memberOf } from './member-items.ts'
import type { Table } from './table-client.ts'
import { createWalk } from './walks.ts'

type MemberReads = Pick<
  DirectoryReads,
  | 'member'
  | 'members'
  | 'findMembers'
  | 'findTombstones'
  | 'listMembers'
  | 'scanMembers'
  | 'memberOrTombstone'
>

/** The look-up items may be a moment ahead of or behind the record read after them: the record decides. */
const holds = (member: Member, { by, value }: MemberLookup): boolean => {
  if (by === 'userName') return fold(member.userName) === fold(value)
  if (by === 'externalId') return member.externalId === value
  if (by === 'formerUserName') return true
  return addressesOf(member).includes(fold(value))
}

export const readMembers = async (
  table: Table,
  c: ConnectionId,
  ids: readonly MemberId[],
): Promise<readonly Member[]> => {
  const rows = await table.batchGet(ids.filter(isResourceId).map((id) => memberKey(c, id)))
  return rows.map(memberOf)
}

export const createMemberReads = (table: Table): MemberReads => {
  const walk = createWalk(table, { kind: 'U', partition: memberPartition })

  const memberOrTombstone = async (c: ConnectionId, id: MemberId): Promise<Member | undefined> => {
    const item = isResourceId(id) ? await table.get(memberKey(c, id)) : undefined
    return item && memberOf(item)
  }

  const idsFor = async (c: ConnectionId, { by, value }: MemberLookup): Promise<readonly MemberId[]> => {
    if (by === 'email') return idsByEmail(table, c, value)
    if (by === 'formerUserName') return idsByFormerName(table, c, value)
    if (!fitsKey(value)) return []
    const guard = await table.get(
      by === 'userName' ? userNameGuard(c, value) : memberExternalIdGuard(c, value),
    )
    return guard ? [memberId(String(guard.id))] : []
  }

  return {
    memberOrTombstone,
    member: async (c, id) => {
      const found = await memberOrTombstone(c, id)
      return found && isLive(found) ? found : undefined
    },
    members: async (c, ids) => (await readMembers(table, c, ids)).filter(isLive),
    findMembers: async (c, lookup) => {
      const found = await readMembers(table, c, await idsFor(c, lookup))
      return found.filter((member) => isLive(member) && holds(member, lookup))
    },
    findTombstones: async (c, lookup) => {
      const { by, value } = lookup
      const ids = by === 'email' ? await deletedByEmail(table, c, value) : await idsFor(c, lookup)
      const found = await readMembers(table, c, ids)
      return found.filter((member) => !isLive(member) && holds(member, lookup))
    },
    listMembers: async (c, startIndex, count) => {
      const { total, items } = await walk.list(c, startIndex, count)
      return { total, resources: items.map(memberOf) }
    },
    scanMembers: async (c, limit, after) => {
      const { items, ...next } = await walk.scan(c, limit, after)
      return { items: items.map(memberOf), ...next }
    },
  }
}
