import type { ConnectionId, GroupId, MemberId } from '../core/ids.ts'
import type { Group, GroupReference, Member, Memberships } from '../core/member.ts'
import { referenceTo } from '../core/member-groups.ts'
import { createNesting } from '../core/nesting.ts'
import type { DirectoryReads } from '../core/ports/directory.ts'
import { inParallel } from './batches.ts'
import { readContainers, readOwnGroups, rowsAbove } from './containers.ts'
import { type OwnGroup, ownGroupOf } from './group-items.ts'
import { groupKey, isResourceId, nestedCountKey } from './keys.ts'
import { livingOf, memberOfRow, readLives } from './lives.ts'
import { isLive } from './member-items.ts'
import { readMemberPage, readMembership } from './memberships.ts'
import { hasNested, isAnyNested } from './nested-count.ts'
import type { Table } from './table-client.ts'

type MembershipReads = Pick<
  DirectoryReads,
  'membershipsOf' | 'groupsWith' | 'hasNestedGroups' | 'membersOf' | 'membershipRows' | 'whichAreIn'
>
type WithSides = (groups: readonly OwnGroup[]) => Promise<readonly Group[]>

const width = 16
const nowhere: Memberships = { groups: [], cycles: [] }

/** Who is in which groups. */
export const createMembershipReads = (table: Table, withSides: WithSides): MembershipReads => {
  /** The living ones among these groups, and whether any group of the connection stands in another: one request. */
  const readDirect = async (c: ConnectionId, ids: readonly GroupId[]) => {
    const counter = nestedCountKey(c)
    const items = await table.batchGet([...ids.map((id) => groupKey(c, id)), counter])
    const groups = items
      .filter(({ pk }) => pk !== counter.pk)
      .map(ownGroupOf)
      .filter(isLive)
    return {
      references: new Map<GroupId, GroupReference>(groups.map((own) => [own.id, referenceTo(own)])),
      nested: isAnyNested(items.find(({ pk }) => pk === counter.pk)),
    }
  }

  const directOf = async (c: ConnectionId, member: Member): Promise<readonly GroupId[]> =>
    isLive(member)
      ? rowsAbove(table, c, member.id, ({ incarnation }) => incarnation === member.incarnation)
      : []

  const livingRowsOf = async (c: ConnectionId, id: MemberId | GroupId): Promise<readonly GroupId[]> => {
    const { lives } = await readLives(table, c, undefined, [id])
    const life = lives.get(id)?.incarnation
    return life === undefined ? [] : rowsAbove(table, c, id, ({ incarnation }) => incarnation === life)
  }

  return {
    hasNestedGroups: (c) => hasNested(table, c),

    membershipsOf: async (c, members) => {
      const direct = await inParallel(members, width, (member) => directOf(c, member))
      const distinct = [...new Set(direct.flat())]
      if (distinct.length === 0) return new Map(members.map(({ id }) => [id, nowhere]))
      const { references, nested } = await readDirect(c, distinct)
      const memberships = createNesting(nested ? await readContainers(table, c, references) : new Map())
      // Many are in the same groups: what follows is worked out, and kept, once.
      const known = new Map<string, Memberships>()
      const follow = (ids: readonly GroupId[]): Memberships => {
        const found = known.get(ids.join()) ?? memberships(ids.flatMap((each) => references.get(each) ?? []))
        known.set(ids.join(), found)
        return found
      }
      return new Map(members.map(({ id }, n) => [id, follow(direct[n] ?? [])]))
    },

    groupsWith: async (c, id) => {
      if (!isResourceId(id)) return []
      return withSides(await readOwnGroups(table, c, await livingRowsOf(c, id)))
    },

    membersOf: async (c, id, limit, after) => {
      const { items, ...next } = await readMemberPage(table, c, id, limit, after)
      return { items: (await livingOf(table, c, items)).map(memberOfRow), ...next }
    },

    membershipRows: async (c, id, limit, after) => {
      const { items, ...next } = await readMemberPage(table, c, id, limit, after)
      return {
        items: items.map((row) => ({ ...memberOfRow(row), incarnation: Number(row.incarnation) })),
        ...next,
      }
    },

    whichAreIn: (c, id, members) => readMembership(table, c, id, members),
  }
}
