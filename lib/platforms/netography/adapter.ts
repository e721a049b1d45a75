import { ConnectorError, unreachable } from '../../core/errors.ts'
import type { PlatformRoleId, RoleId } from '../../core/ids.ts'
import type { Change } from '../../core/plan.ts'
import type { Applied, Platform } from '../../core/ports/platform.ts'
import type { PlatformRole } from '../../core/snapshot.ts'
import type { Toolbox } from '../toolbox.ts'
import { createAccountChanges } from './account-changes.ts'
import { createNetographyApi } from './api.ts'
import { createCheckup } from './checkup.ts'
import { dialectOf } from './dialect.ts'
import { createPacing } from './pacing.ts'
import { createReading } from './reading.ts'
import { createRoleChanges } from './role-changes.ts'
import { withoutVersion } from './secret.ts'
import type { UserShape } from './shapes.ts'
import { createAccess, ownKeyNeeded } from './token.ts'
import { netographyTraits } from './traits.ts'

type Roles = ReadonlyMap<string, PlatformRole>
const gone: Applied = { kind: 'gone' }

const roleNamed = (roles: Roles, id: RoleId): string => {
  const role = roles.get(id)
  if (role !== undefined) return role.name
  throw new ConnectorError('platformNotFound', `role "${id}" is not on the platform yet`, {
    field: `roles.${id}`,
  })
}

/** A new user has exactly one role from the first moment. */
const onlyRole = (change: Extract<Change, { readonly kind: 'invite' }>, roles: Roles): string => {
  const [first, ...others] = change.roles
  if (first !== undefined && others.length === 0) return roleNamed(roles, first.role)
  throw new ConnectorError(
    'platformRefused',
    'a user has exactly one role here; the plan gives another number',
  )
}

/** One Netography account, by its shortname. */
export const openNetography = (toolbox: Toolbox): Platform => {
  const { community, clock, connect, permit } = toolbox
  const dialect = dialectOf(community.dialect)
  const baseUrl = withoutVersion(community.baseUrl)
  const access = createAccess(toolbox, baseUrl)
  const api = createNetographyApi(connect(access.authorization, baseUrl), clock, async (error) =>
    (await access.isForeign()) ? ownKeyNeeded(community.tenant, error) : error,
  )
  const reading = createReading({ api, access, community, dialect, clock })
  const roleChanges = createRoleChanges({ api, reading, clock })
  const accountChanges = createAccountChanges({ api, community, clock, mayCreate: createPacing(permit) })

  /** A role we know nothing of but its id. */
  const nameOf = async (id: PlatformRoleId, roles: Roles): Promise<string | undefined> =>
    [...roles.values()].find((role) => role.id === id)?.name ??
    (await api.roles()).items.find((role) => role.id === id)?.name

  const shown = async (user: UserShape, roles: Roles): Promise<Applied> => {
    const known = [...roles.values()]
    const enough = user.roles.every((name) => known.some((role) => role.name === name))
    return {
      kind: 'account',
      account: reading.account(user, enough ? known : (await api.roles()).items),
    }
  }

  const apply = async (change: Change, roles: Roles): Promise<Applied> => {
    switch (change.kind) {
      case 'createRole':
        return { kind: 'role', role: await roleChanges.create(change.role, change.contents) }
      case 'repairRole': {
        const { role, platformRole, contents, formerly } = change
        return { kind: 'role', role: await roleChanges.repair(role, platformRole, contents, formerly) }
      }
      case 'deleteRole':
        await roleChanges.remove({ id: change.role, name: change.name }, change.platformRole)
        return gone
      case 'invite': {
        const { givenName, familyName } = change
        const { email } = change.subject
        const role = onlyRole(change, roles)
        return shown(await accountChanges.invite({ email, givenName, familyName, role }), roles)
      }
      case 'adopt':
        return shown(await accountChanges.read(change.subject.account), roles)
      case 'grant': {
        const role = roleNamed(roles, change.grant.role)
        const before = change.replaces && (await nameOf(change.replaces.platformRole, roles))
        return shown(await accountChanges.grant(change.subject.account, role, before), roles)
      }
      case 'revoke': {
        const role = await nameOf(change.platformRole, roles)
        return shown(await accountChanges.revoke(change.subject.account, role), roles)
      }
      case 'suspend':
        return shown(await accountChanges.suspend(change.subject.account), roles)
      case 'resume':
        return shown(await accountChanges.resume(change.subject.account), roles)
      case 'remove':
        await accountChanges.remove(change.subject.account)
        return gone
      case 'forget':
      case 'forgetRole':
        return gone
      default:
        return unreachable(change)
    }
  }

  return {
    traits: netographyTraits,
    snapshot: reading.snapshot,
    accounts: reading.accounts,
    apply,
    catalogue: async () => {
      const { roles, shown: asShown } = await reading.scene()
      return {
        roles: roles.map(asShown),
        permissions: await reading.permissions(),
        restrictedPermissions: [],
        intakes: [],
        scopes: [],
      }
    },
    checkup: createCheckup({ toolbox, api, access, reading, dialect, baseUrl }),
    // A key works until somebody deletes it.
    credentialsExpire: async () => undefined,
  }
}
