import type { Configuration, Connection, Rule, SamlSettings } from './configuration.ts'
import { fold, type RuleId } from './ids.ts'
import type { GroupStatement, Login, LoginStatement, ShownAttributes } from './login.ts'
import { attributeFor } from './login-claim.ts'
import { overflowAttributes } from './login-statement.ts'
import type { MemberGroup, Patterns } from './matching.ts'
import { rulesAskingForAttribute, rulesAskingForGroup } from './preview-rules.ts'

/** What the connection takes an attribute for. */
export type AttributeUse =
  | { readonly kind: 'groups' | 'overflow' | 'subject' | 'email' | 'givenName' | 'familyName' }
  /** Rules know it under `name`; `rules`: those that ask for it. */
  | { readonly kind: 'rules'; readonly name: string; readonly rules: readonly RuleId[] }

/** One attribute of the assertion: its name and how many values, not the values. */
export type AttributePreview = {
  readonly name: string
  readonly values: number
  /** Empty: nothing here asks for it. */
  readonly uses: readonly AttributeUse[]
  readonly hint?: string
}
/** A group the assertion names. */
export type GroupPreview = {
  readonly name: string
  /** Rules of the connection that ask for a group of this name; none: it is known to no rule. */
  readonly rules: readonly RuleId[]
  /** Rules see it as pushed by SCIM, for there it is known, too. */
  readonly pushed?: true
}
export type StatementPreview = {
  readonly groups: {
    readonly kind: GroupStatement['kind']
    readonly attribute: string
    readonly meaning: string
    readonly names: readonly GroupPreview[]
  }
  readonly attributes: readonly AttributePreview[]
  /** Configured, and not in the assertion. */
  readonly missing: readonly { readonly attribute: string; readonly use: AttributeUse }[]
}

type Expected = { readonly attribute: string; readonly use: AttributeUse; readonly hidden?: true }

const personal = ['email', 'givenName', 'familyName'] as const
const people = ['subject', ...personal] as const

const ofPerson = (saml: SamlSettings | undefined): readonly Expected[] =>
  people.flatMap((kind) => {
    const attribute = saml?.[kind]
    return attribute === undefined ? [] : [{ attribute, use: { kind } }]
  })

const expectedBy = ({ groups, saml }: Connection, rules: readonly Rule[]): readonly Expected[] => [
  ...(groups?.from.includes('saml')
    ? [
        { attribute: groups.samlAttribute, use: { kind: 'groups' } } as const,
        ...overflowAttributes.map(
          (attribute) => ({ attribute, use: { kind: 'overflow' }, hidden: true }) as const,
        ),
      ]
    : []),
  ...ofPerson(saml),
  ...Object.entries(saml?.attributes ?? {}).map(
    ([name, attribute]): Expected => ({
      attribute,
      use: { kind: 'rules', name, rules: rulesAskingForAttribute(rules, name) },
    }),
  ),
]

/** Names under which identity providers send groups by default. */
const usualGroups: ReadonlySet<string> = new Set(
  [
    'groups',
    'group',
    'memberOf',
    'roles',
    'role',
    'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups',
    'http://schemas.microsoft.com/ws/2008/06/identity/claims/role',
    'http://schemas.xmlsoap.org/claims/Group',
    'urn:oid:1.3.6.1.4.1.5923.1.5.1.1',
  ].map(fold),
)

const hintFor = (
  name: string,
  expected: readonly Expected[],
  sent: ReadonlySet<string>,
): string | undefined => {
  const unmet = expected.filter(({ attribute, hidden }) => hidden !== true && !sent.has(attribute))
  const near = unmet.find(({ attribute }) => fold(attribute) === fold(name))
  if (near !== undefined)
    return `the configuration asks for "${near.attribute}": names of SAML attributes are compared letter by letter`
  return usualGroups.has(fold(name)) && unmet.some(({ use }) => use.kind === 'groups')
    ? 'it may hold the groups: set groups.samlAttribute of the connection to this name, if so'
    : undefined
}

