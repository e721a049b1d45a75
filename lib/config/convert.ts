import type {
  Budget,
  Community,
  Configuration,
  Leaving,
  Matcher,
  RoleDefinition,
  TextTest,
} from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import { communityId, connectionId, fold, roleId, ruleId } from '../core/ids.ts'
import { seconds } from './forms.ts'
import type { CommunityFile, ConfigurationFile, RoleFile } from './schema.ts'
import type { MatcherFile, TestFile } from './schema-matcher.ts'

/** From the file's shape, checked, to the one the house works with: defaults filled in, durations in seconds, addresses folded. */
type LeavingFile = NonNullable<CommunityFile['onDeparture']>
type BudgetFile = NonNullable<NonNullable<CommunityFile['safety']>['departures']>

const unchecked = (what: string): never => {
  throw new ConnectorError('internal', `${what} was converted without being checked`)
}

const action = 'then'
const defaultLeaving: Leaving = { [action]: 'suspend', removeAfter: seconds('30d') }

const leaving = ({ then, removeAfter }: LeavingFile): Leaving => ({
  [action]: then,
  ...(removeAfter === undefined ? {} : { removeAfter: seconds(removeAfter) }),
})

const budget = (file: BudgetFile | undefined): Budget => ({
  fraction: file?.fraction ?? 0.2,
  floor: file?.floor ?? 5,
})

const role = (file: RoleFile): RoleDefinition => {
  const { id, builtin, description, permissions, intakes = [] } = file
  if (builtin !== undefined) return { id: roleId(id), kind: 'builtin', name: builtin }
  const kind = (['custom', 'restricted', 'intakeRestricted'] as const).find((one) => file[one] !== undefined)
  const name = kind === undefined ? undefined : file[kind]
  if (kind === undefined || name === undefined) return unchecked('a role')
  if (description === undefined || permissions === undefined) return { id: roleId(id), kind, name }
  const contents = { description, permissions: permissions.toSorted(), intakes: intakes.toSorted() }
  return { id: roleId(id), kind, name, contents }
}

const community = (file: CommunityFile): Community => {
  const { safety } = file
  const onDeparture = file.onDeparture === undefined ? defaultLeaving : leaving(file.onDeparture)
  return {
    id: communityId(file.id),
    platform: file.platform,
    tenant: file.tenant,
    baseUrl: file.baseUrl,
    credentials: file.credentials,
    mode: file.mode ?? 'enforce',
    adopt: file.adopt ?? 'explicit',
    onDeparture,
    onUnassigned: file.onUnassigned === undefined ? onDeparture : leaving(file.onUnassigned),
    onConflict: file.onConflict ?? 'priority',
    safety: {
      departures: budget(safety?.departures),
      revocations: budget(safety?.revocations),
      window: seconds(safety?.window ?? '24h'),
      minimumAdmins: safety?.minimumAdmins ?? 1,
      protected: (safety?.protected ?? []).map(fold),
    },
    requestsPerSecond: file.requestsPerSecond ?? 5,
    roles: file.roles.map(role),
    dialect: file.dialect ?? {},
  }
}

const textTest = ({ equals, anyOf, prefix, glob, regex }: TestFile): TextTest => {
  if (equals !== undefined) return { equals }
  if (anyOf !== undefined) return { anyOf }
  if (prefix !== undefined) return { prefix }
  if (glob !== undefined) return { glob }
  return regex === undefined ? unchecked('a test') : { regex }
}

const matcher = (file: MatcherFile): Matcher => {
  if (file.all !== undefined) return { all: file.all.map(matcher) }
  if (file.any !== undefined) return { any: file.any.map(matcher) }
  if (file.not !== undefined) return { not: matcher(file.not) }
  if (file.group !== undefined) return { group: textTest(file.group) }
  if (file.attribute !== undefined) return { attribute: file.attribute, test: textTest(file) }
  return unchecked('a matcher')
}

export const convert = (file: ConfigurationFile): Configuration => ({
  number: 0,
  connections: file.connections.map(({ id, domains }) => ({
    id: connectionId(id),
    domains: domains.map(fold),
  })),
  communities: file.communities.map(community),
  rules: file.rules.map(({ id, connection, when, grant }) => ({
    id: ruleId(id),
    ...(connection === undefined ? {} : { connection: connectionId(connection) }),
    when: matcher(when),
    grant: grant.map((one) => ({ community: communityId(one.community), role: roleId(one.role) })),
  })),
})
