import type { Reading } from '../../core/ports/platform.ts'
import type { Account } from '../../core/snapshot.ts'
import type { PlatformHttp, PlatformRequest } from '../http.ts'
import { accountOf } from './accounts.ts'
import type { Asking } from './asking.ts'
import type { Dialect } from './dialect.ts'
import type { WholeList } from './paging.ts'
import {
  type AvatarShape,
  avatarShape,
  type IntakeShape,
  intakeShape,
  type PermissionShape,
  parsed,
  permissionShape,
  type RoleShape,
  roleShape,
} from './shapes.ts'

/** The calls of docs/platforms/sekoia.md that we make, for one community; nothing is decided here. */
export type SekoiaApi = {
  readonly avatars: () => Promise<readonly AvatarShape[]>
  /** Everybody as an account; of a large community only that is kept until the last page. */
  readonly accounts: (reading?: Reading) => Promise<WholeList<Account>>
  /** Those of them that exist. A list with a filter, because asking for a vanished avatar is a 404, and errors count against the caller. */
  readonly avatarsById: (ids: readonly string[]) => Promise<readonly AvatarShape[]>
  /** Who holds a role, as far as the platform's filter tells. */
  readonly holders: (role: string) => Promise<readonly AvatarShape[]>
  /** The latest members, newest first: where a new invitation shows up. */
  readonly newestAvatars: (offset: number) => Promise<readonly AvatarShape[]>
  readonly setStatus: (avatar: string, status: 'enabled' | 'disabled') => Promise<void>
  readonly removeAvatar: (avatar: string) => Promise<void>
  readonly setRoles: (avatar: string, roles: readonly string[]) => Promise<void>
  readonly assign: (avatar: string, role: string) => Promise<void>
  readonly unassign: (avatar: string, role: string) => Promise<void>
  readonly roles: () => Promise<readonly RoleShape[]>
  readonly role: (role: string) => Promise<RoleShape>
  readonly createRole: (body: RoleBody) => Promise<RoleShape>
  readonly updateRole: (role: string, body: RoleBody) => Promise<void>
  readonly deleteRole: (role: string) => Promise<void>
  readonly permissions: (restrictedOnly: boolean) => Promise<readonly PermissionShape[]>
  readonly intakes: () => Promise<readonly IntakeShape[]>
  readonly invite: (email: string, roles: readonly string[]) => Promise<void>
}

export type RoleBody = {
  readonly name: string
  readonly description: string
  readonly permissions: readonly string[]
  readonly intake_uuids?: readonly string[]
}

/** UUIDs per `match[uuid]`, so that the address stays under 2,000 characters. */
const idsPerRequest = 40

