import type * as z from 'zod'
import { didYouMean, type Finding, type Path } from './findings.ts'
import { type PublishedSchema, publishedSchema } from './schema.ts'

type Issue = z.core.$ZodIssue

const resolved = (root: PublishedSchema, node: PublishedSchema | undefined): PublishedSchema | undefined => {
  const name = node?.$ref?.replace('#/$defs/', '')
  const found = name === undefined ? node : root.$defs?.[name]
  return typeof found === 'object' ? found : undefined
}

const isSchema = (value: unknown): value is PublishedSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
/** Of a place that takes several forms, the one that has such a part. */
const formWith = (node: PublishedSchema | undefined, step: string | number): PublishedSchema | undefined =>
  node?.anyOf
    ?.filter(isSchema)
    .find((form) =>
      typeof step === 'number'
        ? form.items !== undefined
        : form.properties?.[step] !== undefined || form.additionalProperties !== undefined,
    ) ?? node

const asSchema = (value: unknown): PublishedSchema | undefined => (isSchema(value) ? value : undefined)

/** The published schema of the place a path names, which holds the reasons and the known keys. */
const schemaAt = (root: PublishedSchema, path: Path): PublishedSchema | undefined => {
  let node: PublishedSchema | undefined = root
  for (const step of path) {
    const here: PublishedSchema | undefined = formWith(resolved(root, node), step)
    node =
      typeof step === 'number'
        ? asSchema(here?.items)
        : asSchema(here?.properties?.[step] ?? here?.additionalProperties)
  }
  const own = resolved(root, node)
  return node?.description === undefined ? own : { ...own, description: node.description }
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'a map of settings',
  record: 'a map of settings',
}

const valueAt = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((at, step) => {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, step)) return undefined
    return (at as Readonly<Record<string | number, unknown>>)[step]
  }, value)

const shape = (value: unknown): string => {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  return typeNames[typeof value] ?? `${typeof value}`
}

const wrongType = (expected: string, value: unknown): readonly [string, string] => {
  const wanted = typeNames[expected] ?? expected
  if (value === undefined) return ['is missing', `add it as ${wanted}`]
  const quoting = expected === 'string' && typeof value !== 'object' ? ', in quotes' : ''
  if (expected === 'int' && typeof value === 'number') return ['must be a whole number', 'round it']
  return [`must be ${wanted}, not ${shape(value)}`, `write ${wanted}${quoting}`]
}

const amount = (origin: string, limit: number | bigint): string => {
  if (origin === 'string') return limit === 1 ? 'text' : `${limit} characters`
  if (origin === 'array') return limit === 1 ? 'one entry' : `${limit} entries`
  return String(limit)
}

/** What is wrong and what to do. Values are not repeated: one of them may be a secret in the wrong place. */
const told = (issue: Issue, value: unknown): readonly [string, string] => {
  switch (issue.code) {
    case 'invalid_type':
      return wrongType(issue.expected, value)
    case 'invalid_value':
      if (value === undefined) return ['is missing', `write one of ${issue.values.join(', ')}`]
      return ['has a value that is not known', `write one of ${issue.values.join(', ')}`]
    case 'too_small':
      return [
        `is too ${issue.origin === 'number' || issue.origin === 'int' ? 'small' : 'short'}`,
        `give at least ${amount(issue.origin, issue.minimum)}`,
      ]
    case 'too_big':
      return [
        `is too ${issue.origin === 'number' || issue.origin === 'int' ? 'large' : 'long'}`,
        `give at most ${amount(issue.origin, issue.maximum)}`,
      ]
    case 'invalid_format':
      return ['does not have the form it needs', 'write it in that form']
    case 'invalid_key':
      return ['has a key of another form', 'write the key in that form']
    case 'invalid_union':
      return ['has none of the forms it may have', 'write it in one of them']
    default:
      return ['is not valid', 'correct it']
  }
}

const propertiesOf = (schema: PublishedSchema | undefined): readonly string[] =>
  Object.keys(
    schema?.properties ??
      schema?.anyOf?.filter(isSchema).find(({ properties }) => properties)?.properties ??
      {},
  )

const unknownKey = (path: Path, key: string, known: readonly string[]): Finding => {
  const meant = didYouMean(key, known)
  const name = /^[\w.$<-]{1,64}$/.test(key) ? `"${key}"` : 'of this name'
  return {
    path: [...path, key],
    what: `unknown key ${name}`,
    why: `known here are ${known.join(', ')}`,
    remedy: meant === undefined ? 'remove it' : `did you mean "${meant}"?`,
  }
}

/** Of a value that may have several forms, what is wrong with the form it has; the whole when it has none. */
const narrowed = (issue: Issue): readonly Issue[] => {
  if (issue.code !== 'invalid_union') return [issue]
  const inside = issue.errors.find((one) =>
    one.every(({ code, path }) => path.length > 0 || code === 'unrecognized_keys'),
  )
  const form = inside ?? issue.errors.find((one) => one.every(({ code }) => code !== 'invalid_type'))
  if (form === undefined) return [issue]
  return form.flatMap((one) => narrowed({ ...one, path: [...issue.path, ...one.path] }))
}

const withoutEnd = (text: string): string => text.replace(/[.;]$/, '')

/** The schema's findings, with the reason the published schema gives for each place. */
export const schemaFindings = (issues: readonly Issue[], file: unknown): readonly Finding[] => {
  const root = publishedSchema()
  return issues.flatMap(narrowed).flatMap((issue): readonly Finding[] => {
    const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
    const schema = schemaAt(root, path)
    if (issue.code === 'unrecognized_keys') {
      const known = propertiesOf(schema)
      return issue.keys.map((key) => unknownKey(path, key, known))
    }
    const [what, remedy] = told(issue, valueAt(file, path))
    return [{ path, what, why: withoutEnd(schema?.description ?? 'one entry of a list'), remedy }]
  })
}
