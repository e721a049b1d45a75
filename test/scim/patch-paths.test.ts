import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isConnectorError } from '../../lib/core/errors.ts'
import { parsePatchPath, printPatchPath } from '../../lib/scim/patch/path.ts'
import { groupSchema, type ResourceSchema, type SchemaAttribute, userSchema } from '../../lib/scim/schema.ts'
import { customUrn, thingSchema } from './language/thing.ts'

const schemas: readonly ResourceSchema[] = [userSchema, groupSchema, thingSchema]

/** Each attribute of a schema, its extensions' and some that nobody declared, as a path. */
const namesOf = (schema: ResourceSchema): readonly string[] => {
  const tables = [schema.attributes, ...[...schema.extensions.values()].map(({ attributes }) => attributes)]
  const declared = tables
    .flatMap((table) => [...table.values()])
    .flatMap((each) => [each.path, ...[...each.subAttributes.values()].map(({ path }) => path)])
  const own = [...schema.attributes.values()].map(({ name }) => `${schema.urn}:${name}`)
  const custom = [
    `${customUrn}:badge`,
    `${customUrn}:office.city`,
    customUrn,
    'urn:okta:app:1.0:user:custom:badge',
  ]
  return [...declared, ...own, ...custom, ...schema.extensions.keys()]
}

const literalFor = ({ type }: SchemaAttribute): fc.Arbitrary<string> => {
  switch (type) {
    case 'boolean':
      return fc.constantFrom('true', 'False', '"True"')
    case 'integer':
    case 'decimal':
      return fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map(String)
    case 'undeclared':
      return fc.oneof(
        fc.integer().map(String),
        fc.string().map((each) => JSON.stringify(each)),
      )
    default:
      return fc.string({ unit: 'binary' }).map((each) => JSON.stringify(each))
  }
}

const testOf = (attribute: SchemaAttribute, name: string): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant(`${name} pr`),
    fc.constant(`${name} ne null`),
    fc
      .tuple(fc.constantFrom('eq', 'NE'), literalFor(attribute))
      .map(([operator, literal]) => `${name} ${operator} ${literal}`),
  )

const joined = (test: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.letrec<{ any: string }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3 },
      test,
      fc
        .array(tie('any'), { minLength: 2, maxLength: 3 })
        .chain((all) =>
          fc.constantFrom(' and ', ' OR ').map((joint) => all.map((each) => `(${each})`).join(joint)),
        ),
      tie('any').map((each) => `NOT(${each})`),
    ),
  })).any

/** Value paths into every list of a schema. */
const elementPaths = (schema: ResourceSchema): readonly fc.Arbitrary<string>[] =>
  [...schema.attributes.values()]
    .filter(({ multiValued }) => multiValued)
    .map((list) => {
      const subs = [...list.subAttributes.values()]
      const tests = subs.length === 0 ? [testOf(list, 'value')] : subs.map((each) => testOf(each, each.name))
      const suffix = fc.constantFrom('', ...subs.map(({ name }) => `.${name}`))
      return fc
        .tuple(joined(fc.oneof(...tests)), suffix)
        .map(([filter, sub]) => `${list.name}[${filter}]${sub}`)
    })
const undeclared = schemas[0]?.attributes.get('title')
const customPath = joined(
  fc.oneof(...(undeclared === undefined ? [] : [testOf({ ...undeclared, type: 'undeclared' }, 'kind')])),
).map((filter) => `${customUrn}:cards[${filter}].nr`)

const path = fc
  .constantFrom(...schemas)
  .chain((schema) =>
    fc
      .oneof(fc.constantFrom(...namesOf(schema)), ...elementPaths(schema), customPath)
      .map((text) => ({ schema, text })),
  )

describe('every path', () => {
  it('names the same after it was printed and read again', () => {
    fc.assert(
      fc.property(path, ({ schema, text }) => {
        const read = parsePatchPath(schema, text)
        expect(parsePatchPath(schema, printPatchPath(read))).toEqual(read)
      }),
      { numRuns: Number(process.env.FUZZ_BUDGET ?? 2_000) },
    )
  })

  it('however broken, is read or refused', () => {
    const outcomes = new Set<string>()
    fc.assert(
      fc.property(path, fc.nat(), fc.string({ maxLength: 3 }), ({ schema, text }, at, noise) => {
        const place = at % (text.length + 1)
        try {
          parsePatchPath(schema, `${text.slice(0, place)}${noise}${text.slice(place + 1)}`)
          outcomes.add('read')
        } catch (error) {
          expect(isConnectorError(error, 'invalidPath', 'invalidFilter')).toBe(true)
          outcomes.add('refused')
        }
      }),
      { numRuns: Number(process.env.FUZZ_BUDGET ?? 2_000) },
    )
    expect(outcomes).toEqual(new Set(['read', 'refused']))
  })
})
