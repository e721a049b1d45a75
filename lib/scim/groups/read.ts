import { unreachable } from '../../core/errors.ts'
import { groupId, memberId } from '../../core/ids.ts'
import type { Attributes, Group } from '../../core/member.ts'
import { mapBounded } from '../bounded.ts'
import type { Answer, Exchange, Operation } from '../exchange.ts'
import { matches } from '../filter/evaluate.ts'
import { parseFilter } from '../filter/parse.ts'
import { type FilterPlan, findsNothing, isUuid, planFilter } from '../filter/plan.ts'
import { listResponse, pageOf, slice } from '../paging.ts'
import { isUnchanged } from '../preconditions.ts'
import { type Projection, project, projectionOf, wants } from '../projection.ts'
import { renderGroup, versionTag } from '../resources.ts'
import { groupSchema } from '../schema.ts'
import { existing } from './existing.ts'
import { readMembers } from './members.ts'

const represent = async (exchange: Exchange, projection: Projection, group: Group): Promise<Attributes> => {
  const members = wants(projection, 'members')
    ? await readMembers(exchange, group)
    : ({ kind: 'unasked' } as const)
  return project(groupSchema, projection, renderGroup(exchange.request.baseUrl, group, members))
}

/** The answer to a read or a write of one Group. */
export const groupAnswer = async (exchange: Exchange, status: number, group: Group): Promise<Answer> => {
  const resource = await represent(exchange, projectionOf(groupSchema, exchange.request.query), group)
  return { status, headers: { etag: versionTag(group) }, body: JSON.stringify(resource) }
}

export const getGroup: Operation = async (exchange, id) => {
  const group = await existing(exchange, id)
  if (isUnchanged(exchange.request, group)) return { status: 304, headers: { etag: versionTag(group) } }
  return groupAnswer(exchange, 200, group)
}

const indexes = ['id', 'displayName', 'externalId', 'members.value'] as const

const byIds = async ({ directory, request }: Exchange, ids: readonly string[]): Promise<readonly Group[]> => {
  const found = await mapBounded(ids, 8, (id) => directory.group(request.connection, groupId(id)))
  return found.filter((each) => each !== undefined)
}

const candidates = async (exchange: Exchange, plan: FilterPlan): Promise<readonly Group[]> => {
  const { directory, request } = exchange
  const { attribute, value } = plan.lookup
  const index = indexes.find((each) => each === attribute)
  switch (index) {
    case 'id':
      return byIds(exchange, isUuid(value) ? [value] : [])
    case 'displayName':
    case 'externalId':
      return directory.findGroups(request.connection, { by: index, value })
    case 'members.value': {
      return isUuid(value) ? directory.groupsWith(request.connection, memberId(value)) : []
    }
    case undefined:
      return []
    default:
      return unreachable(index)
  }
}

const hasMembers = async (
  { directory, request }: Exchange,
  group: Group,
  ids: readonly string[],
): Promise<boolean> => {
  if (ids.length === 0) return true
  if (!ids.every(isUuid)) return false
  const inside = await directory.whichAreIn(request.connection, group.id, ids.map(memberId))
  return ids.every((id) => inside.has(memberId(id)))
}

const search = async (exchange: Exchange, source: string): Promise<readonly Group[]> => {
  const plan = planFilter(parseFilter(groupSchema, source), indexes)
  const found = findsNothing(plan) ? [] : await candidates(exchange, plan)
  const fitting = found.filter((group) => {
    const resource = renderGroup(exchange.request.baseUrl, group, { kind: 'unasked' })
    return group.deletedAt === undefined && plan.rest.every((each) => matches(each, resource))
  })
  const kept = await mapBounded(fitting, 8, async (group) =>
    (await hasMembers(exchange, group, plan.memberships)) ? [group] : [],
  )
  return kept.flat()
}

export const listGroups: Operation = async (exchange) => {
  const { directory, request } = exchange
  const projection = projectionOf(groupSchema, request.query)
  const { startIndex, count } = pageOf(request.query)
  const filter = request.query.get('filter')
  const page =
    filter === null
      ? await directory.listGroups(request.connection, startIndex, count)
      : slice(await search(exchange, filter), startIndex, count)
  const resources = await mapBounded(page.resources, 8, (each) => represent(exchange, projection, each))
  return { status: 200, body: listResponse(page.total, startIndex, resources) }
}
