import { ConnectorError } from '../../core/errors.ts'
import type { Attributes, Member } from '../../core/member.ts'
import type { MemberDraft, MemberWrite } from '../../core/ports/directory.ts'
import { parseBody } from '../body.ts'
import type { Exchange, Operation } from '../exchange.ts'
import { checkResourceSchemas } from '../messages.ts'
import { normaliseResource } from '../normalise.ts'
import { applyOperations } from '../patch/apply.ts'
import { parsePatch } from '../patch/message.ts'
import { checkIfMatch } from '../preconditions.ts'
import { projectionOf } from '../projection.ts'
import { locationOf, memberDraft, memberResource } from '../resources.ts'
import { untilWritten } from '../retry.ts'
import { userSchema } from '../schema.ts'
import { requireAttributes, validateResource } from '../validate.ts'
import { existing, userAnswer } from './read.ts'
import { withoutTombstoneNames } from './soft-delete.ts'

const parsed = ({ request, note }: Exchange): Attributes => {
  const body = parseBody(request.body)
  checkResourceSchemas(userSchema, body, note)
  const resource = validateResource(userSchema, normaliseResource(userSchema, body, note))
  requireAttributes(userSchema, resource)
  return resource
}

const taken = (attribute: string): ConnectorError =>
  new ConnectorError('uniqueness', `${attribute}: is in use by another User of this connection`, {
    field: attribute,
  })

/** A departed record that this person may come back to: named by externalId, or by userName with no other externalId against it. */
const isSamePerson = (record: Member, draft: MemberDraft): boolean => {
  if (record.active && record.deletedAt === undefined) return false
  return (
    record.externalId === undefined ||
    draft.externalId === undefined ||
    record.externalId === draft.externalId
  )
}

const createOrRestore = async (exchange: Exchange, draft: MemberDraft): Promise<Member | 'stale'> => {
  const { directory, stamp } = exchange
  const created = await directory.createMember(stamp, draft)
  if (created.kind !== 'taken') return settled(created)
  if (!isSamePerson(created.by, draft)) throw taken(created.attribute)
  // Okta re-creates who it has deactivated: 409 would strand them, a second record would lose their history.
  return settled(await directory.updateMember(stamp, created.by, draft))
}

const settled = (write: MemberWrite): Member | 'stale' => {
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
export const createUser: Operation = async (exchange) => {
  const { request, clock } = exchange
  projectionOf(userSchema, request.query)
  const draft = memberDraft(parsed(exchange), true)
  const member = await untilWritten(clock, () => createOrRestore(exchange, draft))
  const answer = await userAnswer(exchange, 201, member)
  const location = locationOf(request.baseUrl, userSchema, member.id)
  return { ...answer, headers: { ...answer.headers, location } }
}

const update = (
  exchange: Exchange,
  id: string,
  change: (before: Attributes) => Attributes,
): Promise<Member> =>
  untilWritten(exchange.clock, async () => {
    const before = await existing(exchange, id)
    checkIfMatch(exchange.request, before)
    const old = memberResource(before)
    const next = withoutTombstoneNames(old, change(old), exchange.note)
    requireAttributes(userSchema, next)
    // §3.5.1: a PUT that does not mention `active` must not switch anybody on.
    const draft = memberDraft(next, before.active)
    return settled(await exchange.directory.updateMember(exchange.stamp, before, draft))
  })

/** RFC 7644 §3.5.1: everything the body leaves out is cleared, except `active`. */
export const replaceUser: Operation = async (exchange, id) => {
  projectionOf(userSchema, exchange.request.query)
  const resource = parsed(exchange)
  const member = await update(exchange, id, (before) =>
    resource.active === undefined ? { ...resource, active: before.active ?? true } : resource,
  )
  return userAnswer(exchange, 200, member)
}

/** RFC 7644 §3.5.2. */
export const patchUser: Operation = async (exchange, id) => {
  const { request, note } = exchange
  projectionOf(userSchema, request.query)
  const operations = parsePatch(userSchema, parseBody(request.body), note)
  const member = await update(exchange, id, (before) => applyOperations(before, operations, note))
  return userAnswer(exchange, 200, member)
}

/** RFC 7644 §3.6. */
export const deleteUser: Operation = async (exchange, id) => {
  await untilWritten(exchange.clock, async () => {
    const before = await existing(exchange, id)
    checkIfMatch(exchange.request, before)
    return settled(await exchange.directory.deleteMember(exchange.stamp, before))
  })
  return { status: 204 }
}
