import type { Configuration } from '../core/configuration.ts'
import type { ConnectionId, GroupId, GroupMemberId, MemberId } from '../core/ids.ts'
import { concernsRules } from '../core/matching.ts'
import type { GroupReference, Member } from '../core/member.ts'
import { pushedGroups, referenceTo } from '../core/member-groups.ts'
import { createNesting } from '../core/nesting.ts'
import type { Held, Reads } from './standing.ts'

const groupsPerPage = 250
const rowsPerPage = 1_000
/** Called between two pages: throws when there is no time for another. */
export type InTime = () => void

/** Who is in the groups that matter, directly or by way of others. */
export type Roll = (member: Pick<Member, 'id' | 'incarnation'>) => Held

/** Somebody's place in a group, and the life it was written for. */
type Place = { readonly group: GroupReference; readonly life: number }

/** Adds to what is there under the key. */
const file = <Key, Item>(index: Map<Key, Item[]>, key: Key, item: Item): void => {
  const there = index.get(key)
  if (there === undefined) index.set(key, [item])
  else there.push(item)
}

type Sheets = {
  readonly direct: Map<MemberId, Place[]>
  readonly containers: Map<GroupId, GroupReference[]>
  readonly entered: Set<GroupId>
}

/** Everybody who stands in the group. Resolves to the groups among them. */
const enter = async (
  deps: Reads,
  connection: ConnectionId,
  group: GroupReference,
  { direct, containers, entered }: Sheets,
  inTime: InTime,
): Promise<readonly GroupId[]> => {
  entered.add(group.id)
  const inner: GroupId[] = []
  const places = new Map<number, Place>()
  const placeIn = (life: number): Place => {
    const place = places.get(life) ?? { group, life }
    places.set(life, place)
    return place
  }
  let after: GroupMemberId | undefined
  do {
    inTime()
    const { items, next } = await deps.directory.membershipRows(connection, group.id, rowsPerPage, after)
    for (const member of items) {
      if (member.type === 'User') file(direct, member.id, placeIn(member.incarnation))
      else {
        file(containers, member.id, group)
        inner.push(member.id)
      }
    }
    after = next
  } while (after !== undefined)
  return inner
}

/** People are in the same few groups again and again: what follows is worked out once for each combination, and what matters of it is kept. */
const rollOf = ({ direct, containers }: Sheets, concerns: (group: GroupReference) => boolean): Roll => {
  const follow = createNesting(containers)
  const known = new Map<string, Held>()
  const work = (groups: readonly GroupReference[]): Held => {
    const { groups: all, cycles } = follow(groups)
    return { groups: pushedGroups(all).filter(({ reference }) => concerns(reference)), cycles }
  }
  return ({ id, incarnation }) => {
    const places = (direct.get(id) ?? []).filter(({ life }) => life === incarnation)
    const groups = places.map(({ group }) => group)
    const key = groups.map((group) => group.id).join()
    const held = known.get(key) ?? work(groups)
    known.set(key, held)
    return held
  }
}

/** Group by group: those that concern rules, and below them whatever stands in them, each once. */
export const readRoll = async (
  deps: Reads,
  configuration: Configuration,
  connection: ConnectionId,
  inTime: InTime,
): Promise<Roll> => {
  const nested = await deps.directory.hasNestedGroups(connection)
  const concerns = concernsRules(configuration.rules, deps.patterns)
  const sheets: Sheets = { direct: new Map(), containers: new Map(), entered: new Set() }
  const names = new Map<GroupId, GroupReference>()
  const concerning = new Set<GroupId>()
  const below: GroupId[] = []
  let after: string | undefined
  do {
    inTime()
    const { items, next } = await deps.directory.scanGroups(connection, groupsPerPage, after)
    const groups = items.map(referenceTo)
    if (nested) for (const group of groups) names.set(group.id, group)
    for (const group of groups.filter(concerns)) {
      concerning.add(group.id)
      below.push(...(await enter(deps, connection, group, sheets, inTime)))
    }
    after = next
  } while (after !== undefined)
  // The list grows while it is walked; a group that came after the scan has a due item of its own.
  if (nested)
    for (const id of below) {
      const group = names.get(id)
      if (group !== undefined && !sheets.entered.has(id))
        below.push(...(await enter(deps, connection, group, sheets, inTime)))
    }
  return rollOf(sheets, ({ id }) => concerning.has(id))
}
