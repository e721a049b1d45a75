import { type GroupMemberId, memberId } from '../../core/ids.ts'
import type { Attributes, Group, GroupMember } from '../../core/member.ts'
import { record } from '../body.ts'
import { mapBounded } from '../bounded.ts'
import { membershipUrn } from '../definitions.ts'
import type { Exchange } from '../exchange.ts'
import type { Filter } from '../filter/filter.ts'
import { testedPath } from '../filter/plan.ts'
import { type Budget, maximumScanned, tooMany } from '../lists/budget.ts'
import { wants } from '../projection.ts'
import { renderGroup } from '../rendering.ts'
import type { ResourceVerbs } from '../resource-type.ts'
import { isUuid } from '../resources.ts'
import { maximumInline } from './members.ts'

/** What a filter wants to know of members. */
type Interest = {
  /** Is this one in it? */
  readonly ids: readonly string[]
  /** Anything else about any of them. */
  readonly everything: boolean
}

const nothing: Interest = { ids: [], everything: false }

const interestOf = (filter: Filter): Interest => {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const parts = filter.filters.map(interestOf)
      return { ids: parts.flatMap(({ ids }) => ids), everything: parts.some((each) => each.everything) }
    }
    case 'not':
      return interestOf(filter.filter)
    case 'element':
      // members[value eq "x"] says the same as members.value eq "x".
      if (filter.path.attribute.path !== 'members') return nothing
      return filter.filter.kind === 'compare' ? interestOf(filter.filter) : { ids: [], everything: true }
    case 'present':
      return isOfMembers(testedPath(filter.path)) ? { ids: [], everything: true } : nothing
    case 'compare': {
      const path = testedPath(filter.path)
      if (!isOfMembers(path)) return nothing
      return path === 'members.value' && filter.operator === 'eq' && typeof filter.value === 'string'
        ? { ids: [filter.value], everything: false }
        : { ids: [], everything: true }
    }
  }
}
const isOfMembers = (path: string): boolean => path === 'members' || path.startsWith('members.')

/**
 * A group for a filter to look at. Where the filter only asks whether some ids are in it, those are looked up in any group at the same cost; else its
 * members are read, and count as read.
 */
export const renderForSearch: NonNullable<ResourceVerbs<Group>['renderForSearch']> = async (
  exchange,
  groups,
  projection,
  filter,
  budget,
) => {
  const asksMembers = wants(projection, 'members')
  const { ids, everything } = filter === undefined ? nothing : interestOf(filter)
  // A sort by members has no filter that would name them.
  const needsAll = asksMembers && (everything || ids.length === 0)
  return mapBounded(groups, needsAll ? 1 : 8, async (group) => {
    const list = needsAll
      ? await allMembers(exchange, group, budget)
      : asksMembers
        ? await thoseAmong(exchange, group, ids, budget)
        : []
    const { baseUrl } = exchange.request
    const resource = renderGroup(baseUrl, group, { kind: 'inline', list })
    return wants(projection, membershipUrn) ? withExtension(baseUrl, group, resource) : resource
  })
}

/** As a client sees it: of large groups only. */
const withExtension = (baseUrl: string, group: Group, resource: Attributes): Attributes => {
  const { [membershipUrn]: extension } = renderGroup(baseUrl, group, { kind: 'tooMany' })
  return group.memberCount > maximumInline && extension !== undefined
    ? record({ ...resource, [membershipUrn]: extension })
    : resource
}

const thoseAmong = async (
  { directory, request }: Exchange,
  group: Group,
  ids: readonly string[],
  budget: Budget,
): Promise<readonly GroupMember[]> => {
  const asked = [...new Set(ids)].filter(isUuid).map(memberId)
  if (asked.length === 0) return []
  // A row is read for each, found or not.
  budget.spend(asked.length)
  const inside = await directory.whichAreIn(request.connection, group.id, asked)
  return asked.filter((id) => inside.has(id)).map((id) => ({ type: 'User', id }))
}

const allMembers = async (
  { directory, request }: Exchange,
  group: Group,
  budget: Budget,
): Promise<readonly GroupMember[]> => {
  if (group.memberCount > maximumScanned) throw tooMany()
  const list: GroupMember[] = []
  let after: GroupMemberId | undefined
  do {
    const page = await directory.membersOf(request.connection, group.id, maximumInline, after)
    list.push(...page.items)
    budget.spend(page.items.length)
    after = page.next
  } while (after !== undefined)
  return list
}
