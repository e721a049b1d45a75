import type { Attributes, AttributeValue, Group, GroupMember, HeldGroup, Member } from '../core/member.ts'
import type { AccessEntry } from '../core/ports/access.ts'
import { accessUrn, membershipUrn } from './definitions.ts'
import { locationOf, versionTag } from './resources.ts'
import { groupSchema, isUrn, type ResourceSchema, userSchema } from './schema.ts'

type Rendered = { [name: string]: AttributeValue }

/**
 * What all resources have, around their own attributes. Written once, name by name: a list renders hundreds of them for one answer. Names were checked
 * when they came in, so these may be plain objects.
 */
const rendered = (
  schema: ResourceSchema,
  resource: Member | Group,
  baseUrl: string,
  fill: (result: Rendered) => void,
): Attributes => {
  const schemas = [schema.urn]
  const result: Rendered = { schemas, id: resource.id }
  for (const name of Object.keys(resource.attributes)) result[name] = resource.attributes[name] ?? null
  fill(result)
  for (const name of Object.keys(result)) if (isUrn(name)) schemas.push(name)
  result.meta = {
    resourceType: schema.name,
    created: resource.created,
    lastModified: resource.lastModified,
    location: locationOf(baseUrl, schema, resource.id),
    version: versionTag(resource),
  }
  return result
}

const renderHeldGroup = (baseUrl: string, group: HeldGroup): Attributes => ({
  value: group.id,
  $ref: locationOf(baseUrl, groupSchema, group.id),
  display: group.displayName,
  type: group.through.length === 0 ? 'direct' : 'indirect',
})

/** The extension's schema knows these of it and no more. */
const shownEntry = ({
  detail: _,
  leaving: __,
  ...entry
}: AccessEntry): Omit<AccessEntry, 'detail' | 'leaving'> => entry

/** What a client reads of a User, with as much of what is derived as it asked for. */
export const renderUser = (
  baseUrl: string,
  member: Member,
  derived: { readonly groups: readonly HeldGroup[]; readonly access: readonly AccessEntry[] },
): Attributes =>
  rendered(userSchema, member, baseUrl, (result) => {
    const { groups, access } = derived
    result.userName = member.userName
    if (member.externalId !== undefined) result.externalId = member.externalId
    if (!member.activeUnassigned) result.active = member.active
    if (groups.length > 0) result.groups = groups.map((each) => renderHeldGroup(baseUrl, each))
    if (access.length > 0) result[accessUrn] = { assignments: access.map(shownEntry) }
  })

export const renderMembership = (baseUrl: string, { type, id }: GroupMember): Attributes => ({
  value: id,
  $ref: locationOf(baseUrl, type === 'User' ? userSchema : groupSchema, id),
  type,
})

/** Members of a group as far as an answer carries them. */
export type Members =
  | { readonly kind: 'unasked' }
  | { readonly kind: 'inline'; readonly list: readonly GroupMember[] }
  /** Left out whole, never cut: half a list would read as removals. */
  | { readonly kind: 'tooMany' }

export const renderGroup = (baseUrl: string, group: Group, members: Members): Attributes =>
  rendered(groupSchema, group, baseUrl, (result) => {
    result.displayName = group.displayName
    if (group.externalId !== undefined) result.externalId = group.externalId
    if (members.kind === 'inline' && members.list.length > 0)
      result.members = members.list.map((each) => renderMembership(baseUrl, each))
    if (members.kind === 'tooMany')
      result[membershipUrn] = {
        memberCount: group.memberCount,
        members: `${locationOf(baseUrl, groupSchema, group.id)}/members`,
      }
  })