const chunks = <T>(items: readonly T[], size: number): readonly (readonly T[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  )

const restricted = { allowed_in_restricted_roles: 'true' }

type Reads = Pick<
  SekoiaApi,
  | 'avatars'
  | 'accounts'
  | 'avatarsById'
  | 'holders'
  | 'newestAvatars'
  | 'roles'
  | 'role'
  | 'permissions'
  | 'intakes'
>

/** Thousands of people hold the same few sets of roles: one list of them stands for all who do. */
const sharingRoles = (): ((avatar: AvatarShape) => Account) => {
  const known = new Map<string, Account['roles']>()
  return (avatar) => {
    const account = accountOf(avatar)
    const print = account.roles.join(' ')
    const roles = known.get(print) ?? account.roles
    known.set(print, roles)
    return { ...account, roles }
  }
}

const inOrder = { sort: 'uuid', direction: 'asc' } as const

const readsOf = ({ whole, long, page, one }: Asking, community: string): Reads => {
  const home = `/v1/communities/${encodeURIComponent(community)}`
  const avatarList = (query: Readonly<Record<string, string>>): Promise<readonly AvatarShape[]> =>
    whole(`${home}/avatars/`, { ...inOrder, ...query }, avatarShape, 'reading the members')
  return {
    avatars: () => avatarList({}),
    accounts: (reading) =>
      long(
        {
          path: `${home}/avatars/`,
          query: inOrder,
          shape: avatarShape,
          what: 'reading the members',
          as: sharingRoles(),
          idOf: ({ id }) => id,
        },
        reading,
      ),
    avatarsById: async (ids) => {
      const found: AvatarShape[] = []
      for (const some of chunks(ids, idsPerRequest))
        found.push(...(await avatarList({ 'match[uuid]': some.join(',') })))
      // A platform that ignored the filter would have sent others.
      return found.filter(({ uuid }) => ids.includes(uuid))
    },
    holders: (role) => avatarList({ 'match[role_uuid]': role }),
    newestAvatars: (offset) =>
      page(
        `${home}/avatars/`,
        { limit: '100', offset: String(offset), sort: 'created_at', direction: 'desc' },
        avatarShape,
        'reading the newest members',
      ),
    roles: () =>
      whole(`${home}/roles`, { sort: 'created_at', direction: 'asc' }, roleShape, 'reading the roles'),
    role: (role) => one(`${home}/roles/${encodeURIComponent(role)}`, roleShape, 'reading a role'),
    permissions: (restrictedOnly) =>
      whole(
        `${home}/permissions/`,
        { sort: 'name', direction: 'asc', ...(restrictedOnly ? restricted : {}) },
        permissionShape,
        'reading the permissions',
      ),
    intakes: () =>
      whole(
        '/v1/sic/conf/intakes',
        { 'match[community_uuid]': community, sort: 'name', direction: 'asc' },
        intakeShape,
        'reading the intakes',
      ),
  }
}

export const createSekoiaApi = (
  http: PlatformHttp,
  asking: Asking,
  community: string,
  dialect: Dialect,
): SekoiaApi => {
  const home = `/v1/communities/${encodeURIComponent(community)}`
  const avatarPath = (avatar: string): string => `${home}/avatars/${encodeURIComponent(avatar)}`
  const rolePath = (role: string): string => `${home}/roles/${encodeURIComponent(role)}`
  const done = async (request: PlatformRequest): Promise<void> => void (await http.send(request))

  return {
    ...readsOf(asking, community),
    setStatus: (avatar, status) =>
      done({
        method: 'PUT',
        path: avatarPath(avatar),
        body: { [dialect.avatarStatusKey]: status },
        what: status === 'enabled' ? 'enabling a member' : 'disabling a member',
        idempotent: true,
      }),
    removeAvatar: (avatar) => done({ method: 'DELETE', path: avatarPath(avatar), what: 'removing a member' }),
    setRoles: (avatar, roles) =>
      done({
        method: 'PUT',
        path: `${avatarPath(avatar)}/roles`,
        body: { [dialect.avatarRolesKey]: roles },
        what: "setting a member's roles",
        idempotent: true,
      }),
    assign: (avatar, role) =>
      done({
        method: 'POST',
        path: rolePath(role),
        body: { [dialect.assignKey]: avatar },
        what: 'assigning a role',
      }),
    unassign: (avatar, role) =>
      done({
        method: 'DELETE',
        path: `${avatarPath(avatar)}/roles/${encodeURIComponent(role)}`,
        what: 'unassigning a role',
      }),
    createRole: async (body) => {
      const what = 'creating a role'
      const answer = await http.send({ method: 'POST', path: `${home}/roles`, body, what })
      return parsed(roleShape, answer.body, what)
    },
    updateRole: (role, body) =>
      done({ method: 'PUT', path: rolePath(role), body, what: 'repairing a role', idempotent: true }),
    deleteRole: (role) => done({ method: 'DELETE', path: rolePath(role), what: 'deleting a role' }),
    invite: (email, roles) =>
      done({
        method: 'POST',
        path: '/v1/invitations',
        body: {
          [dialect.inviteKey]: dialect.inviteKey === 'emails' ? [email] : email,
          communities: { [community]: roles },
        },
        what: 'inviting a member',
      }),
  }
}
