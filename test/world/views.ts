import type { ImmybotControl } from '../../infra/local/simulators/immybot/immybot.ts'
import type { User as ImmyUser, World as ImmyWorld } from '../../infra/local/simulators/immybot/world.ts'
import { demoShortname } from '../../infra/local/simulators/netography/demo.ts'
import type { NetographyControl } from '../../infra/local/simulators/netography/netography.ts'
import { accountOf, type World as NetWorld } from '../../infra/local/simulators/netography/world.ts'
import { demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import type { SekoiaControl } from '../../infra/local/simulators/sekoia/sekoia.ts'
import {
  heldRoles,
  managementPermissions,
  type World as SekoiaWorld,
  userById,
} from '../../infra/local/simulators/sekoia/world.ts'
import { noAccess, type Place } from './scene.ts'

/** What somebody standing in front of a platform would see, in the same words for all three, without any of the adapters. */

export type Seat = {
  readonly id: string
  readonly email: string
  readonly status: 'enabled' | 'disabled' | 'pending'
  /** By name; of ImmyBot what was given by hand has another name than the same given by us. */
  readonly roles: ReadonlySet<string>
  /** Can get in and give others access. */
  readonly admin: boolean
  readonly service: boolean
}
export type RoleSeen = { readonly id: string; readonly name: string; readonly print: string }
export type View = {
  readonly seats: ReadonlyMap<string, Seat>
  readonly roles: ReadonlyMap<string, RoleSeen>
  /** Whatever else stands there and is never ours to change. */
  readonly rest: string
}

const sekoiaView = (world: SekoiaWorld): View => {
  const managing = new Set(
    world.permissions.filter(({ name }) => managementPermissions.includes(name)).map(({ uuid }) => uuid),
  )
  const seats = world.avatars
    .filter(({ community }) => community === demoCommunity)
    .map((avatar): Seat => {
      const user = userById(world, avatar.user)
      const held = heldRoles(world, avatar)
      const status =
        avatar.status === 'disabled' ? 'disabled' : user?.confirmed === true ? 'enabled' : 'pending'
      return {
        id: avatar.uuid,
        email: (user?.email ?? '').toLowerCase(),
        status,
        roles: new Set(held.map(({ name }) => name)),
        admin:
          status === 'enabled' &&
          held.some(({ permissions }) => permissions.some((one) => managing.has(one))),
        service: false,
      }
    })
  const roles = world.roles.map(({ uuid: id, name, description, permissions, intakes }) => ({
    id,
    name,
    print: JSON.stringify([name, description, permissions.toSorted(), intakes.toSorted()]),
  }))
  return {
    seats: new Map(seats.map((seat) => [seat.id, seat])),
    roles: new Map(roles.map((role) => [role.id, role])),
    rest: JSON.stringify([world.keys, world.communities, world.intakes]),
  }
}

const netographyView = (world: NetWorld): View => {
  const account = accountOf(world, demoShortname)
  const seats = (account?.users ?? []).map(
    (user): Seat => ({
      id: user.id,
      email: user.email.toLowerCase(),
      status: user.roles.includes(noAccess) ? 'disabled' : 'enabled',
      roles: new Set(user.roles.filter((name) => name !== noAccess)),
      admin: user.roles.includes('admin'),
      service: false,
    }),
  )
  const roles = (account?.roles ?? []).map((role) => ({
    id: role.id,
    name: role.name,
    print: JSON.stringify([
      role.name,
      role.description,
      role.permissions.map(({ resource, fetch, create, update, delete: remove }) => [
        resource,
        fetch,
        create,
        update,
        remove,
      ]),
      role.canMasquerade,
      role.canSendFlow,
      role.portal,
    ]),
  }))
  return {
    seats: new Map(seats.map((seat) => [seat.id, seat])),
    roles: new Map(roles.map((role) => [role.id, role])),
    rest: JSON.stringify([
      account?.keys,
      account?.allowedIps,
      world.accounts.filter((one) => one !== account),
    ]),
  }
}

const ours = 'Rolecall: '

const immyRoles = (world: ImmyWorld, user: ImmyUser): readonly string[] => {
  const groups = world.groups.filter(({ id }) =>
    world.members.some(({ groupId, userId }) => groupId === id && userId === user.id),
  )
  const nameOf = (roleId: number): string => world.roles.find(({ id }) => id === roleId)?.name ?? '?'
  const byGroup = groups.flatMap((group) =>
    world.assignments
      .filter(({ groupId }) => groupId === group.id)
      .map(({ roleId }) =>
        group.name.startsWith(ours) ? nameOf(roleId) : `${nameOf(roleId)} by ${group.name}`,
      ),
  )
  const direct = world.assignments
    .filter(({ userId }) => userId === user.id)
    .map(({ roleId }) => `${nameOf(roleId)} by hand`)
  return [...byGroup, ...direct]
}

const immyView = (world: ImmyWorld, now: number): View => {
  const seats = world.users.map((user): Seat => {
    const person = world.persons.find(({ id }) => id === user.personId)
    const roles = immyRoles(world, user)
    const until = user.expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(user.expiresAt)
    // A suspension takes ours and lets the user expire in an hour; what hands gave works until then.
    const ends = until <= now || (until <= now + 3_600_000 && roles.every((name) => name.endsWith('by hand')))
    const status = ends ? 'disabled' : 'enabled'
    return {
      id: String(user.id),
      email: (person?.emailAddress ?? '').toLowerCase(),
      status,
      roles: new Set(roles),
      admin: status === 'enabled' && roles.some((name) => name.startsWith('System Administrator')),
      service: user.type !== 'Person' || user.id === 2,
    }
  })
  const people = seats.map((seat) => (seat.service ? { ...seat, admin: false } : seat))
  const roles = world.roles.map(({ id, name, description, permissions }) => ({
    id: String(id),
    name,
    print: JSON.stringify([name, description, permissions.toSorted()]),
  }))
  return {
    seats: new Map(people.map((seat) => [seat.id, seat])),
    roles: new Map(roles.map((role) => [role.id, role])),
    rest: JSON.stringify([world.tenants, world.groups.filter(({ name }) => !name.startsWith(ours))]),
  }
}

export type Controls = {
  readonly soc: SekoiaControl
  readonly net: NetographyControl
  readonly immy: ImmybotControl
}

/** A world is a value: the same one is looked at once. */
export const createViews = (controls: Controls, now: () => number) => {
  const last = new Map<Place, { readonly of: unknown; readonly at: number; readonly view: View }>()
  const seen = (place: Place): View => {
    switch (place) {
      case 'soc':
        return sekoiaView(controls.soc.world())
      case 'net':
        return netographyView(controls.net.world())
      case 'immy':
        return immyView(controls.immy.world(), now())
    }
  }
  return (place: Place): View => {
    const of = controls[place].world()
    const at = place === 'immy' ? now() : 0
    const before = last.get(place)
    if (before?.of === of && before.at === at) return before.view
    const view = seen(place)
    last.set(place, { of, at, view })
    return view
  }
}
export type Views = ReturnType<typeof createViews>
