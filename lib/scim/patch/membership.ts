import { ConnectorError } from '../../core/errors.ts'
import { type GroupMemberId, memberId } from '../../core/ids.ts'
import type { AttributeValue } from '../../core/member.ts'
import type { MembershipDelta } from '../../core/ports/directory.ts'
import { isList, isRecord } from '../body.ts'
import type { Filter } from '../filter/filter.ts'
import { isAbsent, read } from '../json.ts'
import type { Note } from '../quirks.ts'
import type { Operation } from './operation.ts'
import type { PatchPath } from './path.ts'

export const isMembership = (operation: Operation): boolean => attributeOf(operation.path) === 'members'
const attributeOf = (path: PatchPath): string | undefined => {
  if (path.kind === 'attribute') return path.attribute.path
  return path.kind === 'elements' ? path.path.attribute.path : undefined
}

/**
 * Membership operations in their order → what to add and what to remove. The list itself is never read: a group of 100,000 costs the same as
 * one of 10, and two requests at once cannot overwrite each other.
 */
export const compileMembership = (
  operations: readonly Operation[],
  note: Note,
): MembershipDelta | undefined => {
  const wishes = new Map<GroupMemberId, 'add' | 'remove'>()
  let fromScratch = false
  for (const operation of operations) {
    const wish = wishOf(operation, note)
    if (wish.clear) {
      fromScratch = true
      wishes.clear()
    }
    for (const id of wish.ids) wishes.set(id, wish.kind)
  }
  const wanted = (kind: 'add' | 'remove'): readonly GroupMemberId[] =>
    [...wishes].filter(([, each]) => each === kind).map(([id]) => id)
  if (fromScratch) return { kind: 'replace', members: wanted('add') }
  return wishes.size === 0 ? undefined : { kind: 'delta', add: wanted('add'), remove: wanted('remove') }
}

type Wish = {
  readonly kind: 'add' | 'remove'
  readonly ids: readonly GroupMemberId[]
  readonly clear: boolean
}

const wishOf = ({ op, path, value, sent }: Operation, note: Note): Wish => {
  if (path.kind === 'elements') {
    if (op !== 'remove' || path.sub !== undefined)
      throw new ConnectorError('mutability', 'members: a membership can be added or removed, not changed')
    return { kind: 'remove', ids: idsOf(path.filter), clear: false }
  }
  if (path.kind === 'attribute' && path.sub !== undefined)
    throw new ConnectorError('mutability', `${path.sub.path}: is fixed once a member is in the group`)
  if (sent === null) throw nullMembers()
  checkNamed(sent)
  if (op === 'add') return { kind: 'add', ids: memberIds(value), clear: false }
  if (op === 'replace') return { kind: 'add', ids: memberIds(value), clear: true }
  if (sent === undefined) return { kind: 'remove', ids: [], clear: true }
  note('removalByValue')
  // An empty list of members to remove names nobody; reading it as "everybody" would empty the group.
  return { kind: 'remove', ids: memberIds(value), clear: false }
}

/** `value eq "a"`, or several of these joined by `or`: whatever else a membership has is derived. */
const idsOf = (filter: Filter): readonly GroupMemberId[] => {
  if (filter.kind === 'or') return filter.filters.flatMap(idsOf)
  if (filter.kind === 'compare' && filter.operator === 'eq' && filter.path.attribute.name === 'value')
    return [memberId(String(filter.value))]
  throw new ConnectorError(
    'invalidFilter',
    'members: supported filters are value eq "<id>", and several of them joined by or',
  )
}

/** An empty text or a null names nobody by mistake; taken for an empty list, it would empty the group. */
export const checkNamed = (value: AttributeValue | undefined): void => {
  if (isAbsent(value)) return
  const list = isList(value) ? value : [value]
  if (list.some((each) => each === null || each === '')) throw unnamed()
}

/** Null is how some write "not set"; taken for an empty list, it would empty the group. */
const nullMembers = (): ConnectorError =>
  new ConnectorError(
    'invalidValue',
    'members: null says nothing about them; leave the operation out to keep the members, or send "replace" with [] or "remove" without a value to empty the group',
    { field: 'members' },
  )

const unnamed = (rule = 'must be the id of a User or a Group'): ConnectorError =>
  new ConnectorError('invalidValue', `members.value: ${rule}`, { field: 'members.value' })

/** `members`, by POST, PUT or PATCH. Whether an id is a User's or a Group's is for the directory to know: `type` and `display` are not read. */
export const memberIds = (value: AttributeValue | undefined): readonly GroupMemberId[] => {
  if (isAbsent(value)) return []
  if (!isList(value))
    throw new ConnectorError('invalidValue', 'members: must be a list', { field: 'members' })
  return [...new Set(value.map(memberIdOf))]
}

const memberIdOf = (element: AttributeValue): GroupMemberId => {
  if (!isRecord(element)) throw unnamed()
  // SCIM 1.1 lists who is to go among those who are to stay.
  if (read(element, 'operation') !== undefined)
    throw unnamed('"operation" is SCIM 1.1; send a PATCH with "remove" (RFC 7644 §3.5.2.2)')
  const id = read(element, 'value')
  if (typeof id !== 'string' || id === '') throw unnamed()
  return memberId(id)
}
