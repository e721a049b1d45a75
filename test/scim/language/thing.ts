// A type of resource with every type of attribute, and an extension nobody declared: what the filter language has to cope with.
import fc from 'fast-check'
import type { AttributeDefinition, AttributeType } from '../../../lib/scim/definitions.ts'
import { compileSchema } from '../../../lib/scim/schema.ts'

const attribute = (
  name: string,
  type: AttributeType,
  more: Partial<AttributeDefinition> = {},
): AttributeDefinition => ({
  name,
  type,
  multiValued: false,
  description: name,
  required: false,
  mutability: 'readWrite',
  returned: 'default',
  ...more,
})

const document = (id: string, name: string, attributes: readonly AttributeDefinition[]) => ({
  id,
  name,
  description: name,
  attributes,
})

export const thingUrn = 'urn:example:params:scim:schemas:core:2.0:Thing'
export const moreUrn = 'urn:example:params:scim:schemas:extension:more:2.0:Thing'
export const customUrn = 'urn:acme:params:scim:2.0:Thing'

export const thingSchema = compileSchema(
  '/Things',
  document(thingUrn, 'Thing', [
    attribute('label', 'string'),
    attribute('code', 'string', { caseExact: true }),
    attribute('size', 'integer'),
    attribute('weight', 'decimal'),
    attribute('on', 'boolean'),
    attribute('seen', 'dateTime'),
    attribute('print', 'binary', { caseExact: true }),
    attribute('home', 'reference', { caseExact: true }),
    attribute('serial', 'string', { mutability: 'immutable' }),
    attribute('tags', 'string', { multiValued: true }),
    attribute('box', 'complex', {
      subAttributes: [
        attribute('name', 'string'),
        attribute('height', 'integer'),
        attribute('seal', 'string', { mutability: 'immutable' }),
      ],
    }),
    attribute('parts', 'complex', {
      multiValued: true,
      subAttributes: [
        attribute('value', 'string'),
        attribute('type', 'string'),
        attribute('nr', 'integer'),
        attribute('primary', 'boolean'),
      ],
    }),
  ]),
  [document(moreUrn, 'More', [attribute('owner', 'string'), attribute('count', 'integer')])],
)

// Few texts, so that filters hit; nothing here begins or ends with a blank, which whole names lose.
const texts = [
  'a',
  'A',
  'ab',
  'aB',
  'b',
  'a and b',
  'x) or (y',
  'e]',
  '"',
  '\\',
  'ä',
  'Ä',
  '2026-01-01T00:00:00Z',
]
export const text = fc.constantFrom(...texts)
export const number = fc.constantFrom(-1, 0, 1, 1.5, 2, 10)
export const integer = fc.constantFrom(-1, 0, 1, 2, 10)
export const instant = fc.constantFrom(
  '2026-01-01T00:00:00Z',
  '2026-01-01T01:00:00+01:00',
  '2025-12-31T23:00:00.000-01:00',
  '2026-01-01T00:00:00.001Z',
  '2027-06-30T12:00:00Z',
)
const base64 = fc.constantFrom('AAAA', 'aaaa', 'AQID')
const part = fc.record(
  { value: text, type: fc.constantFrom('work', 'Work', 'home'), nr: integer, primary: fc.boolean() },
  { requiredKeys: [] },
)
const some = <T>(one: fc.Arbitrary<T>) => fc.array(one, { maxLength: 3 })
const loose = fc.oneof(text, number, fc.boolean())

const fields = {
  label: text,
  code: text,
  size: integer,
  weight: number,
  on: fc.boolean(),
  seen: instant,
  print: base64,
  home: text,
  tags: some(text),
  box: fc.record({ name: text, height: integer }, { requiredKeys: [] }),
  parts: some(part),
  [moreUrn]: fc.record({ owner: text, count: integer }, { requiredKeys: [] }),
  [customUrn]: fc.record(
    {
      badge: loose,
      levels: some(loose),
      office: fc.record({ city: text, floor: number }, { requiredKeys: [] }),
      cards: some(fc.record({ kind: text, nr: loose }, { requiredKeys: [] })),
    },
    { requiredKeys: [] },
  ),
}

/** Things as they are stored: nothing empty, everything under its schema's name. */
export const thing = fc.record(fields, { requiredKeys: [] })
