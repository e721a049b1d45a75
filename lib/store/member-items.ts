import { createHash } from 'node:crypto'
import { ConnectorError } from '../core/errors.ts'
import { fold } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import type { MemberDraft } from '../core/ports/directory.ts'
import { bareAttributes, changedNames } from './attributes-text.ts'
import { fitsKey, memberKey } from './keys.ts'
import { emailsOf } from './member-emails.ts'
import { recordOf, withRecord } from './records.ts'
import type { Item } from './table-client.ts'

/** Beside the record stand the attributes that conditions name, and the salt of this person's audit commitments. */
export const memberItem = ({ mentionedAt, ...member }: Member, salt: string): Item => ({
  ...withRecord(memberKey(member.connection, member.id), member),
  ...(mentionedAt === undefined ? {} : { mentionedAt }),
  version: member.version,
  incarnation: member.incarnation,
  salt,
  ...(member.deletedAt === undefined ? {} : { deletedAt: member.deletedAt }),
})

/** Of members that were read or written here: whoever read one to write it need not read it again for its salt, which never changes. */
const salts = new WeakMap<Member, string>()
export const saltOf = (member: Member): string | undefined => salts.get(member)
export const withSalt = (member: Member, salt: string): Member => {
  salts.set(member, salt)
  return member
}

export const memberOf = (item: Item): Member => {
  const record = recordOf<Member>(item)
  const mentioned =
    typeof item.mentionedAt === 'string' ? { mentionedAt: item.mentionedAt as Member['created'] } : {}
  return withSalt(
    { ...record, ...mentioned, attributes: bareAttributes(record.attributes) },
    String(item.salt),
  )
}

export const isLive = (resource: { readonly deletedAt?: string }): boolean => resource.deletedAt === undefined

const draftOf = (draft: MemberDraft): MemberDraft => ({
  userName: draft.userName,
  ...(draft.externalId === undefined ? {} : { externalId: draft.externalId }),
  active: draft.active,
  ...(draft.activeUnassigned === undefined ? {} : { activeUnassigned: draft.activeUnassigned }),
  attributes: draft.attributes,
  ...(draft.createdAtLogin === undefined ? {} : { createdAtLogin: draft.createdAtLogin }),
})

const flat = (draft: MemberDraft): object => {
  const { attributes, ...own } = draftOf(draft)
  return { ...Object.fromEntries(Object.entries(attributes)), ...own }
}

export const memberChanges = (before: MemberDraft, after: MemberDraft): readonly string[] =>
  changedNames(flat(before), flat(after))

export const checkNames = (names: Readonly<Record<string, string | undefined>>): void => {
  for (const [field, value = ''] of Object.entries(names))
    if (!fitsKey(value))
      throw new ConnectorError('invalidValue', `${field} is longer than 1024 bytes: shorten it`, { field })
}

/** The record as the draft wants it, carrying on from what was there. */
export const nextMember = (before: Member, draft: MemberDraft, at: Member['created']): Member => {
  const inactiveSince = draft.active
    ? undefined
    : (isLive(before) && !before.active && before.inactiveSince) || at
  return {
    ...draftOf(draft),
    connection: before.connection,
    id: before.id,
    version: before.version + 1,
    incarnation: before.incarnation + (isLive(before) ? 0 : 1),
    created: before.created,
    lastModified: at,
    ...(inactiveSince === undefined ? {} : { inactiveSince }),
  }
}

/** Personal values enter the audit as commitments only: without the salt on the member's item they say nothing. */
export const commitmentsOf = (member: Member, salt: string) => {
  const commit = (value: string) =>
    createHash('sha256')
      .update(`${salt}\n${fold(value)}`)
      .digest('hex')
  return { userName: commit(member.userName), emails: emailsOf(member).map(commit) }
}
