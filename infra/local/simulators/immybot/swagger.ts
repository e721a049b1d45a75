import type { SimulatedRequest } from '../simulator.ts'
import type { Shape } from './checks.ts'
import { type Answer, page, type Route } from './routing.ts'
import type { World } from './world.ts'

/** The instance's own description, made from the routes it serves. Reading it needs no token. */
const schemaOf = (shape: Shape): unknown => ({
  type: 'object',
  required: Object.entries(shape)
    .filter(([, check]) => !check.optional)
    .map(([name]) => name),
  properties: Object.fromEntries(Object.entries(shape).map(([name, { type }]) => [name, { type }])),
  additionalProperties: false,
})

const operationOf = (route: Route, world: World): unknown => {
  const inPath = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'integer', format: 'int32' },
  }))
  const inQuery = (route.query ?? []).map((name) => ({ name, in: 'query', schema: { type: 'string' } }))
  const shape = route.body?.(world)
  return {
    tags: [route.path.split('/')[1]],
    parameters: [...inPath, ...inQuery],
    ...(shape === undefined
      ? {}
      : { requestBody: { content: { 'application/json': { schema: schemaOf(shape) } } } }),
    responses: { 200: { description: 'OK' } },
  }
}

const descriptionOf = (world: World, routes: readonly Route[]): unknown => {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const route of routes) {
    const path = `/api/v1${route.path.replaceAll(/:(\w+)/g, '{$1}')}`
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route, world) }
  }
  return {
    openapi: '3.0.4',
    info: { title: 'ImmyBot', version: world.switches.generation === 'legacy' ? '0.74.1' : 'v1' },
    paths,
  }
}

export const swaggerAnswer = (
  world: World,
  request: SimulatedRequest,
  routesOf: (world: World) => readonly Route[],
): Answer | undefined => {
  if (request.path !== '/swagger/v1/swagger.json') return undefined
  if (!world.switches.swagger || request.method !== 'GET') return page
  return { status: 200, body: descriptionOf(world, routesOf(world)) }
}
