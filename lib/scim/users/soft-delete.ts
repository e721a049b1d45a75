import { fold } from '../../core/ids.ts'
import type { Attributes, AttributeValue } from '../../core/member.ts'
import { isList, isRecord, record } from '../body.ts'
import type { Note } from '../quirks.ts'

/** Entra ID frees the name of a deleted user by writing the 32 hexadecimal digits of its object id before it. */
const isTombstoneOf = (before: AttributeValue | undefined, after: AttributeValue | undefined): boolean => {
  if (typeof before !== 'string' || typeof after !== 'string') return false
  const [old, fresh] = [fold(before), fold(after)]
  return fresh.length === old.length + 32 && fresh.endsWith(old) && /^[0-9a-f]{32}/.test(fresh)
}

/**
 * That rename comes together with `active: false` and is no change of the person: written through, it would spoil the address platforms know
 * them by, and a returning person would be created a second time. The deactivation counts, the rename does not.
 */
export const withoutTombstoneNames = (before: Attributes, after: Attributes, note: Note): Attributes => {
  if (after.active !== false || !isTombstoneOf(before.userName, after.userName)) return after
  note('softDeleteRename')
  const emails = isList(after.emails) ? { emails: restored(before.emails, after.emails) } : {}
  return record({ ...after, ...emails, userName: before.userName ?? null })
}

const restored = (before: AttributeValue | undefined, after: readonly AttributeValue[]): AttributeValue => {
  const old = isList(before) ? before.filter(isRecord) : []
  return after.map((each) => {
    const original = isRecord(each) ? old.find((one) => isTombstoneOf(one.value, each.value)) : undefined
    return isRecord(each) && original !== undefined
      ? record({ ...each, value: original.value ?? null })
      : each
  })
}
