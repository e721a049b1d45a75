import { ConnectorError } from '../../core/errors.ts'

/** What the vendor does not document, or documents in two ways (docs/platforms/immybot.md). A community's `dialect` overrides the defaults. */
export type Dialect = {
  /** `detect`: by the instance's own API description, else by asking for what only one generation has. */
  readonly generation: 'detect' | 'legacy' | 'rbac'
  /** Base URL of Entra's token service. */
  readonly tokenUrl: string
  /** Empty: the community's base URL followed by `/.default`. */
  readonly tokenScope: string
  /** Whether people ImmyBot does not know may be made from the object id that the identity provider sent. */
  readonly createPersons: 'yes' | 'no'
  /** Whether a uuid that the identity provider sends as externalId is the person's object id in Entra. */
  readonly externalIds: 'entra' | 'other'
  /** Entries asked for per page. */
  readonly pageSize: number
  /** Whether an assignment for the user's own tenant names a tenant. */
  readonly ownTenantId: 'without' | 'with'
  /** `roleTypeName` of built-in roles. */
  readonly builtinRoleType: string
  /** `hasManagementAccess` of people made users in the legacy generation. */
  readonly managementAccess: 'yes' | 'no'
}

export const defaultDialect: Dialect = {
  generation: 'detect',
  tokenUrl: 'https://login.microsoftonline.com',
  tokenScope: '',
  createPersons: 'yes',
  externalIds: 'entra',
  pageSize: 200,
  ownTenantId: 'without',
  builtinRoleType: 'BuiltIn',
  managementAccess: 'yes',
}

const words: Readonly<Partial<Record<keyof Dialect, readonly string[]>>> = {
  generation: ['detect', 'legacy', 'rbac'],
  createPersons: ['yes', 'no'],
  externalIds: ['entra', 'other'],
  ownTenantId: ['without', 'with'],
  managementAccess: ['yes', 'no'],
}

const refused = (key: string, rule: string): ConnectorError =>
  new ConnectorError('configurationInvalid', `dialect.${key} ${rule}`, { field: `dialect.${key}` })

const pageSizeOf = (value: string): number => {
  const size = /^\d{1,4}$/.test(value) ? Number(value) : 0
  if (size >= 20 && size <= 1000) return size
  throw refused('pageSize', 'must be a number from 20 to 1000')
}

const checked = (key: string, value: string): void => {
  if (!Object.hasOwn(defaultDialect, key))
    throw refused(key, `is unknown; known are ${Object.keys(defaultDialect).join(', ')}`)
  const allowed = words[key as keyof Dialect]
  if (allowed !== undefined && !allowed.includes(value)) throw refused(key, `must be ${allowed.join(' or ')}`)
  if (value.length > 300 || /[\p{Cc}\s]{2}|[\p{Cc}]/u.test(value))
    throw refused(key, 'must be a short plain text')
}

/** Unknown keys are refused: a typo would silently fall back to the default. */
export const dialectOf = (settings: Readonly<Record<string, string>>): Dialect => {
  for (const [key, value] of Object.entries(settings)) checked(key, value)
  const { pageSize, ...texts } = settings
  return {
    ...defaultDialect,
    ...(texts as Partial<Dialect>),
    ...(pageSize === undefined ? {} : { pageSize: pageSizeOf(pageSize) }),
  }
}
