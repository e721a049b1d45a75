import { isConnectorError } from '../../core/errors.ts'
import {
  type ConnectionId,
  type GroupId,
  type GroupMemberId,
  groupId,
  type MemberId,
  memberId,
} from '../../core/ids.ts'
import type { GroupMember, Member } from '../../core/member.ts'
import type { Directory, MemberLookup } from '../../core/ports/directory.ts'
import type { Exchange } from '../exchange.ts'
import type { Lookup, Take } from '../resource-type.ts'
import { isTooLong, isUuid } from '../resources.ts'

/** Undefined where that takes reading more than a look-up reads. */
const foundBy = async (
  directory: Directory,
  connection: ConnectionId,
  lookup: MemberLookup,
): Promise<readonly Member[] | undefined> => {
  try {
    return await directory.findMembers(connection, lookup)
  } catch (error) {
    if (isConnectorError(error, 'tooMany')) return undefined
    throw error
  }
}

const by =
  (attribute: MemberLookup['by']): Lookup<Member> =>
  async ({ directory, request, mentioned }, value, take) => {
    // Longer than anything stored: the answer is known without a read.
    if (isTooLong(value)) return []
    const found = await foundBy(directory, request.connection, { by: attribute, value })
    if (found === undefined) return undefined
    // Who is looked for by a name of theirs, and theirs alone, was spoken of.
    if (found.length === 1) await mentioned(found)
    return take(found.length) ? found.filter((member) => member.deletedAt === undefined) : undefined
  }

const byId: Lookup<Member> = async ({ directory, request, mentioned }, value) => {
  const found = isUuid(value) ? await directory.members(request.connection, [memberId(value)]) : []
  await mentioned(found)
  return found
}

const rowsAtOnce = 1_000

const rowsOf = async (
  { directory, request }: Exchange,
  group: GroupId,
  take: Take,
): Promise<readonly GroupMember[] | undefined> => {
  const rows: GroupMember[] = []
  let after: GroupMemberId | undefined
  do {
    const page = await directory.membersOf(request.connection, group, rowsAtOnce, after)
    if (!take(page.items.length)) return undefined
    rows.push(...page.items)
    after = page.next
  } while (after !== undefined)
  return rows
}

/** Users that stand below a group, directly or by way of others; undefined when there are more rows than a request reads. */
const idsBelow = async (
  exchange: Exchange,
  top: GroupId,
  take: Take,
): Promise<ReadonlySet<MemberId> | undefined> => {
  const below = new Set<MemberId>()
  // Grows while it is walked: each group once, whatever circles there are.
  const groups = new Set([top])
  for (const group of groups) {
    const rows = await rowsOf(exchange, group, take)
    if (rows === undefined) return undefined
    for (const each of rows)
      if (each.type === 'User') below.add(each.id)
      else groups.add(each.id)
  }
  return below
}

/** `groups` of a User shows nested groups, too: so does the look-up by it. */
const byGroup: Lookup<Member> = async (exchange, value, take) => {
  const { directory, request } = exchange
  // A deleted group may still have rows, but nobody is in it.
  const group = isUuid(value) ? await directory.group(request.connection, groupId(value)) : undefined
  if (group === undefined) return []
  const ids = await idsBelow(exchange, group.id, take)
  return ids && directory.members(request.connection, [...ids])
}

/** By schema path, the cheapest first. */
export const lookups: ReadonlyMap<string, Lookup<Member>> = new Map([
  ['id', byId],
  ['userName', by('userName')],
  ['externalId', by('externalId')],
  ['emails.value', by('email')],
  ['groups.value', byGroup],
])
