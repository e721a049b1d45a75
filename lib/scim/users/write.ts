import { ConnectorError } from '../../core/errors.ts'
import type { Attributes, Member } from '../../core/member.ts'
import type { MemberDraft, MemberWrite } from '../../core/ports/directory.ts'
import type { Exchange } from '../exchange.ts'
import { keepImmutable } from '../immutable.ts'
import { applyOperations } from '../patch/apply.ts'
import { receivedOperations, receivedResource } from '../received.ts'
import type { ResourceVerbs, Written } from '../resource-type.ts'
import { memberDraft, memberResource } from '../resources.ts'
import { userSchema } from '../schema.ts'
import { requireAttributes } from '../validate.ts'
import { withoutTombstoneNames } from './soft-delete.ts'

type Verbs = ResourceVerbs<Member>

const taken = (attribute: string): ConnectorError =>
  new ConnectorError('uniqueness', `${attribute}: is in use by another User of this connection`, {
    field: attribute,
  })

/**
 * A record that this person may come back to, or that a login made for them: named by externalId, or by userName with no other externalId against it.
 */
const isSamePerson = (record: Member, draft: MemberDraft): boolean => {
  const taken = record.active && record.deletedAt === undefined
  if (taken && record.createdAtLogin !== true) return false
  return (
    record.externalId === undefined ||
    draft.externalId === undefined ||
    record.externalId === draft.externalId
  )
}

const settled = (write: MemberWrite): Written<Member> => {
  switch (write.kind) {
    case 'written':
      return write.member
    case 'stale':
      return 'stale'
    case 'taken':
      throw taken(write.attribute)
  }
}

/** RFC 7644 §3.3. A departed person comes back under the id they had. */
export const create: Verbs['create'] = (exchange) => {
  const { directory, stamp } = exchange
  const draft = memberDraft(receivedResource(userSchema, exchange, exchange.body()))
  return async () => {
    const created = await directory.createMember(stamp, draft)
    if (created.kind !== 'taken') return settled(created)
    if (!isSamePerson(created.by, draft)) throw taken(created.attribute)
    // Okta re-creates who it has deactivated, and nobody has told it whom a login created: 409 would strand them, a second record would lose their history.
    return settled(await directory.updateMember(stamp, created.by, draft))
  }
}

const update = async (exchange: Exchange, before: Member, wanted: Attributes): Promise<Written<Member>> => {
  const next = withoutTombstoneNames(memberResource(before), wanted, exchange.note)
  requireAttributes(userSchema, next)
  const draft = memberDraft(next, before)
  const written = settled(await exchange.directory.updateMember(exchange.stamp, before, draft))
  // What changes nothing writes nothing, and is a word about the person all the same.
  if (written !== 'stale' && written.version === before.version) await exchange.mentioned([written])
  return written
}

/** RFC 7644 §3.5.1: everything the body leaves out is cleared, except `active`: leaving it out must not switch anybody on. */
export const replace: Verbs['replace'] = (exchange) => {
  const resource = receivedResource(userSchema, exchange, exchange.body())
  return (before) => {
    const { active } = memberResource(before)
    const isKept = resource.active === undefined && active !== undefined
    const wanted = keepImmutable(userSchema, memberResource(before), resource)
    return update(exchange, before, isKept ? { ...wanted, active } : wanted)
  }
}

/** RFC 7644 §3.5.2. */
export const patch: Verbs['patch'] = (exchange) => {
  const operations = receivedOperations(userSchema, exchange)
  return (before) =>
    update(exchange, before, applyOperations(memberResource(before), operations, exchange.note))
}

/** RFC 7644 §3.6. */
export const remove: Verbs['remove'] = async ({ directory, stamp }, before) =>
  settled(await directory.deleteMember(stamp, before))
