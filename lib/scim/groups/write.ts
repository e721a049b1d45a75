import { ConnectorError } from '../../core/errors.ts'
import type { GroupMemberId } from '../../core/ids.ts'
import type { Attributes, AttributeValue, Group } from '../../core/member.ts'
import type { GroupChange, GroupDraft, GroupWrite, MembershipDelta } from '../../core/ports/directory.ts'
import { record } from '../body.ts'
import type { Exchange } from '../exchange.ts'
import { sameValue } from '../json.ts'
import { normaliseAttribute } from '../normalise.ts'
import { applyOperations } from '../patch/apply.ts'
import { checkNamed, compileMembership, isMembership, memberIds } from '../patch/membership.ts'
import { receivedOperations, receivedResource } from '../received.ts'
import type { ResourceVerbs, Written } from '../resource-type.ts'
import { groupDraft, groupResource, isUuid } from '../resources.ts'
import { attributeNamed, groupSchema } from '../schema.ts'
import { requireAttributes } from '../validate.ts'

type Verbs = ResourceVerbs<Group>
type Sent = { readonly draft: GroupDraft; readonly members: readonly GroupMemberId[] | undefined }

/** As sent: read before normalisation, which drops what stands for nothing. */
const sentMembers = (body: Attributes): AttributeValue | undefined => {
  const [members, second] = Object.entries(body).filter(([name]) => name.toLowerCase() === 'members')
  if (second !== undefined)
    throw new ConnectorError('invalidValue', 'members: is given twice, in different case', {
      field: 'members',
    })
  return members?.[1]
}

/** `members` goes its own way: the list may be longer than any attribute, and is stored as rows. */
const received = (exchange: Exchange): Sent => {
  const body = exchange.body()
  const sent = sentMembers(body)
  checkNamed(sent)
  const own = Object.entries(body).filter(([name]) => name.toLowerCase() !== 'members')
  const resource = receivedResource(groupSchema, exchange, record(Object.fromEntries(own)))
  const attribute = attributeNamed(groupSchema.attributes, 'members')
  const members =
    attribute && sent !== undefined ? normaliseAttribute(attribute, sent, exchange.note) : undefined
  // Null is how some write "not set": like a body without them, it says nothing. Only a list can empty a group.
  const isMentioned = sent !== undefined && sent !== null
  return { draft: groupDraft(resource), members: isMentioned ? checkedIds(memberIds(members)) : undefined }
}

const unknownMembers = (count: number): ConnectorError =>
  new ConnectorError(
    'invalidValue',
    `members.value: ${count} of the ids are neither Users nor Groups of this connection; create them first`,
    { field: 'members.value' },
  )

/** Ids are ours, so what does not look like one is nobody. */
const checkedIds = (ids: readonly GroupMemberId[]): readonly GroupMemberId[] => {
  const unknown = ids.filter((id) => !isUuid(id))
  if (unknown.length > 0) throw unknownMembers(unknown.length)
  return ids
}

const settled = ({ noteCycles }: Exchange, write: GroupWrite): Written<Group> => {
  switch (write.kind) {
    case 'written':
      if (write.cycles.length > 0) noteCycles(write.cycles)
      return write.group
    case 'stale':
      return 'stale'
    case 'taken':
      throw new ConnectorError(
        'uniqueness',
        `${write.attribute}: is in use by another Group of this connection`,
        { field: write.attribute },
      )
    case 'unknownMembers':
      throw unknownMembers(write.ids.length)
  }
}

/** RFC 7644 §3.3. */
export const create: Verbs['create'] = (exchange) => {
  const { draft, members = [] } = received(exchange)
  return async () => settled(exchange, await exchange.directory.createGroup(exchange.stamp, draft, members))
}

const sameDraft = (group: Group, draft: GroupDraft): boolean =>
  group.displayName === draft.displayName &&
  group.externalId === draft.externalId &&
  sameValue(group.attributes, draft.attributes)

const change = async (
  exchange: Exchange,
  before: Group,
  draft: GroupDraft,
  members: MembershipDelta | undefined,
): Promise<Written<Group>> => {
  // Okta sends the name with every membership change: only a name that differs makes it a change of the group itself.
  const wish: GroupChange = {
    ...(sameDraft(before, draft) ? {} : { draft }),
    ...(members === undefined ? {} : { members }),
  }
  return settled(exchange, await exchange.directory.changeGroup(exchange.stamp, before, wish))
}

/**
 * RFC 7644 §3.5.1. A list that is sent is the whole list and stored as the difference, `[]` included. A body without `members` says nothing about
 * them (the RFC leaves it to us): an identity provider that renames a group must not empty it.
 */
export const replace: Verbs['replace'] = (exchange) => {
  const { draft, members } = received(exchange)
  const delta = members === undefined ? undefined : ({ kind: 'replace', members } as const)
  return (before) => change(exchange, before, draft, delta)
}

/** Adding nobody is refused, removing nobody is nothing to do. */
const checkedDelta = (delta: MembershipDelta | undefined): MembershipDelta | undefined => {
  if (delta === undefined) return undefined
  if (delta.kind === 'replace') return { kind: 'replace', members: checkedIds(delta.members) }
  return { kind: 'delta', add: checkedIds(delta.add), remove: delta.remove.filter(isUuid) }
}

/** RFC 7644 §3.5.2. A membership operation never reads the list of members. */
export const patch: Verbs['patch'] = (exchange) => {
  const { note } = exchange
  const operations = receivedOperations(groupSchema, exchange)
  const members = checkedDelta(compileMembership(operations.filter(isMembership), note))
  const own = operations.filter((each) => !isMembership(each))
  return async (before) => {
    const resource = applyOperations(groupResource(before), own, note)
    requireAttributes(groupSchema, resource)
    return change(exchange, before, groupDraft(resource), members)
  }
}

/** RFC 7644 §3.6. */
export const remove: Verbs['remove'] = async (exchange, before) =>
  settled(exchange, await exchange.directory.deleteGroup(exchange.stamp, before))
