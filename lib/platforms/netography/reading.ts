import type { Community } from '../../core/configuration.ts'
import { isConnectorError } from '../../core/errors.ts'
import type { AccountId } from '../../core/ids.ts'
import { platformRoleId } from '../../core/ids.ts'
import type {
  Account,
  ChildCommunity,
  Notice,
  PermissionName,
  PlatformRole,
  Snapshot,
} from '../../core/snapshot.ts'
import type { Toolbox } from '../toolbox.ts'
import { accountOf, isKey, keyAccountOf } from './accounts.ts'
import type { NetographyApi } from './api.ts'
import type { Dialect } from './dialect.ts'
import { permissionNames, portalOnly } from './permissions.ts'
import { adminPermissions, fallbackDefinition, type OwnRole, platformRoleOf } from './roles.ts'
import type { AccountShape, KeyShape, RoleShape, UserShape } from './shapes.ts'
import type { Access } from './token.ts'

/** Roles and keys as they are now; keys are absent when our key may not read them. */
export type Scene = {
  readonly roles: readonly RoleShape[]
  readonly keys: readonly KeyShape[] | undefined
  readonly complete: boolean
  readonly own: OwnRole
  readonly shown: (role: RoleShape) => PlatformRole
}

export type Reading = {
  readonly scene: () => Promise<Scene>
  /** Undefined: not a reseller, or our key may not see its customers. */
  readonly customers: () => Promise<readonly AccountShape[] | undefined>
  /** Users and API keys that hold a role. */
  readonly holdersOf: (role: string) => Promise<number | 'unknown'>
  readonly permissions: () => Promise<readonly PermissionName[]>
  readonly snapshot: () => Promise<Snapshot>
  readonly accounts: (ids: readonly AccountId[]) => Promise<Snapshot>
  readonly account: (user: UserShape, roles: readonly Pick<RoleShape, 'id' | 'name'>[]) => Account
}

type Deps = {
  readonly api: NetographyApi
  readonly access: Access
  readonly community: Community
  readonly dialect: Dialect
  readonly clock: Toolbox['clock']
}

/** Up to here one by one is less work than the whole list. */
const oneByOne = 8

const without = async <T>(read: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await read()
  } catch (error) {
    if (isConnectorError(error, 'platformForbidden', 'platformNotFound')) return undefined
    throw error
  }
}

const noticesOf = (roles: readonly RoleShape[]): readonly Notice[] =>
  roles.flatMap((role): readonly Notice[] => {
    const names = portalOnly(role)
    return names.length === 0 ? [] : [{ kind: 'portalOnly', role: platformRoleId(role.id), names }]
  })

export const createReading = ({ api, access, community, dialect, clock }: Deps): Reading => {
  const managed = community.roles.flatMap((role) =>
    role.kind !== 'builtin' && role.contents !== undefined ? [role.contents] : [],
  )
  const masquerades = managed.some(({ permissions }) => permissions.includes('canMasquerade'))
  const fallback = fallbackDefinition(community)?.name

  const customers = async (): Promise<readonly AccountShape[] | undefined> =>
    (await without(api.customers))?.items

  const ownRole = async (keys: readonly KeyShape[] | undefined): Promise<OwnRole> => {
    // Our key is another account's: no role here is what it lives by.
    if (await access.isForeign()) return { kind: 'none' }
    const { appname } = await access.secret()
    const name = keys?.find((key) => key.appname === appname)?.roles[0]
    return name === undefined ? { kind: 'unknown' } : { kind: 'named', name }
  }

  const scene = async (): Promise<Scene> => {
    const roles = await api.roles()
    const keys = await without(api.keys)
    const own = await ownRole(keys?.items)
    return {
      roles: roles.items,
      keys: keys?.items,
      complete: roles.complete && (keys?.complete ?? true),
      own,
      shown: (role) => platformRoleOf(role, own, dialect),
    }
  }

  const permissions = async (reseller: boolean): Promise<readonly PermissionName[]> =>
    permissionNames(await api.permissions(), reseller)

  const namesOf = async (reseller: boolean): Promise<Pick<Snapshot, 'permissions' | 'adminPermissions'>> => {
    const names = await permissions(reseller)
    return { permissions: names, adminPermissions: adminPermissions(names, dialect) }
  }

  const account: Reading['account'] = (user, roles) => accountOf(user, roles, fallback)

  const assembled = async (
    users: readonly UserShape[],
    seen: Scene,
    reseller: boolean,
  ): Promise<
    Pick<Snapshot, 'roles' | 'intakes' | 'permissions' | 'adminPermissions' | 'notices' | 'accounts'>
  > => ({
    accounts: users.map((user) => account(user, seen.roles)),
    roles: seen.roles.map(seen.shown),
    intakes: [],
    ...(managed.length === 0 ? {} : await namesOf(reseller)),
    notices: noticesOf(seen.roles),
  })

  const usersById = async (ids: readonly string[]): Promise<readonly UserShape[]> => {
    const listed = ids.length > oneByOne ? (await api.users()).items : []
    const found: UserShape[] = []
    for (const id of ids) {
      // Absent from a list that may be cut is not gone.
      const user = listed.find((one) => one.id === id) ?? (await api.user(id))
      if (user !== undefined) found.push(user)
    }
    return found
  }

  return {
    scene,
    customers,
    account,
    permissions: async () => permissions((await customers()) !== undefined),
    holdersOf: async (role) => {
      const users = await api.users()
      const keys = await without(api.keys)
      const holds = ({ roles }: { readonly roles: readonly string[] }): boolean => roles.includes(role)
      const seen = [...users.items, ...(keys?.items ?? [])].filter(holds).length
      if (seen > 0) return seen
      return users.complete && keys?.complete === true ? 0 : 'unknown'
    },
    snapshot: async () => {
      const begunAt = clock.now()
      const users = await api.users()
      const seen = await scene()
      const below = await customers()
      const rest = await assembled(users.items, seen, below !== undefined)
      const children = (below ?? [])
        .map(({ shortname }): ChildCommunity => ({ tenant: shortname, name: shortname }))
        .filter(({ tenant }) => tenant !== community.tenant)
      return {
        ...rest,
        community: community.id,
        begunAt,
        takenAt: clock.now(),
        scope: 'community',
        complete: users.complete && seen.complete,
        accounts: [...rest.accounts, ...(seen.keys ?? []).map((key) => keyAccountOf(key, seen.roles))],
        ...(below === undefined ? {} : { children }),
      }
    },
    accounts: async (ids) => {
      const takenAt = clock.now()
      const users = await usersById(ids.filter((id) => !isKey(id)))
      const seen = await scene()
      const rest = await assembled(users, seen, masquerades && (await customers()) !== undefined)
      const keys = (seen.keys ?? []).map((key) => keyAccountOf(key, seen.roles))
      return {
        ...rest,
        community: community.id,
        takenAt,
        scope: 'targeted',
        complete: true,
        accounts: [...rest.accounts, ...keys.filter(({ id }) => ids.includes(id))],
      }
    },
  }
}
