import type {
  Budget,
  Community,
  Configuration,
  Connection,
  Leaving,
  Matcher,
  RoleDefinition,
  Safety,
  TextTest,
  Webhook,
} from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import { communityId, connectionId, fold, roleId, ruleId } from '../core/ids.ts'
import { scopeText } from './checks-scopes.ts'
import { groupsOf, hooksOf, samlOf } from './convert-saml.ts'
import { seconds } from './forms.ts'
import { platformForms } from './platform-forms.ts'
import type { CommunityFile, ConfigurationFile } from './schema.ts'
import type { MatcherFile, TestFile } from './schema-matcher.ts'
import type { RoleFile } from './schema-roles.ts'
import type { WebhookFile } from './schema-webhooks.ts'

/** From the file's shape, checked, to the one the house works with: defaults filled in, durations in seconds, addresses folded. */
type LeavingFile = NonNullable<CommunityFile['onDeparture']>
type ConnectionFile = ConfigurationFile['connections'][number]
type BudgetFile = NonNullable<NonNullable<CommunityFile['safety']>['departures']>

const unchecked = (what: string): never => {
  throw new ConnectorError('internal', `${what} was converted without being checked`)
}

const action = 'then'
const defaultLeaving: Leaving = { [action]: 'suspend', removeAfter: seconds('30d') }

/** Two ends are told apart inside: the account stays without access, or it goes. How access is taken is a trait of the platform. */
const leaving = ({ then, removeAfter }: LeavingFile): Leaving => ({
  [action]: then === 'delete' || then === 'remove' ? 'remove' : 'suspend',
  ...(removeAfter === undefined ? {} : { removeAfter: seconds(removeAfter) }),
})

const budget = (file: BudgetFile | undefined): Budget => ({
  fraction: file?.fraction ?? 0.2,
  floor: file?.floor ?? 5,
})

type Permissions = NonNullable<RoleFile['permissions']>
const isList = (permissions: Permissions): permissions is string[] => Array.isArray(permissions)
const names = (permissions: Permissions): readonly string[] =>
  isList(permissions)
    ? permissions
    : Object.entries(permissions).flatMap(([resource, words]) =>
        [words].flat().map((word) => `${resource.trim()}=${word}`),
      )

const contentsOf = ({ description, permissions, capabilities = [], intakes = [] }: RoleFile) =>
  description === undefined || permissions === undefined
    ? {}
    : {
        contents: {
          description,
          permissions: [...new Set([...names(permissions), ...capabilities])].toSorted(),
          intakes: intakes.toSorted(),
        },
      }

const role = (file: RoleFile, { platform, tenant }: CommunityFile): RoleDefinition => {
  const { builtin, owner, previously } = file
  const scope = scopeText(file.scope) ?? platformForms[platform].scopeIn?.(tenant)
  const named = { id: roleId(file.id), ...(scope === undefined ? {} : { scope }) }
  if (builtin !== undefined) return { ...named, kind: 'builtin', name: builtin }
  const kind = (['custom', 'restricted', 'intakeRestricted'] as const).find((one) => file[one] !== undefined)
  const name = kind === undefined ? undefined : file[kind]
  if (kind === undefined || name === undefined) return unchecked('a role')
  return {
    ...named,
    kind,
    name,
    ...contentsOf(file),
    ...(owner === undefined ? {} : { owner }),
    ...(previously === undefined ? {} : { previously }),
  }
}

const safetyOf = (file: CommunityFile['safety']): Safety => ({
  departures: budget(file?.departures),
  revocations: budget(file?.revocations),
  window: seconds(file?.window ?? '24h'),
  minimumAdmins: file?.minimumAdmins ?? 1,
  requiredAdmins: (file?.requiredAdmins ?? []).map(fold),
  whileHeld: file?.whileHeld ?? 'goOn',
  protected: (file?.protected ?? []).map(fold),
})

const community = (file: CommunityFile): Community => {
  const onDeparture = file.onDeparture === undefined ? defaultLeaving : leaving(file.onDeparture)
  return {
    id: communityId(file.id),
    platform: file.platform,
    tenant: file.tenant,
    ...(file.parent === undefined ? {} : { parent: communityId(file.parent) }),
    baseUrl: file.baseUrl,
    ...(file.loginUrl === undefined ? {} : { loginUrl: file.loginUrl }),
    credentials: file.credentials,
    mode: file.mode ?? 'enforce',
    adopt: file.adopt ?? 'explicit',
    onDeparture,
    onUnassigned: file.onUnassigned === undefined ? onDeparture : leaving(file.onUnassigned),
    ...(file.fallbackRole === undefined ? {} : { fallbackRole: roleId(file.fallbackRole) }),
    ...(file.departedKeepReadAccess === undefined ? {} : { departedKeepReadAccess: true }),
    onConflict: file.onConflict ?? 'priority',
    safety: safetyOf(file.safety),
    requestsPerSecond: file.requestsPerSecond ?? platformForms[file.platform].requestsPerSecond,
    roles: file.roles.map((one) => role(one, file)),
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

const webhook = ({ id, url, secret, events }: WebhookFile): Webhook => ({
  id,
  url,
  secret,
  ...(events === undefined ? {} : { events }),
})

const connection = (file: ConnectionFile): Connection => {
  const { id, domains, reportUnmentionedAfter, groups, saml, hooks } = file
  return {
    id: connectionId(id),
    domains: domains.map(fold),
    ...(reportUnmentionedAfter === undefined
      ? {}
      : { reportUnmentionedAfter: seconds(reportUnmentionedAfter) }),
    ...(groups === undefined && saml === undefined && hooks === undefined
      ? {}
      : { groups: groupsOf(groups) }),
    ...(saml === undefined ? {} : { saml: samlOf(saml) }),
    ...(hooks === undefined ? {} : { hooks: hooksOf(hooks) }),
  }
}

export const convert = (file: ConfigurationFile): Configuration => ({
  number: 0,
  webhooks: (file.webhooks ?? []).map(webhook),
  connections: file.connections.map(connection),
  communities: file.communities.map(community),
  rules: file.rules.map(({ id, connection, when, grant, includeCreatedAtLogin }) => ({
    id: ruleId(id),
    ...(connection === undefined ? {} : { connection: connectionId(connection) }),
    when: matcher(when),
    ...(includeCreatedAtLogin === undefined ? {} : { includeCreatedAtLogin }),
    grant: grant.map((one) => ({ community: communityId(one.community), role: roleId(one.role) })),
  })),
})
