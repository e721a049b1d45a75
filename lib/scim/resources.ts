import { ConnectorError } from '../core/errors.ts'
import { fold } from '../core/ids.ts'
import type { Attributes, AttributeValue, Group, Member } from '../core/member.ts'
import type { GroupDraft, MemberDraft } from '../core/ports/directory.ts'
import { isList, isRecord, record } from './body.ts'
import type { ResourceSchema } from './schema.ts'

// Names become parts of DynamoDB keys (2,048 bytes), resources items (400 KB).
const maximumNameBytes = 1_024
const maximumResourceBytes = 300_000

/** Too long to be anybody's, as it is or folded: such a name is neither stored nor looked up. */
export const isTooLong = (name: string): boolean =>
  Buffer.byteLength(name) > maximumNameBytes || Buffer.byteLength(fold(name)) > maximumNameBytes

// RFC 7644 §5 prepares userNames by RFC 7613, which knows no control characters. They would reach terminals, too.
const control = /\p{Cc}/u

const checkName = (path: string, name: AttributeValue | undefined): void => {
  if (typeof name !== 'string') return
  if (isTooLong(name))
    throw new ConnectorError('invalidValue', `${path}: is longer than ${maximumNameBytes} bytes`, {
      field: path,
    })
  if (control.test(name))
    throw new ConnectorError('invalidValue', `${path}: holds control characters`, { field: path })
}
const checkSize = (attributes: Attributes): void => {
  if (Buffer.byteLength(JSON.stringify(attributes)) <= maximumResourceBytes) return
  throw new ConnectorError('payloadTooLarge', `the resource is larger than ${maximumResourceBytes} bytes`)
}

/** A member's attributes as one SCIM resource, without what is derived. */
export const memberResource = (member: Member): Attributes =>
  record({
    ...member.attributes,
    userName: member.userName,
    ...(member.externalId === undefined ? {} : { externalId: member.externalId }),
    ...(member.activeUnassigned ? {} : { active: member.active }),
  })

/**
 * A new User is active unless the resource says otherwise; one that was stored before stays as they were: taking the attribute away must not switch
 * anybody on or off.
 */
export const memberDraft = (resource: Attributes, before?: Pick<Member, 'active'>): MemberDraft => {
  const { userName, externalId, active, ...attributes } = resource
  checkName('userName', userName)
  checkName('externalId', externalId)
  const emails = isList(attributes.emails) ? attributes.emails : []
  for (const each of emails) if (isRecord(each)) checkName('emails.value', each.value)
  checkSize(attributes)
  return {
    userName: String(userName),
    ...(typeof externalId === 'string' ? { externalId } : {}),
    ...(typeof active === 'boolean' ? { active } : standing(before)),
    attributes: record(attributes),
  }
}

const standing = (before?: Pick<Member, 'active'>): Pick<MemberDraft, 'active' | 'activeUnassigned'> =>
  before === undefined ? { active: true } : { active: before.active, activeUnassigned: true }

export const groupResource = (group: Group): Attributes =>
  record({
    ...group.attributes,
    displayName: group.displayName,
    ...(group.externalId === undefined ? {} : { externalId: group.externalId }),
  })

export const groupDraft = (resource: Attributes): GroupDraft => {
  const { displayName, externalId, members: _, ...attributes } = resource
  checkName('displayName', displayName)
  checkName('externalId', externalId)
  checkSize(attributes)
  return {
    displayName: String(displayName),
    ...(typeof externalId === 'string' ? { externalId } : {}),
    attributes: record(attributes),
  }
}

export const versionTag = (resource: { readonly version: number }): string => `W/"${resource.version}"`

export const locationOf = (baseUrl: string, schema: ResourceSchema, id: string): string =>
  `${baseUrl}${schema.endpoint}/${id}`

/** How our ids look: what does not is nobody's. */
export const isUuid = (value: AttributeValue | undefined): boolean =>
  typeof value === 'string' && /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(value)
