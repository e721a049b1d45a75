import {
  type AttributeDefinition,
  enterpriseUrn,
  groupUrn,
  membershipUrn,
  type SchemaDocument,
  schemaDocuments,
  userUrn,
} from './definitions.ts'

/** One attribute, compiled once at module load. `path` is how errors name it. */
export type SchemaAttribute = Omit<AttributeDefinition, 'subAttributes'> & {
  readonly path: string
  readonly exact: boolean
  readonly subAttributes: AttributeTable
}
/** By folded name: attribute names are case-insensitive (RFC 7643 §2.1). A Map, so that `constructor` is a name like any other. */
export type AttributeTable = ReadonlyMap<string, SchemaAttribute>

export type Extension = { readonly urn: string; readonly attributes: AttributeTable }
export type ResourceSchema = {
  readonly name: 'User' | 'Group'
  readonly endpoint: '/Users' | '/Groups'
  readonly urn: string
  readonly description: string
  /** Core and common attributes. */
  readonly attributes: AttributeTable
  /** By folded URN. */
  readonly extensions: ReadonlyMap<string, Extension>
}

const compile = (definitions: readonly AttributeDefinition[], prefix: string): AttributeTable =>
  new Map(
    definitions.map(({ subAttributes, ...own }) => {
      const path = `${prefix}${own.name}`
      const attribute: SchemaAttribute = {
        ...own,
        path,
        exact: own.caseExact ?? false,
        subAttributes: compile(subAttributes ?? [], `${path}.`),
      }
      return [own.name.toLowerCase(), attribute]
    }),
  )

const common = (name: string, more: Partial<AttributeDefinition>): AttributeDefinition => ({
  name,
  type: 'string',
  multiValued: false,
  description: '',
  required: false,
  caseExact: true,
  mutability: 'readOnly',
  returned: 'default',
  uniqueness: 'none',
  ...more,
})

/** RFC 7643 §3.1: on every resource, and by the RFC in no schema. */
const commonAttributes: readonly AttributeDefinition[] = [
  common('schemas', { type: 'reference', multiValued: true, required: true, returned: 'always' }),
  common('id', { returned: 'always', uniqueness: 'server' }),
  common('externalId', { mutability: 'readWrite', uniqueness: 'server' }),
  common('meta', {
    type: 'complex',
    caseExact: false,
    subAttributes: [
      common('resourceType', {}),
      common('created', { type: 'dateTime' }),
      common('lastModified', { type: 'dateTime' }),
      common('location', { type: 'reference' }),
      common('version', {}),
    ],
  }),
]

const document = (urn: string): SchemaDocument => {
  const found = schemaDocuments.find((each) => each.id === urn)
  if (found === undefined) throw new TypeError(`no schema document ${urn}`)
  return found
}
const resource = (
  name: ResourceSchema['name'],
  endpoint: ResourceSchema['endpoint'],
  urn: string,
  extensions: readonly string[],
): ResourceSchema => ({
  name,
  endpoint,
  urn,
  description: document(urn).description,
  attributes: compile([...commonAttributes, ...document(urn).attributes], ''),
  extensions: new Map(
    extensions.map((each) => [
      each.toLowerCase(),
      { urn: each, attributes: compile(document(each).attributes, `${each}:`) },
    ]),
  ),
})

export const userSchema = resource('User', '/Users', userUrn, [enterpriseUrn])
export const groupSchema = resource('Group', '/Groups', groupUrn, [membershipUrn])
export const resourceSchemas: readonly ResourceSchema[] = [userSchema, groupSchema]

export const isUrn = (name: string): boolean => /^urn:/i.test(name)

/** The attribute of a table by its name in any case. */
export const attributeNamed = (table: AttributeTable, name: string): SchemaAttribute | undefined =>
  table.get(name.toLowerCase())
