import type { Shape } from './checks.ts'
import type { Route } from './routing.ts'

/** The interface as an OpenAPI 3 document: paths, methods, bodies by their field names and what they answer. */
const schemaOf = (shape: Shape): Readonly<Record<string, unknown>> => {
  if (shape.kind === 'list') return { type: 'array', items: { type: 'string' } }
  const fields = Object.entries(shape.fields)
  return {
    type: 'object',
    additionalProperties: false,
    required: fields.filter(([, field]) => !field.optional).map(([name]) => name),
    properties: Object.fromEntries(fields.map(([name]) => [name, {}])),
  }
}

const operationOf = (route: Route): Readonly<Record<string, unknown>> => ({
  parameters: [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  })),
  ...(route.body === undefined
    ? {}
    : { requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body) } } } }),
  responses: { [route.success]: { description: 'done' }, default: { description: 'refused' } },
})

const exchangeOperation = {
  requestBody: {
    required: true,
    content: {
      'application/json': {
        schema: { type: 'object', additionalProperties: false, required: ['jwt'], properties: { jwt: {} } },
      },
    },
  },
  responses: { 200: { description: 'done' }, default: { description: 'refused' } },
}

export const describeApi = (routes: readonly Route[]): Readonly<Record<string, unknown>> => {
  const paths: Record<string, Record<string, unknown>> = {
    '/api/v1/auth/token': { post: exchangeOperation },
  }
  for (const route of routes) {
    const path = `/api/v1${route.path.replaceAll(/:(\w+)/g, '{$1}')}`
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operationOf(route) }
  }
  return { openapi: '3.0.3', info: { title: 'Simulated Netography', version: '1' }, paths }
}
