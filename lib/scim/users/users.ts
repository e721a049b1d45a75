import { memberId } from '../../core/ids.ts'
import type { Attributes, Member } from '../../core/member.ts'
import { isList, record } from '../body.ts'
import { accessUrn } from '../definitions.ts'
import type { Exchange } from '../exchange.ts'
import { names, type Projection, wants } from '../projection.ts'
import { renderUser } from '../rendering.ts'
import { resourceType } from '../resource-type.ts'
import { isUuid } from '../resources.ts'
import { userSchema } from '../schema.ts'
import { lookups } from './lookups.ts'
import { create, patch, remove, replace } from './write.ts'

const render = async (
  { directory, request: { connection, baseUrl }, access }: Exchange,
  members: readonly Member[],
  projection: Projection,
  inGroups: readonly Member[] = members,
) => {
  const [memberships, entries] = await Promise.all([
    wants(projection, 'groups') ? directory.membershipsOf(connection, inGroups) : undefined,
    names(projection, accessUrn) ? access?.accessOf(connection, members) : undefined,
  ])
  return members.map((member) =>
    renderUser(baseUrl, member, {
      groups: memberships?.get(member.id)?.groups ?? [],
      access: entries?.get(member.id) ?? [],
    }),
  )
}

/** Who was made this moment is in no group yet; who came back may be. */
const renderCreated: typeof render = (exchange, members, projection) =>
  render(
    exchange,
    members,
    projection,
    members.filter(({ version }) => version > 1),
  )

// As many as of the members of a group: with the longest names they fill an answer.
const maximumGroups = 1_000

/** Beyond that, `/Groups?filter=members.value eq "<id>"` lists them page by page. */
const answerable = (user: Attributes): Attributes => {
  if (!isList(user.groups) || user.groups.length <= maximumGroups) return user
  const { groups: _, ...others } = user
  return record(others)
}

/** RFC 7643 §4.1. */
export const users = resourceType<Member>({
  schema: userSchema,
  lookups,
  derived: new Set(['groups']),
  offered: ({ access }) =>
    [...userSchema.extensions.values()].filter(({ urn }) => urn !== accessUrn || access !== undefined),
  read: async ({ directory, request }, id) =>
    isUuid(id) ? directory.member(request.connection, memberId(id)) : undefined,
  asked: ({ mentioned }, member) => mentioned([member]),
  list: ({ directory, request }, startIndex, count) =>
    directory.listMembers(request.connection, startIndex, count),
  scan: ({ directory, request }, limit, after) => directory.scanMembers(request.connection, limit, after),
  render,
  renderCreated,
  answerable,
  create,
  replace,
  patch,
  remove,
})
