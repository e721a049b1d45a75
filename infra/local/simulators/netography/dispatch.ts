import type { SimulatedRequest } from '../simulator.ts'
import { bodyFinding } from './checks.ts'
import { customerRoutes } from './customers.ts'
import { keyRoutes } from './keys.ts'
import { describeApi } from './openapi.ts'
import { roleRoutes } from './roles.ts'
import { type Answer, type Route, refuse } from './routing.ts'
import { authenticated, exchange, mayDo, refresh } from './token.ts'
import { userRoutes } from './users.ts'
import type { World } from './world.ts'

/** From a raw request to an answer: authentication, route, rights, shapes, and only then the work. */
type Params = Readonly<Record<string, string>>

const base = '/api/v1'
/** The vendor publishes its description elsewhere; here it stands below the base URL. */
const descriptionPath = '/openapi/openapi.json'

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const paramsOf = (pattern: string, path: string): Params | undefined => {
  const expected = pattern.split('/')
  const given = path.split('/')
  if (expected.length !== given.length) return undefined
  const params: Record<string, string> = {}
  for (const [index, part] of expected.entries()) {
    const value = given[index] ?? ''
    if (part.startsWith(':')) params[part.slice(1)] = decoded(value)
    else if (part !== value) return undefined
  }
  return params
}

type Parsed = { readonly body: unknown } | { readonly refused: Answer }

const bodyOf = (route: Route, request: SimulatedRequest): Parsed => {
  if (route.body === undefined)
    return request.body === ''
      ? { body: undefined }
      : { refused: refuse(400, 'this request does not take a body') }
  if (!(request.headers['content-type'] ?? '').startsWith('application/json'))
    return { refused: refuse(415, 'the body must be application/json') }
  try {
    const body: unknown = JSON.parse(request.body)
    const finding = bodyFinding(route.body, body)
    return finding === undefined ? { body } : { refused: refuse(400, `the body ${finding}`) }
  } catch {
    return { refused: refuse(400, 'the body is not JSON') }
  }
}

type Found = { readonly route: Route; readonly params: Params }

/** A path without parameters comes before one with them. */
const findIn = (routes: readonly Route[], request: SimulatedRequest): Found | 404 | 405 => {
  const here = routes.flatMap((route) => {
    const params = paramsOf(`${base}${route.path}`, request.path)
    return params === undefined ? [] : [{ route, params }]
  })
  const fixed = here.filter(({ params }) => Object.keys(params).length === 0)
  const candidates = fixed.length > 0 ? fixed : here
  return candidates.find(({ route }) => route.method === request.method) ?? (here.length === 0 ? 404 : 405)
}

type Door = (world: World, request: SimulatedRequest, now: string) => Answer

export const createDispatch = (newId: () => string): Door => {
  const routes = [...userRoutes(newId), ...roleRoutes(newId), ...keyRoutes(newId), ...customerRoutes(newId)]
  const description = describeApi(routes)
  const doors: Readonly<Record<string, readonly [method: string, door: Door]>> = {
    [`${base}/auth/token`]: ['POST', exchange(newId)],
    // Nobody here has a password: people log in by their identity provider.
    '/api/auth/bearer/token': ['POST', () => refuse(401, 'bad credentials')],
    '/api/auth/bearer/refresh': ['POST', refresh(newId)],
    [descriptionPath]: ['GET', () => ({ status: 200, body: description })],
  }

  const worked: Door = (world, request, now) => {
    const who = authenticated(world, request, now)
    if ('status' in who) return who
    const found = findIn(routes, request)
    if (found === 404) return refuse(404, 'no such route')
    if (found === 405) return refuse(405, 'no such method')
    const { route, params } = found
    if (!mayDo(who, route.right)) return refuse(403, `the role lacks ${route.right.join(' ')}`)
    if (request.query.size > 0) return refuse(400, 'no query parameter is known')
    const parsed = bodyOf(route, request)
    if ('refused' in parsed) return parsed.refused
    const { session, account } = who
    return route.handle({ world, now, params, body: parsed.body, session, account })
  }

  return (world, request, now) => {
    const door = Object.hasOwn(doors, request.path) ? doors[request.path] : undefined
    if (door === undefined) return worked(world, request, now)
    const [method, open] = door
    return method === request.method ? open(world, request, now) : refuse(405, 'no such method')
  }
}
