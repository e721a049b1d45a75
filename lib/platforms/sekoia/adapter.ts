import { ConnectorError, unreachable } from '../../core/errors.ts'
import type { AccountId, RoleId } from '../../core/ids.ts'
import type { Change } from '../../core/plan.ts'
import type { Applied, Platform, Reading } from '../../core/ports/platform.ts'
import type { PlatformRole, Snapshot } from '../../core/snapshot.ts'
import { headerSafe, type Toolbox } from '../toolbox.ts'
import { createAccountChanges } from './account-changes.ts'
import { accountOf } from './accounts.ts'
import { createSekoiaApi } from './api.ts'
import { createAsking } from './asking.ts'
import { createCheckup } from './checkup.ts'
import { descriptionUrlOf, dialectOf } from './dialect.ts'
import { createFamily } from './family.ts'
import { createNewcomers } from './newcomers.ts'
import { createOwnKey } from './own-key.ts'
import { createRoleChanges } from './role-changes.ts'
import { type RoleFacts, roleChecks } from './role-checks.ts'
import { platformRolesOf } from './roles.ts'
import type { AvatarShape } from './shapes.ts'
import { sekoiaTraits } from './traits.ts'

type Roles = ReadonlyMap<string, PlatformRole>

const roleIn = (roles: Roles, id: RoleId): PlatformRole => {
  const role = roles.get(id)
  if (role !== undefined) return role
  throw new ConnectorError('platformNotFound', `role "${id}" is not on the platform yet`, {
    field: `roles.${id}`,
  })
}

const shown = (avatar: AvatarShape): Applied => ({ kind: 'account', account: accountOf(avatar) })
const gone: Applied = { kind: 'gone' }
const remaining = (names: readonly string[]) => (names.length === 0 ? {} : { remains: names })

/** One Sekoia.io community. Members inherited from a parent community are left out: they are the parent's. */
export const openSekoia = ({ community, clock, secret, connect }: Toolbox): Platform => {
  const key = async (): Promise<string> => headerSafe(await secret(), community.credentials)
  const http = connect({
    headers: async () => ({ authorization: `Bearer ${await key()}` }),
    secrets: async () => [await key()],
  })
  const dialect = dialectOf(community.dialect)
  const asking = createAsking(http, clock)
  const api = createSekoiaApi(http, asking, community.tenant, dialect)
  const ownKey = createOwnKey(asking, community.tenant, key)
  const family = createFamily(asking, community.tenant, clock)
  const roleChanges = createRoleChanges(api, family, community, clock)
  const newcomers = createNewcomers(api.newestAvatars, async (id) => (await api.avatarsById([id]))[0])
  const accountChanges = createAccountChanges(api, newcomers, clock)
  // Reading intakes needs a permission of its own, which a key without restricted roles need not have.
  const scoped = community.roles.some(
    (role) => role.kind !== 'builtin' && (role.contents?.intakes ?? []).length > 0,
  )

  const readRoles = async (): Promise<readonly PlatformRole[]> =>
    platformRolesOf(await api.roles(), community)
  const readIntakes = async () =>
    scoped ? (await api.intakes()).map(({ uuid, name }) => ({ id: uuid, name })) : []

  const facts = async (): Promise<RoleFacts> => ({
    roles: await readRoles(),
    permissions: await api.permissions(false),
    restricted: scoped ? await api.permissions(true) : [],
    intakes: scoped ? await api.intakes() : [],
  })
  const described = descriptionUrlOf(dialect, community.baseUrl)
  const readDescription = async (): Promise<unknown> => {
    const what = 'reading the API description'
    // Public, and in the first region on another host: our key stays here.
    const open = connect({ headers: async () => ({}), secrets: async () => [] }, described)
    const path = '/v1/swagger.json'
    return (await open.send({ method: 'GET', path, query: { context: 'public' }, what })).body
  }

  const around = async (): Promise<Pick<Snapshot, 'community' | 'complete' | 'roles' | 'intakes'>> => ({
    community: community.id,
    complete: true,
    roles: await readRoles(),
    intakes: await readIntakes(),
  })
  const snapshot = async (reading?: Reading): Promise<Snapshot> => {
    const { items: accounts, begunAt } = await api.accounts(reading)
    newcomers.listed()
    const takenAt = clock.now()
    const children = await family.children()
    const given = { ...(await around()), begunAt, takenAt, accounts }
    return { ...given, scope: 'community', ...(children.length === 0 ? {} : { children }) }
  }
  const targeted = async (ids: readonly AccountId[]): Promise<Snapshot> => {
    const takenAt = clock.now()
    const accounts = (await api.avatarsById(ids)).map(accountOf)
    return { ...(await around()), takenAt, accounts, scope: 'targeted' }
  }

  const apply = async (change: Change, roles: Roles): Promise<Applied> => {
    switch (change.kind) {
      case 'createRole':
        return { kind: 'role', role: await roleChanges.create(change.role, change.contents) }
      case 'repairRole':
        return {
          kind: 'role',
          role: await roleChanges.repair(change.role, change.platformRole, change.contents),
        }
      case 'deleteRole':
        await roleChanges.remove(change.role, change.platformRole)
        return gone
      case 'invite':
        return shown(
          await accountChanges.invite({
            email: change.subject.email,
            roles: change.roles.map(({ role }) => roleIn(roles, role).id),
            ...(change.replaces === undefined ? {} : { replaces: change.replaces }),
          }),
        )
      case 'adopt':
        return shown(await accountChanges.read(change.subject.account))
      case 'grant':
        return shown(await accountChanges.grant(change.subject.account, roleIn(roles, change.grant.role).id))
      case 'revoke':
        return shown(await accountChanges.revoke(change.subject.account, change.platformRole))
      case 'suspend': {
        const avatar = await accountChanges.setStatus(change.subject.account, 'disabled')
        return { ...shown(avatar), ...remaining(await family.remains(avatar)) }
      }
      case 'resume':
        return shown(await accountChanges.setStatus(change.subject.account, 'enabled'))
      case 'remove': {
        const avatar = await accountChanges.remove(change.subject.account)
        return avatar === undefined ? gone : { ...gone, ...remaining(await family.remains(avatar)) }
      }
      case 'forget':
      case 'forgetRole':
        return gone
      default:
        return unreachable(change)
    }
  }

  return {
    traits: sekoiaTraits,
    snapshot,
    accounts: targeted,
    apply,
    catalogue: async () => ({
      roles: await readRoles(),
      permissions: (await api.permissions(false))
        .map(({ name }) => ({ name, grants: [name] }))
        .toSorted((a, b) => (a.name < b.name ? -1 : 1)),
      restrictedPermissions: (await api.permissions(true)).map(({ name }) => name).toSorted(),
      intakes: await readIntakes(),
      scopes: [],
    }),
    checkup: createCheckup({
      community,
      dialect,
      ownKey,
      family,
      roles: async () => roleChecks(community, await facts()),
      description: { url: described, read: readDescription },
      now: clock.now,
    }),
    credentialsExpire: () => ownKey.expires(),
  }
}
