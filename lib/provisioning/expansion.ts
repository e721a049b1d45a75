import { unreachable } from '../core/errors.ts'
import type { ConnectionId, GroupId, GroupMemberId, MemberId } from '../core/ids.ts'
import type { GroupMember } from '../core/member.ts'
import { personKey } from '../core/plan-scene.ts'
import type { Due, DueSubject } from '../core/work.ts'
import type { Provisioning } from './deps.ts'
import { inParallel } from './parallel.ts'

/** Members looked at per step: a group of any size is worked off in steps that fit into one invocation. */
const step = 500
/** Rows deleted under a tombstone per step. */
const purgeStep = 1000
/** Rows read at once in search of groups. */
const rowsPerPage = 1000
const lanes = 8

export type Expansion = {
  readonly due: Due
  readonly members: readonly MemberId[]
  /** Others to be looked at because of it, on their own. */
  readonly more: readonly DueSubject[]
  /** What of the due item comes after this step. */
  readonly rest?: DueSubject
}
/** What was taken care of since everything at hand was seen: none of it asks for the same again. */
export type Covered = {
  /** Due on their own, and so is all that is below them. */
  readonly groups: Set<string>
  /** Looked at. */
  readonly people: Set<string>
}
type ExpansionDeps = Pick<Provisioning, 'directory' | 'upkeep'>
type GroupDue = Extract<Due, { readonly kind: 'group' }>

const nameOf = (connection: ConnectionId, group: GroupId): string => `${connection}#${group}`

/** To be told once the others stand as due items. */
export const cover = (covered: Covered, { due: { connection }, more }: Expansion): void => {
  for (const one of more)
    if (one.kind === 'group' && one.own) covered.groups.add(nameOf(connection, one.group))
}

/** To be told once their work stands. */
export const lookedAt = (covered: Covered, expansion: Expansion): void => {
  const { connection } = expansion.due
  for (const member of expansion.members) covered.people.add(personKey({ connection, member }))
}

/** Who is still to be looked at. What an intent did just now nobody has seen. */
export const unseen = ({ due, members }: Expansion, { people }: Covered): readonly MemberId[] =>
  due.kind === 'intent'
    ? members
    : members.filter((member) => !people.has(personKey({ connection: due.connection, member })))

const usersIn = (members: readonly GroupMember[]): readonly MemberId[] =>
  members.flatMap((member) => (member.type === 'User' ? [member.id] : []))
const groupsIn = (members: readonly GroupMember[]): readonly GroupId[] =>
  members.flatMap((member) => (member.type === 'Group' ? [member.id] : []))

/** Rows, not the living: what stands under a tombstone still leads to people. */
const groupsDirectlyIn = async (
  { upkeep }: ExpansionDeps,
  connection: ConnectionId,
  group: GroupId,
): Promise<readonly GroupId[]> => {
  const found: GroupId[] = []
  let after: GroupMemberId | undefined
  do {
    const { items, next } = await upkeep.membersUnder(connection, group, rowsPerPage, after)
    found.push(...groupsIn(items))
    after = next
  } while (after !== undefined)
  return found
}

/** Every other group below, by whatever way, nearest first and then by id. None is entered twice, so that it ends on any graph. */
const groupsBelow = async (
  deps: ExpansionDeps,
  connection: ConnectionId,
  group: GroupId,
  covered: Covered,
): Promise<readonly GroupId[]> => {
  const reached = new Set([group])
  const isNew = (id: GroupId): boolean => !reached.has(id) && !covered.groups.has(nameOf(connection, id))
  let ring: readonly GroupId[] = [group]
  while (ring.length > 0) {
    const inner = await inParallel(ring, lanes, (one) => groupsDirectlyIn(deps, connection, one))
    ring = [...new Set(inner.flat())].filter(isNew).toSorted()
    for (const id of ring) reached.add(id)
  }
  reached.delete(group)
  return [...reached]
}

/** One step of its own members; with the first, everything below it becomes due on its own, and looks no further down. */
const expandGroup = async (deps: ExpansionDeps, due: GroupDue, covered: Covered): Promise<Expansion> => {
  const { connection, group, own, after } = due
  const live = (await deps.directory.group(connection, group)) !== undefined
  const below = live ? deps.directory.membersOf : deps.upkeep.membersUnder
  const { items, next } = await below(connection, group, step, after)
  // Under a tombstone may lie the last groups that stood in another.
  const wide = own !== true && (!live || (await deps.directory.hasNestedGroups(connection)))
  const inner = wide ? await groupsBelow(deps, connection, group, covered) : []
  return {
    due,
    members: usersIn(items),
    more: inner.map((id) => ({ kind: 'group', group: id, own: true })),
    ...(next === undefined ? {} : { rest: { kind: 'group', group, own: true, after: next } }),
  }
}

/** The members a due item is about, one step of them. */
export const expand = async (deps: ExpansionDeps, due: Due, covered: Covered): Promise<Expansion> => {
  switch (due.kind) {
    case 'member':
      return { due, members: [due.member], more: [] }
    case 'intent': {
      const touched = await deps.upkeep.rollForward(due.connection, due.group, due.intent)
      const moved = groupsIn(touched)
      return {
        due,
        members: usersIn(touched),
        more: moved.map((group) => ({ kind: 'group', group })),
      }
    }
    case 'group':
      return expandGroup(deps, due, covered)
    default:
      return unreachable(due)
  }
}

/** Rows under a tombstone, deleted step by step once everybody below it has been looked at. Resolves to what is left to do. */
export const finishTombstone = async (deps: ExpansionDeps, due: Due): Promise<DueSubject | undefined> => {
  switch (due.kind) {
    case 'member': {
      const member = await deps.directory.memberOrTombstone(due.connection, due.member)
      if (member?.deletedAt === undefined) return undefined
      const whole = await deps.upkeep.purge(due.connection, { kind: 'member', id: due.member }, purgeStep)
      return whole ? undefined : { kind: 'member', member: due.member }
    }
    case 'group': {
      if ((await deps.directory.group(due.connection, due.group)) !== undefined) return undefined
      const whole = await deps.upkeep.purge(due.connection, { kind: 'group', id: due.group }, purgeStep)
      if (whole) return undefined
      const { group, after } = due
      return { kind: 'group', group, own: true, ...(after === undefined ? {} : { after }) }
    }
    case 'intent':
      return undefined
    default:
      return unreachable(due)
  }
}
