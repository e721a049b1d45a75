import type { Check } from '../../core/checkup.ts'
import { type ConnectorError, isConnectorError } from '../../core/errors.ts'
import type { Toolbox } from '../toolbox.ts'
import type { NetographyApi } from './api.ts'
import { rightsChecks } from './check-rights.ts'
import { roleChecks } from './check-roles.ts'
import { checkDescription } from './description.ts'
import type { Dialect } from './dialect.ts'
import type { Reading, Scene } from './reading.ts'
import { withoutVersion } from './secret.ts'
import type { AccountShape } from './shapes.ts'
import type { Access } from './token.ts'

type Deps = {
  readonly toolbox: Toolbox
  readonly api: NetographyApi
  readonly access: Access
  readonly reading: Reading
  readonly dialect: Dialect
  readonly baseUrl: string
}

const remedies: Partial<Readonly<Record<ConnectorError['code'], string>>> = {
  secretUnavailable: 'store the NETOSECRET where `credentials` of the community points to',
  platformUnauthorized: 'make a new API key in the portal and store its NETOSECRET',
  platformForbidden:
    'give the key’s role the rights of docs/platforms/netography.md, allow our address, or use a key of this account',
  platformUnreadable: 'check baseUrl',
  configurationInvalid: 'correct the configuration',
}

const failed = (subject: string, error: unknown): Check => ({
  subject,
  state: 'problem',
  found: isConnectorError(error) ? error.message : 'an unexpected fault',
  remedy:
    (isConnectorError(error) ? remedies[error.code] : undefined) ?? 'try again when the platform answers',
})

/** What was read, or a line that says why it could not be. */
const tried = async <T>(
  subject: string,
  read: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly check: Check }> => {
  try {
    return { value: await read() }
  } catch (error) {
    return { check: failed(subject, error) }
  }
}

const credentialsCheck = async ({ toolbox, access }: Deps): Promise<Check> => {
  const { tenant } = toolbox.community
  const token = await tried('credentials', access.authorization.headers)
  if ('check' in token) return token.check
  const { appname, shortname } = await access.secret()
  const whose = shortname === tenant ? '' : ` of its parent account "${shortname}"`
  return { subject: 'credentials', state: 'ok', found: `key "${appname}"${whose} opens account "${tenant}"` }
}

/** The NETOSECRET says where its account lives; the configuration wins, and a difference is worth a look. */
const addressChecks = async ({ access, baseUrl }: Deps): Promise<readonly Check[]> => {
  const { url } = await access.secret()
  if (!url || withoutVersion(url) === baseUrl) return []
  return [
    {
      subject: 'address',
      state: 'warning',
      found: 'the NETOSECRET names another address than baseUrl, which is used',
      remedy: 'set baseUrl to the address in the NETOSECRET, unless you know better',
    },
  ]
}

const resellerCheck = (below: readonly AccountShape[] | undefined): Check => ({
  subject: 'reseller',
  state: 'ok',
  found:
    below === undefined
      ? 'no: the account has no customers that our key may see, and no role may masquerade'
      : `yes, accounts below: ${below.length}; roles with canMasquerade reach into them`,
})

const listCheck = (users: number, complete: boolean): Check =>
  complete
    ? { subject: 'users', state: 'ok', found: `${users}, the whole list` }
    : {
        subject: 'users',
        state: 'warning',
        found: `${users}: the list ends at its limit, and nothing will be removed`,
        remedy: 'delete users nobody needs in the portal, or spread them over sub-accounts',
      }

const inside = async (deps: Deps): Promise<readonly Check[]> => {
  const { api, reading, dialect, access, toolbox } = deps
  const users = await tried('users', api.users)
  const scene = await tried<Scene>('roles', reading.scene)
  const below = await tried('reseller', reading.customers)
  const foreign = await access.isForeign()
  const checks: Check[] = [
    'check' in users ? users.check : listCheck(users.value.items.length, users.value.complete),
  ]
  if ('check' in below) checks.push(below.check)
  else checks.push(resellerCheck(below.value))
  if ('check' in scene) return [...checks, scene.check]
  const { community } = toolbox
  const reseller = 'value' in below && below.value !== undefined
  const names = await tried('permissions', reading.permissions)
  if ('check' in names) return [...checks, names.check]
  return [
    ...checks,
    ...rightsChecks({ community, dialect, scene: scene.value, foreign, reseller }),
    ...roleChecks({ community, scene: scene.value, names: names.value }),
  ]
}

/** For `doctor`: reads only, throws for nothing. */
export const createCheckup =
  (deps: Deps): (() => Promise<readonly Check[]>) =>
  async () => {
    const description = checkDescription(deps.toolbox, deps.dialect, deps.baseUrl)
    const credentials = await credentialsCheck(deps)
    if (credentials.state !== 'ok') return [credentials, await description]
    try {
      return [credentials, ...(await addressChecks(deps)), ...(await inside(deps)), await description]
    } catch (error) {
      return [credentials, failed('platform', error), await description]
    }
  }
