import { groupId, memberId } from '../../core/ids.ts'
import type { Group } from '../../core/member.ts'
import type { GroupLookup } from '../../core/ports/directory.ts'
import type { Lookup } from '../resource-type.ts'
import { isTooLong, isUuid } from '../resources.ts'

const by =
  (attribute: GroupLookup['by']): Lookup<Group> =>
  async ({ directory, request }, value, take) => {
    if (isTooLong(value)) return []
    const found = await directory.findGroups(request.connection, { by: attribute, value })
    return take(found.length) ? found.filter((group) => group.deletedAt === undefined) : undefined
  }

const byId: Lookup<Group> = async ({ directory, request }, value) =>
  isUuid(value) ? directory.groups(request.connection, [groupId(value)]) : []

/** `members` of a Group shows who stands in it directly. */
const byMember: Lookup<Group> = async ({ directory, request }, value, take) => {
  const found = isUuid(value) ? await directory.groupsWith(request.connection, memberId(value)) : []
  return take(found.length) ? found : undefined
}

/** By schema path, the cheapest first. */
export const lookups: ReadonlyMap<string, Lookup<Group>> = new Map([
  ['id', byId],
  ['externalId', by('externalId')],
  ['displayName', by('displayName')],
  ['members.value', byMember],
])
