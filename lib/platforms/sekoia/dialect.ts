import { ConnectorError } from '../../core/errors.ts'

/**
 * Body fields whose names the vendor does not publish (docs/platforms/sekoia.md). The defaults are what its documents suggest; a community's
 * `dialect` overrides them.
 */
export type Dialect = {
  /** PUT avatars/A, enabling and disabling. */
  readonly avatarStatusKey: string
  /** PUT avatars/A/roles. */
  readonly avatarRolesKey: string
  /** POST roles/R, naming the avatar. */
  readonly assignKey: string
  /** POST invitations: `emails` is sent as a list. */
  readonly inviteKey: 'email' | 'emails'
  /** Base URL under which `/v1/swagger.json?context=public` describes the API; empty: the documented one for the community's base URL. */
  readonly descriptionUrl: string
}

export const defaultDialect: Dialect = {
  avatarStatusKey: 'status',
  avatarRolesKey: 'roles',
  assignKey: 'avatar_uuid',
  inviteKey: 'email',
  descriptionUrl: '',
}

const refused = (key: string, rule: string): ConnectorError =>
  new ConnectorError('configurationInvalid', `dialect.${key} ${rule}`, { field: `dialect.${key}` })

/** The first region's API has a host of its own, and its documents are served by the other one. */
export const descriptionUrlOf = (dialect: Dialect, baseUrl: string): string => {
  if (dialect.descriptionUrl !== '') return dialect.descriptionUrl
  return new URL(baseUrl).host === 'api.sekoia.io' ? 'https://app.sekoia.io/api' : baseUrl
}

/** Unknown keys are refused: a typo would silently fall back to the default. */
export const dialectOf = (settings: Readonly<Record<string, string>>): Dialect => {
  const known = Object.keys(defaultDialect)
  for (const [key, value] of Object.entries(settings)) {
    if (!known.includes(key)) throw refused(key, `is unknown; known are ${known.join(', ')}`)
    if (key !== 'descriptionUrl' && !/^\w{1,64}$/.test(value))
      throw refused(key, 'must be a field name of letters, digits and _')
  }
  const inviteKey = settings.inviteKey ?? defaultDialect.inviteKey
  if (inviteKey !== 'email' && inviteKey !== 'emails') throw refused('inviteKey', 'must be email or emails')
  return { ...defaultDialect, ...settings, inviteKey }
}
