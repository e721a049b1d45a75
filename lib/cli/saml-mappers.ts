import type { Community, Configuration, Matcher, Rule, TextTest } from '../core/configuration.ts'
import { type ConnectionId, fold, type RoleId, type RuleId } from '../core/ids.ts'

/** One line of the platform's form: this value of the attribute gives this role. */
export type SamlMapper = {
  readonly value: string
  /** The role's name on the platform, as it is entered there. */
  readonly role: string
  readonly rule: RuleId
  /** Only people of this connection are meant; the form cannot say so. */
  readonly connection?: ConnectionId
}
export type SamlMappers = {
  /** Highest priority first. */
  readonly mappers: readonly SamlMapper[]
  /** What a form of values and roles cannot say. */
  readonly left: readonly { readonly rule: RuleId; readonly role: string; readonly why: string }[]
  /** Values that give a role of higher priority already. */
  readonly shadowed: readonly SamlMapper[]
  /** For everybody else; undefined: the configuration names none. */
  readonly defaultRole?: string
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
const linesOf = ({ rules }: Configuration, community: Community): readonly Line[] =>
  community.roles.flatMap(({ id, name }) =>
    rules
      .filter(({ grant }) => grant.some((one) => one.community === community.id && one.role === id))
      .map((rule) => ({ rule, role: id, name })),
  )

const mappersOf = ({ rule, name }: Line): readonly SamlMapper[] =>
  said(rule.when).values.map((value) => ({
    value,
    role: name,
    rule: rule.id,
    ...(rule.connection === undefined ? {} : { connection: rule.connection }),
  }))

/** What an operator enters by hand, from the rules' groups. */
export const samlMappers = (configuration: Configuration, community: Community): SamlMappers => {
  const lines = linesOf(configuration, community)
  const first = new Map<string, SamlMapper>()
  const shadowed: SamlMapper[] = []
  for (const mapper of lines.flatMap(mappersOf)) {
    const earlier = first.get(fold(mapper.value))
    if (earlier === undefined) first.set(fold(mapper.value), mapper)
    else if (earlier.role !== mapper.role) shadowed.push(mapper)
  }
  const fallback = community.roles.find(({ id }) => id === community.fallbackRole)
  return {
    mappers: [...first.values()],
    left: lines.flatMap(({ rule, name }) =>
      [...new Set(said(rule.when).left)].map((why) => ({ rule: rule.id, role: name, why })),
    ),
    shadowed,
    ...(fallback === undefined ? {} : { defaultRole: fallback.name }),
  }
}