/** Seconds in the largest unit that divides them. */
export const durationText = (seconds: number): string => {
  const [size, unit] = (
    [
      [86_400, 'd'],
      [3600, 'h'],
      [60, 'm'],
    ] as const
  ).find(([one]) => seconds % one === 0) ?? [1, 's']
  return `${seconds / size}${unit}`
}

const before = (login: Login | undefined, maximumAge: number): string => {
  if (login?.groups === undefined) return 'no earlier login showed any'
  const { at, values } = login.groups
  return `the ${values.length} of the login of ${at} stay as they are, until they are ${durationText(maximumAge)} old`
}

const meaningOf = ({ groups }: Connection, statement: LoginStatement, earlier: Login | undefined): string => {
  if (!groups?.from.includes('saml'))
    return 'the connection takes groups from SCIM alone (groups.from): what an assertion says of groups counts for nothing'
  const kept = before(earlier, groups.maximumAge)
  switch (statement.groups.kind) {
    case 'present':
      return statement.groups.names.length === 0
        ? 'the attribute is there without a value: by their logins they are in no group any longer'
        : `these replace what earlier logins showed, and count for ${durationText(groups.maximumAge)}`
    case 'absent':
      return `the assertion does not say anything of groups, so nothing is taken: ${kept}`
    case 'overflow':
      return `the assertion does not hold all groups (Entra’s link, or more than can be believed), so nothing is taken: ${kept}; let the identity provider send fewer, such as only those assigned to the application`
  }
}

export type StatementInput = {
  readonly configuration: Configuration
  readonly connection: Connection
  readonly statement: LoginStatement
  /** All of the assertion; absent: only what was kept of it is known. */
  readonly attributes?: ShownAttributes | undefined
  readonly earlier: Login | undefined
  readonly pushed: readonly MemberGroup[]
  readonly patterns: Patterns
}

const isPushed = (pushed: readonly MemberGroup[], name: string): boolean =>
  pushed.some(({ reference: { id, externalId, displayName } }) =>
    [id, externalId ?? id, displayName].some((known) => fold(known) === fold(name)),
  )

const usesOf = (
  name: string,
  expected: readonly Expected[],
  { saml }: Connection,
  all: ShownAttributes,
): readonly AttributeUse[] => [
  ...expected.filter(({ attribute }) => attribute === name).map(({ use }) => use),
  // By one of the usual names, where none is configured.
  ...personal
    .filter(
      (kind) => saml !== undefined && saml[kind] === undefined && attributeFor(saml, kind, all) === name,
    )
    .map((kind) => ({ kind })),
]

/** Which parts of an assertion count, for what, and which nobody asks for. */
export const previewStatement = (input: StatementInput): StatementPreview => {
  const { configuration, connection, statement, earlier, pushed, patterns } = input
  const attributes = Object.entries(input.attributes ?? {})
  const rules = configuration.rules.filter((one) => (one.connection ?? connection.id) === connection.id)
  const expected = expectedBy(connection, rules)
  const sent = new Set(attributes.map(([name]) => name))
  const names = statement.groups.kind === 'present' ? statement.groups.names : []
  return {
    groups: {
      kind: statement.groups.kind,
      attribute: connection.groups?.samlAttribute ?? 'groups',
      meaning: meaningOf(connection, statement, earlier),
      names: names.map((name) => ({
        name,
        rules: rulesAskingForGroup(rules, name, patterns),
        ...(isPushed(pushed, name) ? { pushed: true as const } : {}),
      })),
    },
    attributes: attributes.map(([name, values]) => {
      const uses = usesOf(name, expected, connection, input.attributes ?? {})
      const hint = uses.length > 0 ? undefined : hintFor(name, expected, sent)
      return { name, values: values.length, uses, ...(hint === undefined ? {} : { hint }) }
    }),
    missing:
      input.attributes === undefined
        ? []
        : expected
            .filter(({ attribute, hidden }) => hidden !== true && !sent.has(attribute))
            .map(({ attribute, use }) => ({ attribute, use })),
  }
}
