import { demoCommunity } from '../simulators/sekoia/demo.ts'
import type { Edit } from '../simulators/sekoia/edits.ts'
import type { World } from '../simulators/sekoia/world.ts'
import { controlOf, type Standings } from './control.ts'
import { standingsElsewhere } from './others.ts'

/** The simulated platform seen and handled over HTTP, as its web console would. */
export type PlatformSide = {
  readonly standings: () => Promise<Standings>
  readonly permissionsOf: (role: string) => Promise<readonly string[]>
  readonly byHand: (...edits: readonly Edit[]) => Promise<void>
  readonly writes: () => Promise<number>
  /** A person's standing on every platform; `nobody` where there is no account. */
  readonly everywhere: (email: string) => Promise<Standings>
}

export const createPlatformSide = (simulators: string): PlatformSide => {
  const control = controlOf(`${simulators}/sekoia`)
  return {
    standings: async () => standingsOf(await control<World>('state')),
    permissionsOf: async (name) => {
      const world = await control<World>('state')
      const role = world.roles.find((one) => one.name === name)
      const nameOf = new Map(world.permissions.map((permission) => [permission.uuid, permission.name]))
      return (role?.permissions ?? []).map((uuid) => nameOf.get(uuid) ?? uuid).sort()
    },
    byHand: async (...edits) => {
      await control('edits', edits)
    },
    writes: async () => {
      const requests = await control<readonly { readonly method: string }[]>('requests')
      return requests.filter((request) => request.method !== 'GET').length
    },
    everywhere: async (email) => {
      const world = {
        sekoia: standingsOf(await control<World>('state')),
        ...(await standingsElsewhere(simulators)),
      }
      return Object.fromEntries(
        Object.entries(world).map(([name, standings]) => [name, standings[email] ?? 'nobody']),
      )
    },
  }
}

const standingsOf = (world: World): Standings => {
  const roleName = new Map(world.roles.map((role) => [role.uuid, role.name]))
  const users = new Map(world.users.map((user) => [user.uuid, user]))
  const entries = world.avatars
    .filter((avatar) => avatar.community === demoCommunity)
    .map((avatar) => {
      const user = users.get(avatar.user)
      const roles = [...(avatar.builtin === null ? [] : [avatar.builtin]), ...avatar.roles]
      const names = roles.map((uuid) => roleName.get(uuid) ?? uuid).sort()
      const state = avatar.status === 'enabled' && user?.confirmed === false ? 'invited' : avatar.status
      return [user?.email ?? avatar.uuid, `${state}: ${names.join(' + ') || 'no role'}`] as const
    })
  return Object.fromEntries(entries)
}
