import type { Connection } from './configuration.ts'
import type { Instant } from './ids.ts'
import type { GroupStatement, LoginStatement, ShownAttributes } from './login.ts'

/** Names of a SAML attribute map are compared as they stand (SAML core 2.7.3.1); names come from outside, so own properties only. */
const valuesOf = (attributes: ShownAttributes, name: string): readonly string[] | undefined =>
  Object.hasOwn(attributes, name) ? attributes[name] : undefined

/** Blanks around a value are never meant, and an element without text says nothing. */
const tidy = (values: readonly string[]): readonly string[] => [
  ...new Set(values.map((value) => value.trim()).filter((value) => value !== '')),
]

/** The only value of an attribute: with several, nobody knows which is meant. */
export const singleValue = (attributes: ShownAttributes, name: string): string | undefined => {
  const values = tidy(valuesOf(attributes, name) ?? [])
  return values.length === 1 ? values[0] : undefined
}

/** What Entra sends instead of the groups of whoever is in more than 150: a link to ask for them. */
export const overflowAttributes = ['http://schemas.microsoft.com/claims/groups.link', 'groups.link'] as const

/** A list that is longer may have been cut on its way: it is never taken for the whole of it. */
export const mostGroups = 1000

type Groups = Connection['groups']

/** Rules never see what the connection does not take from logins, so it is not kept either. */
const groupStatement = (groups: Groups, attributes: ShownAttributes): GroupStatement => {
  if (groups === undefined || !groups.from.includes('saml')) return { kind: 'absent' }
  if (overflowAttributes.some((name) => valuesOf(attributes, name) !== undefined)) return { kind: 'overflow' }
  const values = valuesOf(attributes, groups.samlAttribute)
  if (values === undefined) return { kind: 'absent' }
  const names = tidy(values)
  return names.length > mostGroups ? { kind: 'overflow' } : { kind: 'present', names }
}

/** What one assertion, or a hook's copy of it, says as far as rules may see it. An attribute that is there without a value is there: it clears what was. */
export const statementOf = (
  { groups, saml }: Pick<Connection, 'groups' | 'saml'>,
  attributes: ShownAttributes,
  at: Instant,
): LoginStatement => {
  const shown = Object.create(null) as { [name: string]: readonly string[] }
  for (const [name, from] of Object.entries(saml?.attributes ?? {})) {
    const values = valuesOf(attributes, from)
    if (values !== undefined) shown[name] = tidy(values)
  }
  return { at, groups: groupStatement(groups, attributes), attributes: shown }
}
