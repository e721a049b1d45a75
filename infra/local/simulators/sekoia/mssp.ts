import { builtinRoles, demoCommunity, demoWorld } from './demo.ts'
import type { ApiKey, World } from './world.ts'

/** The demo community as one of two that a main community manages: each with a key of its own. */
export const mainCommunity = '33333333-3333-4333-8333-333333333333'
export const lyonCommunity = '44444444-4444-4444-8444-444444444444'
export const mainKey = 'demo-sekoia-main-key'
export const lyonKey = 'demo-sekoia-lyon-key'
export const mainOwner = {
  user: '05000000-0000-4000-8000-000000000002',
  avatar: 'a0000000-0000-4000-8000-000000000002',
  email: 'boss@demo.test',
} as const

const born = '2025-01-06T08:00:00.000000+00:00'
const founded = '2025-01-06 08:00:00.000000'

/** A second call changes nothing. */
export const managed = (world: World): World => {
  const [template] = demoWorld().keys
  if (template === undefined || world.communities.some(({ uuid }) => uuid === mainCommunity)) return world
  const key = (last: number, secret: string, community: string, ...more: readonly string[]): ApiKey => ({
    ...template,
    permissions: [...template.permissions, ...more],
    uuid: `0a000000-0000-4000-8000-00000000000${last}`,
    key: secret,
    communities: [community],
  })
  return {
    ...world,
    keys: [
      ...world.keys,
      key(2, mainKey, mainCommunity, 'COMMUNITY_MANAGE_SUB_COMMUNITIES'),
      key(3, lyonKey, lyonCommunity),
    ],
    communities: [
      ...world.communities.map((one) =>
        one.uuid === demoCommunity ? { ...one, parent: mainCommunity } : one,
      ),
      { uuid: mainCommunity, name: 'Demo MSSP', parent: null, createdAt: founded },
      { uuid: lyonCommunity, name: 'Demo Lyon', parent: mainCommunity, createdAt: founded },
    ],
    users: [
      ...world.users,
      {
        uuid: mainOwner.user,
        email: mainOwner.email,
        firstname: 'Boris',
        lastname: 'Boss',
        confirmed: true,
        lastActivity: born,
        createdAt: born,
      },
    ],
    avatars: [
      ...world.avatars,
      {
        uuid: mainOwner.avatar,
        community: mainCommunity,
        user: mainOwner.user,
        status: 'enabled',
        statusChangedAt: born,
        createdAt: born,
        updatedAt: born,
        builtin: builtinRoles.admin,
        roles: [],
      },
    ],
  }
}

export const msspWorld = (): World => managed(demoWorld())
