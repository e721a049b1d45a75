import type { SimulatedRequest } from '../simulator.ts'
import { avatarRoutes } from './avatars.ts'
import { bodyFinding, isUuid, queryFinding } from './checks.ts'
import { describe } from './description.ts'
import { reachedBy } from './family.ts'
import { invitationRoutes } from './invitations.ts'
import { readingRoutes } from './reading.ts'
import { roleRoutes } from './roles.ts'
import { type Answer, type Call, type Route, refuse } from './routing.ts'
import type { ApiKey, World } from './world.ts'

/** From a raw request to an answer: authentication, route, rights, shapes, and only then the work. */
type Params = Readonly<Record<string, string>>

const paramsOf = (pattern: string, path: string): Params | undefined => {
  const expected = pattern.split('/')
  const given = path.split('/')
  if (expected.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of expected.entries()) {
    const value = given[index] ?? ''
    if (part.startsWith(':')) params[part.slice(1)] = value
    else if (part !== value) return undefined
  }
  return params
}

const keyOf = (world: World, request: SimulatedRequest, now: string): ApiKey | undefined => {
  const [scheme, secret] = (request.headers.authorization ?? '').split(' ')
  return scheme === 'Bearer'
    ? world.keys.find(
        (key) => key.key === secret && !key.revoked && (key.expiresAt === null || key.expiresAt > now),
      )
    : undefined
}

const rightsFinding = (world: World, route: Route, params: Params, key: ApiKey): Answer | undefined => {
  if (params.community !== undefined && !reachedBy(world, key).includes(params.community))
    return refuse(403, 'The caller is not a member of the community')
  return route.permission === undefined || key.permissions.includes(route.permission)
    ? undefined
    : refuse(403, `${route.permission} is needed`)
}

type Parsed = { readonly body: Call['body'] } | { readonly refused: Answer }

const bodyOf = (route: Route, request: SimulatedRequest, world: World): Parsed => {
  if (route.body === undefined)
    return request.body === '' ? { body: {} } : { refused: refuse(400, 'this request does not take a body') }
  if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
    return { refused: refuse(415, 'the body must be application/json') }
  try {
    const body: unknown = JSON.parse(request.body)
    const finding = bodyFinding(route.body(world), body)
    return finding === undefined ? { body: body as Call['body'] } : { refused: refuse(400, finding) }
  } catch {
    return { refused: refuse(400, 'the body is not JSON') }
  }
}

/** Public: no key is asked for. */
const described = (routes: readonly Route[], world: World, request: SimulatedRequest): Answer => {
  if (request.method !== 'GET') return refuse(405, 'Method not allowed')
  const finding =
    queryFinding(['context'], request.query) ?? (request.body === '' ? undefined : 'no body is taken')
  return finding === undefined ? { status: 200, body: describe(routes, world) } : refuse(400, finding)
}

export type Dispatch = (world: World, request: SimulatedRequest, now: string) => Answer

export const createDispatch = (newId: () => string): Dispatch => {
  const routes = [...readingRoutes(newId), ...avatarRoutes, ...roleRoutes(newId), ...invitationRoutes(newId)]

  const find = (request: SimulatedRequest): { route: Route; params: Params } | number => {
    const here = routes.flatMap((route) => {
      const params = paramsOf(route.path, request.path)
      return params === undefined ? [] : [{ route, params }]
    })
    return here.find(({ route }) => route.method === request.method) ?? (here.length === 0 ? 404 : 405)
  }

  return (world, request, now) => {
    if (request.path === '/v1/swagger.json') return described(routes, world, request)
    const key = keyOf(world, request, now)
    if (key === undefined) return refuse(401, 'The token is invalid', 'T300')
    const found = find(request)
    if (typeof found === 'number') return refuse(found, found === 404 ? 'Not found' : 'Method not allowed')
    return served(found, { world, request, now, key })
  }
}

type Request = {
  readonly world: World
  readonly request: SimulatedRequest
  readonly now: string
  readonly key: ApiKey
}

const served = (
  { route, params }: { readonly route: Route; readonly params: Params },
  { world, request, now, key }: Request,
): Answer => {
  const shapeless = Object.entries(params).find(([, value]) => !isUuid(value))
  if (shapeless !== undefined) return refuse(400, `${shapeless[0]} must be a UUID`)
  const rights = rightsFinding(world, route, params, key)
  if (rights !== undefined) return rights
  const query = queryFinding(route.query ?? [], request.query)
  if (query !== undefined) return refuse(400, query)
  const parsed = bodyOf(route, request, world)
  return 'refused' in parsed
    ? parsed.refused
    : route.handle({ world, now, params, query: request.query, body: parsed.body, key })
}
