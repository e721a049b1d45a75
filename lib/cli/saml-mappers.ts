import type { Community, Configuration, Connection, Matcher, Rule, TextTest } from '../core/configuration.ts'
import { type ConnectionId, fold, type RoleId, type RuleId } from '../core/ids.ts'
import { answersNoRole, fallbackName, noRole } from '../hooks/role-claim.ts'

/** One line of the platform's form: this value of the attribute gives this role. */
type Mapped = {
  readonly value: string
  /** The role's name on the platform, as it is entered there. */
  readonly role: string
}
export type GroupMapper = Mapped & {
  readonly rule: RuleId
  /** Only people of this connection are meant; the form cannot say so. */
  readonly connection?: ConnectionId
}
/** A hook puts the role's own name into this attribute, by all rules together. */
export type ClaimMapper = Mapped & { readonly claim: string }
export type SamlMapper = GroupMapper | ClaimMapper

export type SamlMappers = {
  /** Highest priority first. */
  readonly mappers: readonly SamlMapper[]
  /** What a form of values and roles cannot say. */
  readonly left: readonly { readonly rule: RuleId; readonly role: string; readonly why: string }[]
  /** Values that give a role of higher priority already. */
  readonly shadowed: readonly GroupMapper[]
  /** For everybody else; undefined: the configuration names none. */
  readonly defaultRole?: string
  /** What a hook answers of somebody for whom there is not even a role that gives nothing: no line may name it. */
  readonly noRole?: string
}

type Said = { readonly values: readonly string[]; readonly left: readonly string[] }
const none: Said = { values: [], left: [] }

const testSaid = (test: TextTest): Said => {
  if ('equals' in test) return { values: [test.equals], left: [] }
  if ('anyOf' in test) return { values: test.anyOf, left: [] }
  const [kind = 'test'] = Object.keys(test)
  return { values: [], left: [`a mapper compares whole values, and this is a ${kind}`] }
}

/** Only what is certainly meant by one value: half a condition would give the role to too many. */
const said = (matcher: Matcher): Said => {
  if ('group' in matcher) return testSaid(matcher.group)
  if ('any' in matcher)
    return matcher.any
      .map(said)
      .reduce(
        (all, one) => ({ values: [...all.values, ...one.values], left: [...all.left, ...one.left] }),
        none,
      )
  if ('all' in matcher) {
    const [only, ...more] = matcher.all
    if (only !== undefined && more.length === 0) return said(only)
    return { values: [], left: ['a mapper knows one condition, and these must all hold'] }
  }
  if ('not' in matcher) return { values: [], left: ['a mapper cannot say what must not be there'] }
  return { values: [], left: [`it tests the attribute ${matcher.attribute}, not a group`] }
}

type Line = { readonly rule: Rule; readonly role: RoleId; readonly name: string }

/** Every grant of the community, in the order of its roles, which is their priority. */
const linesOf = (rules: readonly Rule[], community: Community): readonly Line[] =>
  community.roles.flatMap(({ id, name }) =>
    rules
      .filter(({ grant }) => grant.some((one) => one.community === community.id && one.role === id))
      .map((rule) => ({ rule, role: id, name })),
  )

/** Names of the claims that carry the community's role in tokens of the connection. */
const claimNames = ({ hooks }: Connection, community: Community): readonly string[] =>
  [...(hooks?.okta?.claims ?? []), ...(hooks?.entra?.claims ?? [])]
    .filter((claim) => claim.community === community.id)
    .map(({ name }) => name)

/** Each role under its own name: whoever may have it is decided before the platform is asked. */
const hookMappers = (claims: readonly string[], { roles }: Community): readonly ClaimMapper[] => {
  const names = [...new Set(roles.map(({ name }) => name))]
  return [...new Set(claims)].flatMap((claim) => names.map((name) => ({ value: name, role: name, claim })))
}

const mappersOf = ({ rule, name }: Line): readonly GroupMapper[] =>
  said(rule.when).values.map((value) => ({
    value,
    role: name,
    rule: rule.id,
    ...(rule.connection === undefined ? {} : { connection: rule.connection }),
  }))

/** Rules for people whose identity provider no hook answers: what their groups give is up to the form. */
const withoutHook = ({ connections, rules }: Configuration, community: Community): readonly Rule[] => {
  const hooked = new Set(
    connections.filter((one) => claimNames(one, community).length > 0).map(({ id }) => id),
  )
  if (connections.length > 0 && connections.every(({ id }) => hooked.has(id))) return []
  return rules.filter(({ connection }) => connection === undefined || !hooked.has(connection))
}

/** What an operator enters by hand: the names of roles where a hook sends them, else from the rules' groups. */
export const samlMappers = (configuration: Configuration, community: Community): SamlMappers => {
  const lines = linesOf(withoutHook(configuration, community), community)
  const first = new Map<string, GroupMapper>()
  const shadowed: GroupMapper[] = []
  for (const mapper of lines.flatMap(mappersOf)) {
    const earlier = first.get(fold(mapper.value))
    if (earlier === undefined) first.set(fold(mapper.value), mapper)
    else if (earlier.role !== mapper.role) shadowed.push(mapper)
  }
  const fallback = fallbackName(community)
  const claims = configuration.connections.flatMap((one) => claimNames(one, community))
  const unmatched = claims.length > 0 && answersNoRole(community)
  return {
    mappers: [...hookMappers(claims, community), ...first.values()],
    left: lines.flatMap(({ rule, name }) =>
      [...new Set(said(rule.when).left)].map((why) => ({ rule: rule.id, role: name, why })),
    ),
    shadowed,
    // Whoever is sent a value without a line gets it: a role that still reads is not for them.
    ...(fallback === undefined || unmatched ? {} : { defaultRole: fallback }),
    ...(unmatched ? { noRole: noRole(community) } : {}),
  }
}
