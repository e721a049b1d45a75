import type { SimulatedRequest } from '../simulator.ts'
import { believing, losesLastAdmin, verdictAnywhere } from './access.ts'
import { accessRoutes } from './access-requests.ts'
import { assignmentRoutes } from './assignments.ts'
import { callerRoutes } from './caller.ts'
import { queryFinding, shapeFinding } from './checks.ts'
import { evaluationRoutes } from './evaluation.ts'
import { groupRoutes } from './groups.ts'
import { isExpired, isMsp } from './lookup.ts'
import { olderRoutes } from './older.ts'
import { personRoutes } from './persons.ts'
import { roleRoutes } from './roles.ts'
import { type Answer, page, type Route, refuse, refusedAs } from './routing.ts'
import { swaggerAnswer } from './swagger.ts'
import { tenantRoutes } from './tenants.ts'
import { principalOf, tokenAnswer, tokenPath } from './token.ts'
import { userLifeRoutes } from './user-life.ts'
import { userRoutes } from './users.ts'
import type { User, World } from './world.ts'

/** From a raw request to an answer: route, authentication, rights, shapes, and only then the work. */
type Params = Readonly<Record<string, string>>
type Found = { readonly route: Route; readonly params: Params }

/** Fixed paths first: `/users/claims` is not a user. */
export const routes: readonly Route[] = [
  ...callerRoutes,
  ...userLifeRoutes,
  ...olderRoutes,
  ...userRoutes,
  ...accessRoutes,
  ...personRoutes,
  ...tenantRoutes,
  ...roleRoutes,
  ...groupRoutes,
  ...assignmentRoutes,
  ...evaluationRoutes,
]

/** An id is a 32-bit integer; anything else is no route at all. */
const fits = (name: string, value: string): boolean =>
  name === 'permission' || name === 'objectId'
    ? value !== ''
    : /^\d{1,10}$/.test(value) && Number(value) <= 2_147_483_647

const paramsOf = (pattern: string, path: string): Params | undefined => {
  const expected = pattern.split('/')
  const given = path.split('/')
  if (expected.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of expected.entries()) {
    const value = given[index] ?? ''
    if (!part.startsWith(':')) {
      if (part.toLowerCase() !== value.toLowerCase()) return undefined
    } else if (fits(part.slice(1), value)) params[part.slice(1)] = value
    else return undefined
  }
  return params
}

export const routesOf = ({ switches }: World): readonly Route[] =>
  routes.filter(
    ({ generation, when }) =>
      (generation === undefined || generation === switches.generation) && (when?.(switches) ?? true),
  )

const api = '/api/v1'

const find = (world: World, request: SimulatedRequest): Found | 'page' | 'method' => {
  if (!request.path.startsWith(`${api}/`)) return 'page'
  const path = request.path.slice(api.length).replace(/\/$/, '')
  const here = routesOf(world).flatMap((route) => {
    const params = paramsOf(route.path, path)
    return params === undefined ? [] : [{ route, params }]
  })
  return here.find(({ route }) => route.method === request.method) ?? (here.length === 0 ? 'page' : 'method')
}

const callerOf = (world: World, request: SimulatedRequest, now: string): User | Answer => {
  const [scheme = '', token = ''] = (request.headers.authorization ?? '').split(' ')
  const principal = scheme.toLowerCase() === 'bearer' ? principalOf(world, token, now) : undefined
  if (principal === undefined) return refuse(401, 'The token is missing, wrong or expired')
  const person = world.persons.find(({ azurePrincipalId }) => azurePrincipalId === principal)
  const user = world.users.find(({ personId }) => person !== undefined && personId === person.id)
  if (user === undefined) return refuse(403, 'There is no user for this principal')
  return isExpired(user, now) || !user.enabled ? refuse(403, 'The access of this user has expired') : user
}

const rightsFinding = (world: World, { permission, legacyOpen }: Route, caller: User): Answer | undefined => {
  if (world.switches.generation === 'legacy') {
    const open = legacyOpen === true && isMsp(world, caller)
    return open || (caller.isAdmin && isMsp(world, caller))
      ? undefined
      : refuse(403, 'An MSP administrator is needed')
  }
  return permission === undefined || verdictAnywhere(world, caller, permission).isAllow
    ? undefined
    : refuse(403, `${permission} is needed`)
}

type Parsed = { readonly body: Readonly<Record<string, unknown>> } | { readonly refused: Answer }

const bodyOf = (route: Route, request: SimulatedRequest, world: World): Parsed => {
  const closed = world.switches.unknownFields === 'refused'
  if (route.body === undefined)
    return request.body === '' || !closed
      ? { body: {} }
      : { refused: refuse(400, 'this request does not take a body') }
  if (!/^application\/([\w.-]+\+)?json\b/.test(request.headers['content-type'] ?? ''))
    return { refused: refuse(415, 'the body must be application/json') }
  try {
    const body: unknown = JSON.parse(request.body)
    const finding = shapeFinding(route.body(world), body, closed)
    return finding === undefined
      ? { body: body as Readonly<Record<string, unknown>> }
      : { refused: refuse(400, finding) }
  } catch {
    return { refused: refuse(400, 'the body is not JSON') }
  }
}

const hidden = (world: World, request: SimulatedRequest): Answer | undefined => {
  const { insideSuccess } = world.switches
  if (insideSuccess === null) return undefined
  if (!`${request.method} ${request.path}`.includes(insideSuccess.call)) return undefined
  return insideSuccess.flag === 'success'
    ? { status: 200, body: { success: false, message: 'The operation failed' } }
    : { status: 200, body: { isSuccess: false, reason: 'The operation failed' } }
}

const worked = (world: World, request: SimulatedRequest, now: string, found: Found): Answer => {
  const caller = callerOf(world, request, now)
  if ('status' in caller) return caller
  const rights = rightsFinding(world, found.route, caller)
  if (rights !== undefined) return rights
  const { switches } = world
  const query = queryFinding(found.route.query ?? [], request.query, switches.unknownFields === 'refused')
  if (query !== undefined) return refuse(400, query)
  const parsed = bodyOf(found.route, request, world)
  if ('refused' in parsed) return parsed.refused
  const pretended = hidden(world, request)
  if (pretended !== undefined) return pretended
  const believed = believing(world, caller.id, now)
  const answer = found.route.handle({
    world: believed,
    now,
    params: found.params,
    query: request.query,
    body: parsed.body,
    caller,
  })
  const next = answer.world ?? believed
  if (losesLastAdmin(world, next, caller, now)) return refuse(400, 'The instance must keep an administrator')
  return next === world ? answer : { ...answer, world: next }
}

const apiAnswer = (world: World, request: SimulatedRequest, now: string): Answer => {
  const found = find(world, request)
  switch (found) {
    case 'page':
      return page
    case 'method':
      return refuse(405, 'Method not allowed')
    default:
      return worked(world, request, now, found)
  }
}

export const served = (world: World, request: SimulatedRequest, now: string): Answer => {
  if (tokenPath.test(request.path)) return tokenAnswer(world, request, now)
  const swagger = swaggerAnswer(world, request, routesOf)
  return swagger ?? refusedAs(apiAnswer(world, request, now), world.switches.errors, request.method)
}
