import { accountId, fold, type PlatformRoleId, platformRoleId } from '../../core/ids.ts'
import type { Account } from '../../core/snapshot.ts'
import type { KeyShape, RoleShape, UserShape } from './shapes.ts'

/** Users, and API keys beside them, as our accounts. */
type Named = Pick<RoleShape, 'id' | 'name'>

const keyPrefix = 'key:'
export const isKey = (id: string): boolean => id.startsWith(keyPrefix)

/** Users hold roles by name; a name that the list of roles does not know stays recognisable. */
const roleIds = (names: readonly string[], roles: readonly Named[]): readonly PlatformRoleId[] =>
  names
    .map((name) => platformRoleId(roles.find((role) => role.name === name)?.id ?? `name:${name}`))
    .toSorted()

/** No state says "disabled" here: whoever holds the fallback role is. */
export const accountOf = (
  user: UserShape,
  roles: readonly Named[],
  fallback: string | undefined,
): Account => {
  const suspended = fallback !== undefined && user.roles.includes(fallback)
  return {
    id: accountId(user.id),
    email: fold(user.email),
    status: suspended ? 'disabled' : 'enabled',
    service: false,
    roles: suspended ? [] : roleIds(user.roles, roles),
  }
}

export const keyAccountOf = (key: KeyShape, roles: readonly Named[]): Account => ({
  id: accountId(`${keyPrefix}${key.appname}`),
  status: 'enabled',
  service: true,
  roles: roleIds(key.roles, roles),
})
