import type { Community, Configuration } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import { type ConnectionId, fold } from '../core/ids.ts'
import { type Arguments, positionals, usageError } from './arguments.ts'
import { type Exit, exits } from './exits.ts'
import { communityNamed } from './names.ts'
import { type SamlMapper, type SamlMappers, samlMappers } from './saml-mappers.ts'
import { harmless, say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

/** The mapper, and how else its group is called: identity providers send names or ids, and only they know which. */
type Shown = SamlMapper & { readonly also: readonly string[] }

const groupsCalled = async (
  { directory }: Pick<House, 'directory'>,
  connection: ConnectionId,
  value: string,
): Promise<readonly string[]> => {
  const found = [
    ...(await directory.findGroups(connection, { by: 'displayName', value })),
    ...(await directory.findGroups(connection, { by: 'externalId', value })),
  ]
  return found.flatMap(({ displayName, externalId }) => [
    displayName,
    ...(externalId === undefined ? [] : [externalId]),
  ])
}

const shownOf = async (house: House, { connections }: Configuration, mapper: SamlMapper): Promise<Shown> => {
  // What a hook sends is a role's name: no group is called so.
  if ('claim' in mapper) return { ...mapper, also: [] }
  const meant = connections.filter(({ id }) => mapper.connection === undefined || mapper.connection === id)
  const names: string[] = []
  for (const { id } of meant) names.push(...(await groupsCalled(house, id, mapper.value)))
  const also = [...new Set(names)].filter((name) => fold(name) !== fold(mapper.value))
  return { ...mapper, also: also.toSorted() }
}

const attributeFrom = (given: Arguments): string => {
  const name = given.text('attribute')?.trim() ?? 'role'
  if (name.length > 0 && name.length <= 256 && harmless(name) === name) return name
  throw usageError('--attribute must be the name of a SAML attribute')
}

/** Where the form goes by groups, it decides beside us. */
const groupWarnings = ({ onConflict }: Community): readonly string[] => [
  'mappers overwrite the role at each login: keep them in step with the rules, or switch them off, and Rolecall alone decides',
  'who is in several of these groups gets the role that stands first, as far as the platform keeps the order',
  ...(onConflict === 'priority'
    ? []
    : [`onConflict is ${onConflict}, and the order here is that of the roles`]),
]

const hookWarnings = (noRole: string | undefined): readonly string[] => [
  'a hook sends the name of the one role that the rules give: enter every role, and a new one before a rule gives it',
  'the identity provider’s own value of the attribute must name no role: it counts when the hook does not answer',
  ...(noRole === undefined
    ? []
    : [`whoever has no role is sent the value ${noRole}: enter no mapper for it`]),
]

/** What the vendor's form does beside us. */
const warningsOf = (
  { mappers, left, defaultRole, noRole }: SamlMappers,
  community: Community,
  attribute: string,
): readonly string[] => {
  const claims = new Set(mappers.flatMap((one) => ('claim' in one ? [one.claim] : [])))
  const byGroups = claims.size === 0 || left.length > 0 || mappers.some((one) => 'rule' in one)
  const missing =
    community.fallbackRole === undefined ? 'no fallbackRole is configured' : 'the fallbackRole still reads'
  return [
    ...(claims.size === 0 ? [] : hookWarnings(noRole)),
    ...(byGroups ? groupWarnings(community) : []),
    ...(byGroups && claims.has(attribute)
      ? [
          `groups and roles share the attribute ${attribute}: a group named like a role gives it; choose another with --attribute`,
        ]
      : []),
    'values are compared as they are written, upper and lower case apart',
    'keep one administrator who logs in without the identity provider',
    ...(defaultRole === undefined
      ? [`${missing}: make a custom role without permissions the default user role`]
      : []),
  ]
}

type Table = { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }

const tableOf = (attribute: string, shown: readonly Shown[]): Table => ({
  head: ['#', 'attribute', 'value', 'role', 'rule', 'or as'],
  rows: shown.map((mapper, index) => [
    String(index + 1),
    'claim' in mapper ? mapper.claim : attribute,
    mapper.value,
    mapper.role,
    'rule' in mapper ? mapper.rule : 'by a hook',
    mapper.also.join(', '),
  ]),
})

const plain = ({ head, rows }: Table): readonly string[] => {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

const cell = (text: string): string => text.replaceAll(/[\\|`*_<>[\]]/g, String.raw`\$&`)
const markdown = ({ head, rows }: Table): readonly string[] =>
  [head, head.map(() => '---'), ...rows.map((row) => row.map(cell))].map((row) => `| ${row.join(' | ')} |`)

const restLines = (found: SamlMappers, warnings: readonly string[], bullet: string): readonly string[] => [
  '',
  `Default user role: ${found.defaultRole ?? 'one that gives nothing'}`,
  ...(found.left.length === 0
    ? []
    : [
        '',
        'No mapper can say:',
        ...found.left.map(({ rule, role, why }) => `${bullet}${rule} → ${role}: ${why}`),
      ]),
  ...(found.shadowed.length === 0
    ? []
    : [
        '',
        'Left out, because the value gives a role of higher priority:',
        ...found.shadowed.map(({ value, role, rule }) => `${bullet}${value} → ${role} (rule ${rule})`),
      ]),
  '',
  'Mind:',
  ...warnings.map((warning) => `${bullet}${warning}`),
]

/** What is entered by hand at Settings, SSO: the platform has no API for it. Reads the configuration and the directory only. */
export const showSamlMappers = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { community: name } = positionals(given, 'community')
  const attribute = attributeFrom(given)
  const id = await communityNamed(house, name)
  const configuration = await house.configuration()
  const community = configuration.communities.find((one) => one.id === id)
  if (community?.platform !== 'netography')
    throw new ConnectorError(
      'unsupported',
      `${id} is no Netography account, and only those have SAML role mappers`,
    )
  const found = samlMappers(configuration, community)
  const shown: Shown[] = []
  for (const mapper of found.mappers) shown.push(await shownOf(house, configuration, mapper))
  const warnings = warningsOf(found, community, attribute)
  if (given.flag('json')) {
    const { left, shadowed, defaultRole = null, noRole = null } = found
    const rest = { left, shadowed, defaultRole, noRole, warnings }
    sayJson(terminal, { community: id, attribute, mappers: shown, ...rest })
    return exits.nothing
  }
  const table = tableOf(attribute, shown)
  const asMarkdown = given.flag('markdown')
  const rows =
    shown.length === 0
      ? ['No rule names a group that a mapper could.']
      : asMarkdown
        ? markdown(table)
        : plain(table)
  const head = asMarkdown ? [`## SAML role mappers of ${id}`, ''] : []
  say(terminal, [...head, ...rows, ...restLines(found, warnings, asMarkdown ? '- ' : '  ')].join('\n'))
  return exits.nothing
}
