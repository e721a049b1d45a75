import {
  type AttributeDefinition,
  type AttributeType,
  accessUrn,
  enterpriseUrn,
  groupUrn,
  membershipUrn,
  type SchemaDocument,
  schemaDocuments,
  userUrn,
} from './definitions.ts'

/** One attribute, compiled once at module load. `path` is how errors name it. */
export type SchemaAttribute = Omit<AttributeDefinition, 'subAttributes' | 'type'> & {
  /** `undeclared`: of an extension that only the identity provider knows; its values have the JSON type they have. */
  readonly type: AttributeType | 'undeclared'
  readonly path: string
  readonly exact: boolean
  readonly subAttributes: AttributeTable
}
/** By folded name: attribute names are case-insensitive (RFC 7643 §2.1). A Map, so that `constructor` is a name like any other. */
export type AttributeTable = ReadonlyMap<string, SchemaAttribute>

export type Extension = {
  readonly urn: string
  readonly attributes: AttributeTable
  /** What `/Schemas` publishes. */
  readonly document: SchemaDocument
}
export type ResourceSchema = {
  /** Of the resource type, such as `User`. */
  readonly name: string
  /** Such as `/Users`. */
  readonly endpoint: string
  readonly urn: string
  readonly description: string
  readonly document: SchemaDocument
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
/** A resource type's schema from what `/Schemas` publishes of it: the one description everything else follows. */
export const compileSchema = (
  endpoint: string,
  core: SchemaDocument,
  extensions: readonly SchemaDocument[] = [],
): ResourceSchema => ({
  name: core.name,
  endpoint,
  urn: core.id,
  description: core.description,
  document: core,
  attributes: compile([...commonAttributes, ...core.attributes], ''),
  extensions: new Map(
    extensions.map((each) => [
      each.id.toLowerCase(),
      { urn: each.id, attributes: compile(each.attributes, `${each.id}:`), document: each },
    ]),
  ),
})

export const userSchema = compileSchema('/Users', document(userUrn), [
  document(enterpriseUrn),
  document(accessUrn),
])
export const groupSchema = compileSchema('/Groups', document(groupUrn), [document(membershipUrn)])

export const isUrn = (name: string): boolean => /^urn:/i.test(name)

/** The attribute of a table by its name in any case. */
export const attributeNamed = (table: AttributeTable, name: string): SchemaAttribute | undefined =>
  table.get(name.toLowerCase())
