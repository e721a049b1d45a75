import { ConnectorError, unreachable } from '../../core/errors.ts'
import { memberId } from '../../core/ids.ts'
import type { Attributes, Member } from '../../core/member.ts'
import { mapBounded } from '../bounded.ts'
import type { Answer, Exchange, Operation } from '../exchange.ts'
import { matches } from '../filter/evaluate.ts'
import { parseFilter } from '../filter/parse.ts'
import { type FilterPlan, findsNothing, isUuid, planFilter } from '../filter/plan.ts'
import { listResponse, pageOf, slice } from '../paging.ts'
import { isUnchanged } from '../preconditions.ts'
import { type Projection, project, projectionOf, wants } from '../projection.ts'
import { renderUser, versionTag } from '../resources.ts'
import { userSchema } from '../schema.ts'

/** The live member, or `notFound`. */
export const existing = async ({ directory, request }: Exchange, id: string): Promise<Member> => {
  const member = isUuid(id) ? await directory.member(request.connection, memberId(id)) : undefined
  if (member === undefined) throw new ConnectorError('notFound', 'no User has this id')
  return member
}

export const represent = async (
  { directory, request }: Exchange,
  projection: Projection,
  member: Member,
): Promise<Attributes> => {
  const groups = wants(projection, 'groups')
    ? ((await directory.membershipsOf(request.connection, [member])).get(member.id)?.groups ?? [])
    : undefined
  return project(userSchema, projection, renderUser(request.baseUrl, member, groups))
}

/** The answer to a read or a write of one User. */
export const userAnswer = async (exchange: Exchange, status: number, member: Member): Promise<Answer> => {
  const resource = await represent(exchange, projectionOf(userSchema, exchange.request.query), member)
  return { status, headers: { etag: versionTag(member) }, body: JSON.stringify(resource) }
}

export const getUser: Operation = async (exchange, id) => {
  const member = await existing(exchange, id)
  if (isUnchanged(exchange.request, member)) return { status: 304, headers: { etag: versionTag(member) } }
  return userAnswer(exchange, 200, member)
}

const indexes = ['id', 'userName', 'externalId', 'emails.value'] as const

const candidates = async (exchange: Exchange, plan: FilterPlan): Promise<readonly Member[]> => {
  const { directory, request } = exchange
  const { attribute, value } = plan.lookup
  const index = indexes.find((each) => each === attribute)
  switch (index) {
    case 'id':
      return isUuid(value) ? directory.members(request.connection, [memberId(value)]) : []
    case 'userName':
    case 'externalId':
      return directory.findMembers(request.connection, { by: index, value })
    case 'emails.value':
      return directory.findMembers(request.connection, { by: 'email', value })
    case undefined:
      return []
    default:
      return unreachable(index)
  }
}

const search = async (exchange: Exchange, source: string): Promise<readonly Member[]> => {
  const plan = planFilter(parseFilter(userSchema, source), indexes)
  const found = findsNothing(plan) ? [] : await candidates(exchange, plan)
  return found.filter((member) => {
    const resource = renderUser(exchange.request.baseUrl, member, undefined)
    return member.deletedAt === undefined && plan.rest.every((each) => matches(each, resource))
  })
}

export const listUsers: Operation = async (exchange) => {
  const { directory, request } = exchange
  const projection = projectionOf(userSchema, request.query)
  const { startIndex, count } = pageOf(request.query)
  const filter = request.query.get('filter')
  const page =
    filter === null
      ? await directory.listMembers(request.connection, startIndex, count)
      : slice(await search(exchange, filter), startIndex, count)
  const resources = await mapBounded(page.resources, 8, (each) => represent(exchange, projection, each))
  return { status: 200, body: listResponse(page.total, startIndex, resources) }
}
