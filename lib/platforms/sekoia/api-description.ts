import type { Call } from './calls.ts'

/** Compares the platform's own OpenAPI document with the calls we make. Such documents come in two versions and with holes: what one leaves out is no finding. */
type Node = Readonly<Record<string, unknown>>

const node = (value: unknown): Node | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Node) : undefined
const nodes = (value: unknown): readonly Node[] =>
  Array.isArray(value) ? value.flatMap((one): readonly Node[] => [node(one) ?? {}]) : []
const at = (value: unknown, ...names: readonly string[]): unknown =>
  names.reduce<unknown>((soFar, name) => {
    const here = node(soFar)
    return here !== undefined && Object.hasOwn(here, name) ? here[name] : undefined
  }, value)

/** References lead into the same document, and not for ever. */
const resolved = (document: unknown, value: unknown, depth = 8): Node | undefined => {
  const reference = at(value, '$ref')
  if (typeof reference !== 'string' || depth === 0) return node(value)
  const names = reference.replace(/^#\//, '').split('/')
  return resolved(document, at(document, ...names), depth - 1)
}

/** Versions differ in whether the base path stands in each path. */
const normal = (path: string): string =>
  path.replaceAll(/\{[^}]*\}/g, '{}').replace(/^(?:\/api)?\/v1(?=\/)/, '')

type Body = { readonly properties: readonly string[]; readonly required: readonly string[] }

const bodySchema = (document: unknown, operation: Node): Node | undefined => {
  const content = at(resolved(document, operation.requestBody), 'content', 'application/json', 'schema')
  const inBody = nodes(operation.parameters)
    .map((one) => resolved(document, one))
    .find((one) => one?.in === 'body')
  return resolved(document, content ?? inBody?.schema)
}

/** `undefined`: the document does not say. */
const bodyOf = (document: unknown, operation: Node): Body | undefined => {
  const schema = bodySchema(document, operation)
  const parts = [schema, ...nodes(schema?.allOf).map((one) => resolved(document, one))]
  const properties = parts.flatMap((part) => Object.keys(node(part?.properties) ?? {}))
  if (properties.length === 0) return undefined
  const required = parts.flatMap((part) => (Array.isArray(part?.required) ? part.required : []))
  return { properties, required: required.map(String) }
}

const bodyFindings = (call: Call, body: Body, what: string): readonly string[] => {
  const sent = (call.body ?? []).map(({ name }) => name)
  const unknown = (call.body ?? [])
    .filter(({ name }) => !body.properties.includes(name))
    .map(({ name, setting }) => {
      const choices = body.properties.filter((one) => !sent.includes(one)).join(', ')
      const remedy = setting === undefined ? '' : `; set dialect.${setting} to what it means`
      return `${what} has no field "${name}" (it has ${choices || 'no other'}${remedy})`
    })
  const missing = body.required.filter((name) => !sent.includes(name))
  // A role's update may leave fields out; what is required and not sent would be refused.
  return [...unknown, ...missing.map((name) => `${what} requires "${name}", which is not sent`)]
}

const queryFindings = (
  call: Call,
  document: unknown,
  parameters: unknown,
  what: string,
): readonly string[] => {
  const names = nodes(parameters)
    .map((one) => resolved(document, one))
    .flatMap((one) => (one?.in === 'query' ? [String(one.name)] : []))
  if (names.length === 0) return []
  return (call.query ?? [])
    .filter((name) => !names.includes(name))
    .map((name) => `${what} has no parameter "${name}"`)
}

const callFindings = (document: unknown, paths: ReadonlyMap<string, Node>, call: Call): readonly string[] => {
  const what = `${call.method} ${call.path}`
  const path = paths.get(call.path)
  if (path === undefined) {
    const other = call.path.endsWith('/') ? call.path.slice(0, -1) : `${call.path}/`
    return [paths.has(other) ? `${what} is now ${other}` : `${what} is not described`]
  }
  const operation = node(path[call.method.toLowerCase()])
  if (operation === undefined) return [`${what} is not described`]
  const parameters = [...nodes(path.parameters), ...nodes(operation.parameters)]
  const body = call.body === undefined ? undefined : bodyOf(document, operation)
  return [
    ...queryFindings(call, document, parameters, what),
    ...(body === undefined ? [] : bodyFindings(call, body, what)),
  ]
}

const isUntold = (document: unknown, path: Node | undefined, { method }: Call): boolean => {
  const operation = node(path?.[method.toLowerCase()])
  return operation !== undefined && bodyOf(document, operation) === undefined
}

export type Comparison = {
  readonly compared: number
  readonly findings: readonly string[]
  /** Calls whose body the document leaves out: whether the platform reads our fields stays unknown. */
  readonly untold: readonly string[]
}

/** Only services that the document describes at all: the platform publishes one document per service. */
export const compareWith = (document: unknown, calls: readonly Call[]): Comparison => {
  const paths = new Map(
    Object.entries(node(at(document, 'paths')) ?? {}).flatMap(([path, value]) => {
      const methods = node(value)
      return methods === undefined ? [] : [[normal(path), methods] as const]
    }),
  )
  const service = (path: string): string => path.split('/')[1] ?? ''
  const services = new Set([...paths.keys()].map(service))
  const described = calls.filter(({ path }) => services.has(service(path)))
  return {
    compared: described.length,
    findings: described.flatMap((call) => callFindings(document, paths, call)),
    untold: described
      .filter((call) => call.body !== undefined && isUntold(document, paths.get(call.path), call))
      .map(({ method, path }) => `${method} ${path}`),
  }
}
