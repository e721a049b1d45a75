import { ConnectorError } from '../../core/errors.ts'
import type { GroupMemberId } from '../../core/ids.ts'
import type { Attributes, AttributeValue, Group } from '../../core/member.ts'
import type { GroupChange, GroupDraft, GroupWrite, MembershipDelta } from '../../core/ports/directory.ts'
import { parseBody, record } from '../body.ts'
import type { Exchange, Operation } from '../exchange.ts'
import { isUuid } from '../filter/plan.ts'
import { read, sameValue } from '../json.ts'
import { checkResourceSchemas } from '../messages.ts'
import { normaliseResource } from '../normalise.ts'
import { applyOperations } from '../patch/apply.ts'
import { checkNamed, compileMembership, isMembership, memberIds } from '../patch/membership.ts'
import { type Operation as PatchOperation, parsePatch } from '../patch/message.ts'
import { checkIfMatch } from '../preconditions.ts'
import { projectionOf } from '../projection.ts'
import { groupDraft, groupResource, locationOf, versionTag } from '../resources.ts'
import { untilWritten } from '../retry.ts'
import { groupSchema } from '../schema.ts'
import { requireAttributes, validateResource } from '../validate.ts'
import { existing } from './existing.ts'
import { groupAnswer } from './read.ts'

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
const parsed = ({ request, note }: Exchange): Sent => {
  const body = parseBody(request.body)
  checkResourceSchemas(groupSchema, body, note)
  const sent = sentMembers(body)
  checkNamed(sent)
  const normalised = normaliseResource(groupSchema, body, note)
  const members = read(normalised, 'members')
  const own = Object.entries(normalised).filter(([name]) => name.toLowerCase() !== 'members')
  const resource = validateResource(groupSchema, record(Object.fromEntries(own)))
  requireAttributes(groupSchema, resource)
  // Null is how some write "not set": like a body without them, it says nothing. Only a list can empty a group.
  const isMentioned = sent !== undefined && sent !== null
  return { draft: groupDraft(resource), members: isMentioned ? checkedIds(memberIds(members)) : undefined }
}

const unknownMembers = (count: number): ConnectorError =>
  new ConnectorError(
    'invalidValue',
    `members.value: ${count} of the ids are neither Users nor Groups of this connection; create them first`,
    {
      field: 'members.value',
    },
  )

/** Ids are ours, so what does not look like one is nobody. */
const checkedIds = (ids: readonly GroupMemberId[]): readonly GroupMemberId[] => {
  const unknown = ids.filter((id) => !isUuid(id))
  if (unknown.length > 0) throw unknownMembers(unknown.length)
  return ids
}

const settled = (write: GroupWrite): Group | 'stale' => {
  switch (write.kind) {
    case 'written':
      return write.group
    case 'stale':
      return 'stale'
    case 'taken':
      throw new ConnectorError(
        'uniqueness',
        `${write.attribute}: is in use by another Group of this connection`,
        {
          field: write.attribute,
        },
      )
    case 'unknownMembers':
      throw unknownMembers(write.ids.length)
  }
}

/** RFC 7644 §3.3. */
export const createGroup: Operation = async (exchange) => {
  const { request, clock, directory, stamp } = exchange
  projectionOf(groupSchema, request.query)
  const { draft, members = [] } = parsed(exchange)
  const group = await untilWritten(clock, async () =>
    settled(await directory.createGroup(stamp, draft, members)),
  )
  const answer = await groupAnswer(exchange, 201, group)
  const location = locationOf(request.baseUrl, groupSchema, group.id)
  return { ...answer, headers: { ...answer.headers, location } }
}

const sameDraft = (group: Group, draft: GroupDraft): boolean =>
  group.displayName === draft.displayName &&
  group.externalId === draft.externalId &&
  sameValue(group.attributes, draft.attributes)

const update = (
  exchange: Exchange,
  id: string,
  change: (before: Group) => { readonly draft: GroupDraft; readonly members: MembershipDelta | undefined },
): Promise<Group> =>
  untilWritten(exchange.clock, async () => {
    const before = await existing(exchange, id)
    checkIfMatch(exchange.request, before)
    const { draft, members } = change(before)
    // Okta sends the name with every membership change: only a name that differs makes it a change of the group itself.
    const wish: GroupChange = {
      ...(sameDraft(before, draft) ? {} : { draft }),
      ...(members === undefined ? {} : { members }),
    }
    return settled(await exchange.directory.changeGroup(exchange.stamp, before, wish))
  })

/**
 * RFC 7644 §3.5.1. A list that is sent is the whole list and stored as the difference, `[]` included. A body without `members` says nothing about
 * them (the RFC leaves it to us): an identity provider that renames a group must not empty it.
 */
export const replaceGroup: Operation = async (exchange, id) => {
  projectionOf(groupSchema, exchange.request.query)
  const { draft, members } = parsed(exchange)
  const delta = members === undefined ? undefined : ({ kind: 'replace', members } as const)
  const group = await update(exchange, id, () => ({ draft, members: delta }))
  return groupAnswer(exchange, 200, group)
}

const patched = ({ note }: Exchange, group: Group, operations: readonly PatchOperation[]): GroupDraft => {
  const resource = applyOperations(groupResource(group), operations, note)
  requireAttributes(groupSchema, resource)
  return groupDraft(resource)
}

/** Adding nobody is refused, removing nobody is nothing to do. */
const checkedDelta = (delta: MembershipDelta | undefined): MembershipDelta | undefined => {
  if (delta === undefined) return undefined
  if (delta.kind === 'replace') return { kind: 'replace', members: checkedIds(delta.members) }
  return { kind: 'delta', add: checkedIds(delta.add), remove: delta.remove.filter(isUuid) }
}

/** RFC 7644 §3.5.2: 204, unless the client names the attributes it wants to see. */
export const patchGroup: Operation = async (exchange, id) => {
  const { request, note } = exchange
  const projection = projectionOf(groupSchema, request.query)
  const operations = parsePatch(groupSchema, parseBody(request.body), note)
  const members = checkedDelta(compileMembership(operations.filter(isMembership), note))
  const own = operations.filter((each) => !isMembership(each))
  const group = await update(exchange, id, (before) => ({ draft: patched(exchange, before, own), members }))
  if (projection.kind === 'only') return groupAnswer(exchange, 200, group)
  return { status: 204, headers: { etag: versionTag(group) } }
}

/** RFC 7644 §3.6. */
export const deleteGroup: Operation = async (exchange, id) => {
  await untilWritten(exchange.clock, async () => {
    const before = await existing(exchange, id)
    checkIfMatch(exchange.request, before)
    return settled(await exchange.directory.deleteGroup(exchange.stamp, before))
  })
  return { status: 204 }
}
