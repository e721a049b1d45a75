import { ConnectorError } from '../../core/errors.ts'

/** What the vendor does not publish (docs/platforms/netography.md). A community's `dialect` overrides the defaults. */
export type Dialect = {
  /** Names of permission resources whose changes make somebody an administrator; `_`, `-` and capitals do not matter. */
  readonly usersResource: string
  readonly rolesResource: string
  readonly apiKeysResource: string
  /** Where the API's OpenAPI document is; absent: the vendor's own, or below the base URL of any other host. */
  readonly openApiUrl?: string
}

export const defaultDialect: Dialect = {
  usersResource: 'users',
  rolesResource: 'roles',
  apiKeysResource: 'api_keys',
}

const known = ['usersResource', 'rolesResource', 'apiKeysResource', 'openApiUrl']

const refused = (key: string, rule: string): ConnectorError =>
  new ConnectorError('configurationInvalid', `dialect.${key} ${rule}`, { field: `dialect.${key}` })

/** Unknown keys are refused: a typo would silently fall back to the default. */
export const dialectOf = (settings: Readonly<Record<string, string>>): Dialect => {
  for (const [key, value] of Object.entries(settings)) {
    if (!known.includes(key)) throw refused(key, `is unknown; known are ${known.join(', ')}`)
    if (key === 'openApiUrl') {
      if (!URL.canParse(value)) throw refused(key, 'must be a URL')
    } else if (!/^[\w.-]{1,64}$/.test(value)) throw refused(key, 'must be the name of a resource')
  }
  return { ...defaultDialect, ...settings }
}

const letters = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** Whether a resource of `/roles/permissions` is the one meant. */
export const isResource = (resource: string, meant: string): boolean => letters(resource) === letters(meant)
