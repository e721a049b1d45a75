import type { Connection, Rule } from './configuration.ts'
import { fold, type Instant } from './ids.ts'
import { factsInForce, type Login, type LoginFacts, type ShownAttributes } from './login.ts'
import { attributesAsked, concernsRules, type Patterns } from './matching.ts'
import type { GroupReference, Member } from './member.ts'
import { groupsFor } from './member-groups.ts'

type Settings = Pick<Connection, 'groups' | 'saml' | 'hooks'>

/** Seconds; as the configuration's own default. */
const usualAge = 30 * 86_400

/** Whether anybody of the connection can have a record of logins at all. */
export const usesLogins = (connection: Settings | undefined): boolean =>
  connection?.saml !== undefined || connection?.hooks?.okta !== undefined

export const maximumAge = ({ groups }: Pick<Connection, 'groups'>): number => groups?.maximumAge ?? usualAge

/** What counts of a member's logins: shown in this life of theirs, and not too long ago. */
export const factsOf = (
  connection: Settings | undefined,
  member: Pick<Member, 'incarnation'>,
  login: Login | undefined,
  now: Instant,
): LoginFacts | undefined =>
  connection === undefined || !usesLogins(connection) || login?.life !== member.incarnation
    ? undefined
    : factsInForce(login, maximumAge(connection), now)

/** The names of the groups a login showed that rules may see by the connection's settings. */
export const shownGroups = (
  { groups }: Pick<Connection, 'groups'>,
  facts: LoginFacts | undefined,
): readonly string[] => groupsFor(groups, [], facts).map(({ reference: { displayName } }) => displayName)

const only = (attributes: ShownAttributes, test: (name: string) => boolean): LoginFacts['attributes'] => {
  const bag = Object.create(null) as { [name: string]: readonly string[] }
  for (const [name, values] of Object.entries(attributes)) if (test(name)) bag[name] = values
  return bag
}

/** Answers kept by name; names from outside may be without end. */
const mostRemembered = 10_000

/** Everybody is in the same few groups. */
const remembered = (test: (group: GroupReference) => boolean): ((group: GroupReference) => boolean) => {
  const known = new Map<string, boolean>()
  return (group) => {
    const found = known.get(group.displayName)
    if (found !== undefined) return found
    const answer = test(group)
    if (known.size < mostRemembered) known.set(group.displayName, answer)
    return answer
  }
}

/** The part of it that can make any difference to the rules: whoever leaves out the rest comes to the same assignments. */
export const createConcerning = (
  { id, groups }: Pick<Connection, 'id' | 'groups'>,
  rules: readonly Rule[],
  patterns: Patterns,
): ((facts: LoginFacts | undefined) => LoginFacts) => {
  const own = rules.filter(({ connection }) => connection === undefined || connection === id)
  const concerns = remembered(concernsRules(own, patterns))
  const asked = attributesAsked(own)
  return (facts) => ({
    groups: groupsFor(groups, [], facts)
      .filter(({ reference }) => concerns(reference))
      .map(({ reference: { displayName } }) => displayName),
    attributes: only(facts?.attributes ?? {}, (name) => asked.has(fold(name))),
  })
}

const asText = ({ groups, attributes }: LoginFacts): string =>
  JSON.stringify([
    groups.toSorted(),
    Object.entries(attributes)
      .map(([name, values]) => [name, values.toSorted()] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  ])

/** In whatever order they were shown. */
export const sameFacts = (a: LoginFacts, b: LoginFacts): boolean => asText(a) === asText(b)
