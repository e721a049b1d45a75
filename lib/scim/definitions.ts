import SCIMMY from 'scimmy'

/** An attribute as RFC 7643 §7 describes it; what `/Schemas` publishes is what the validator enforces. */
export type AttributeDefinition = {
  readonly name: string
  readonly type: AttributeType
  readonly multiValued: boolean
  readonly description: string
  readonly required: boolean
  readonly caseExact?: boolean
  readonly mutability: Mutability
  readonly returned: Returned
  readonly uniqueness?: 'none' | 'server' | 'global'
  readonly canonicalValues?: readonly string[]
  readonly referenceTypes?: readonly string[]
  readonly subAttributes?: readonly AttributeDefinition[]
}
export type AttributeType =
  | 'string'
  | 'boolean'
  | 'decimal'
  | 'integer'
  | 'dateTime'
  | 'reference'
  | 'binary'
  | 'complex'
export type Mutability = 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly'
export type Returned = 'always' | 'never' | 'default' | 'request'
export type SchemaDocument = {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly attributes: readonly AttributeDefinition[]
}

export const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const groupUrn = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const enterpriseUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
export const membershipUrn = 'urn:rolecall:params:scim:schemas:extension:membership:2.0:Group'
export const accessUrn = 'urn:rolecall:params:scim:schemas:extension:access:2.0:User'

type Override = Partial<Omit<AttributeDefinition, 'subAttributes'>>

// RFC 7643 §4.1: ids and hashes compare exactly; §8.7.1 makes `type` and `primary` suggestions and a flag, never a closed list.
const overrides: ReadonlyMap<string, Override> = new Map<string, Override>([
  ['User.groups.value', { caseExact: true }],
  ['User.profileUrl', { caseExact: true }],
  ['Group.displayName', { required: true }],
  ['Group.members.value', { caseExact: true }],
  ['Group.members.$ref', { caseExact: true }],
  // Left out of answers: a name that changes would have to be written to every group its bearer is in.
  ['Group.members.display', { mutability: 'readOnly' }],
  ['EnterpriseUser.manager.value', { caseExact: true }],
])

const adjust = (path: string, definition: AttributeDefinition): AttributeDefinition => {
  const { subAttributes, ...own } = definition
  return {
    ...own,
    // The library leaves these out where the RFC's table states them.
    ...(own.type === 'reference' || own.type === 'binary' ? { caseExact: true } : {}),
    uniqueness: own.uniqueness ?? 'none',
    ...overrides.get(path),
    ...(subAttributes === undefined
      ? {}
      : { subAttributes: subAttributes.map((sub) => adjust(`${path}.${sub.name}`, sub)) }),
  }
}

const fromLibrary = (definition: { readonly describe: (basepath?: string) => unknown }): SchemaDocument => {
  // The library's attributes describe themselves only when serialised.
  const described = JSON.parse(JSON.stringify(definition.describe())) as SchemaDocument
  const { id, name, description, attributes } = described
  return { id, name, description, attributes: attributes.map((each) => adjust(`${name}.${each.name}`, each)) }
}

const readOnly = { required: false, mutability: 'readOnly', returned: 'default', uniqueness: 'none' } as const

/** Stands in a group's answer when its members are too many to be listed in it. */
const membership: SchemaDocument = {
  id: membershipUrn,
  name: 'Membership',
  description: 'How many members a Group has and where they are listed, when they are too many to be inline.',
  attributes: [
    {
      ...readOnly,
      name: 'memberCount',
      type: 'integer',
      multiValued: false,
      description: 'Number of members of the Group.',
    },
    {
      ...readOnly,
      name: 'members',
      type: 'reference',
      referenceTypes: ['uri'],
      multiValued: false,
      caseExact: true,
      description: 'Address at which the members are listed page by page.',
    },
  ],
}

const part = (
  name: string,
  description: string,
  more: Partial<AttributeDefinition> = {},
): AttributeDefinition => ({
  ...readOnly,
  name,
  type: 'string',
  multiValued: false,
  caseExact: true,
  description,
  ...more,
})

/**
 * What becomes of a User on the platforms. `returned: request`: identity providers poll Users all day, and each of these costs reads of its own, so
 * only who names it in `attributes` gets it.
 */
const access: SchemaDocument = {
  id: accessUrn,
  name: 'Access',
  description: 'The roles a User should have or has in each community, and how far they are.',
  attributes: [
    {
      ...readOnly,
      name: 'assignments',
      type: 'complex',
      multiValued: true,
      returned: 'request',
      description: 'One role in one community.',
      subAttributes: [
        part('community', 'Id of the community in the configuration.'),
        part('role', 'Id of the role in the configuration.'),
        part('status', 'How far the assignment is.', {
          canonicalValues: ['assigned', 'pending', 'held', 'failed'],
        }),
        part('inheritedFrom', 'The community above in which it is given; it holds here, too.'),
        part('because', 'The rules behind it, each with the group or attribute it matched.', {
          multiValued: true,
        }),
      ],
    },
  ],
}

export const schemaDocuments: readonly SchemaDocument[] = [
  fromLibrary(SCIMMY.Schemas.User.definition),
  fromLibrary(SCIMMY.Schemas.Group.definition),
  fromLibrary(SCIMMY.Schemas.EnterpriseUser.definition),
  membership,
  access,
]
