import type { Shape } from './checks.ts'
import type { Route } from './routing.ts'
import type { World } from './world.ts'

/** The document under `/v1/swagger.json?context=public`: what this simulator really takes, in the form the vendor publishes. */
type Described = Readonly<Record<string, unknown>>

const named = (part: string): string => (part.startsWith(':') ? `{${part.slice(1)}_uuid}` : part)
const pathOf = (route: Route): string => route.path.replace(/^\/v1/, '').split('/').map(named).join('/')

const bodyOf = (shape: Shape): Described => ({
  required: true,
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: Object.entries(shape).flatMap(([name, { optional }]) => (optional ? [] : [name])),
        properties: Object.fromEntries(Object.keys(shape).map((name) => [name, {}])),
      },
    },
  },
})

const operation = (route: Route, world: World): Described => ({
  parameters: [
    ...route.path
      .split('/')
      .filter((part) => part.startsWith(':'))
      .map((part) => ({ in: 'path', name: `${part.slice(1)}_uuid`, required: true })),
    ...(route.query ?? []).map((name) => ({ in: 'query', name, required: false })),
  ],
  ...(route.body === undefined ? {} : { requestBody: bodyOf(route.body(world)) }),
  responses: {},
})

export const describe = (routes: readonly Route[], world: World): Described => {
  const paths = [...new Set(routes.map(pathOf))]
  const methods = (path: string): Described =>
    Object.fromEntries(
      routes
        .filter((route) => pathOf(route) === path)
        .map((route) => [route.method.toLowerCase(), operation(route, world)]),
    )
  return {
    openapi: '3.1.0',
    info: { title: 'Sekoia.io', version: '1' },
    servers: [{ url: '/v1' }],
    paths: Object.fromEntries(paths.map((path) => [path, methods(path)])),
  }
}
