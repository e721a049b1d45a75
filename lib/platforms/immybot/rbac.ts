import { ConnectorError, isConnectorError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { settled } from '../settle.ts'
import type { Access, Survey } from './access.ts'
import type { RbacApi } from './access-api.ts'
import type { Dialect } from './dialect.ts'
import type { Facts } from './instance.ts'
import { type Held, heldId } from './listing.ts'
import { createManagedGroups } from './managed-groups.ts'
import { readTwice } from './reread.ts'
import { scopeOfAssignment } from './scopes.ts'
import type { AssignmentShape, GroupShape, MemberShape } from './shapes.ts'

/** The form in which the cache is cleared is not published: what it answers is not believed either way. */
const refusals = [
  'platformRefused',
  'platformForbidden',
  'platformNotFound',
  'platformUnreadable',
  'platformUncertain',
] as const

/** So many users are asked for one by one; for more, the instance's whole lists are read. */
const few = 8

type Seen = {
  readonly groups: readonly GroupShape[]
  readonly members: readonly MemberShape[]
  readonly assignments: readonly AssignmentShape[]
}

const unique = (assignments: readonly AssignmentShape[]): readonly AssignmentShape[] => [
  ...new Map(assignments.map((one) => [one.id, one])).values(),
]

/** The generation with groups and scoped assignments: people are members of our groups, and nothing else of theirs is touched. */
export const createRbac = (api: RbacApi, clock: Clock, dialect: Dialect): Access => {
  const managed = createManagedGroups(api, clock, dialect)

  /** Who is missing among the members of one of ours counts as somebody who lost the role. */
  const membersOf = (group: GroupShape): Promise<readonly MemberShape[]> => {
    const read = () => api.members(group.id)
    const what = "reading a group's members"
    return managed.isOurs(group) ? readTwice(read, ({ userId }) => userId, clock, what) : read()
  }
  const whole = async (): Promise<Seen> => {
    const groups = await readTwice(api.groups, ({ id }) => id, clock, 'reading the groups')
    const members: MemberShape[] = []
    for (const group of groups) members.push(...(await membersOf(group)))
    return { groups, members, assignments: await api.assignments() }
  }
  const ofUsers = async (users: readonly number[]): Promise<Seen> => {
    const groups = await api.groups()
    const members: MemberShape[] = []
    const assignments: AssignmentShape[] = []
    for (const user of users) {
      members.push(...(await api.groupsOf(user)))
      assignments.push(...(await api.assignmentsOfUser(user)))
    }
    for (const id of new Set(members.map(({ groupId }) => groupId)))
      assignments.push(...(await api.assignmentsOfGroup(id)))
    return { groups, members, assignments: unique(assignments) }
  }

  /** What each group gives: by us, or group by group of somebody else's. */
  const heldByGroups = (
    { groups, assignments }: Seen,
    facts: Facts,
  ): ReadonlyMap<number, readonly Held[]> => {
    const inGroup = Map.groupBy(assignments, ({ groupId }) => groupId ?? 0)
    return new Map(
      groups.map((group): readonly [number, readonly Held[]] => {
        const own = inGroup.get(group.id) ?? []
        const ours = managed.madeFor(group, own, facts)
        const byHand = `group:${group.id}`
        const others = own
          .filter(({ isAllow }) => isAllow)
          .map((one): Held => heldOf(one, facts))
          .filter((one) => ours === undefined || heldId(one) !== heldId(ours))
          .map((one): Held => ({ ...one, byHand }))
        return [group.id, [...(ours === undefined ? [] : [ours]), ...others]]
      }),
    )
  }

  const survey = (seen: Seen, facts: Facts): Survey => {
    const byGroup = heldByGroups(seen, facts)
    const groupsOf = Map.groupBy(seen.members, ({ userId }) => userId)
    const direct = Map.groupBy(seen.assignments, ({ userId, groupId }) => (groupId ? 0 : (userId ?? 0)))
    const directOf = (user: number): readonly Held[] =>
      (direct.get(user) ?? [])
        .filter(({ isAllow }) => isAllow)
        .map((one) => ({ ...heldOf(one, facts), byHand: 'direct' }))
    const heldBy = (user: number): readonly Held[] => [
      ...(groupsOf.get(user) ?? []).flatMap(({ groupId }) => byGroup.get(groupId) ?? []),
      ...directOf(user),
    ]
    const holdersOf = (one: AssignmentShape): readonly number[] =>
      one.groupId
        ? seen.members.filter(({ groupId }) => groupId === one.groupId).map(({ userId }) => userId)
        : [one.userId ?? 0]
    return {
      heldBy,
      keeps: (user) => heldBy(user).some(({ byHand }) => byHand === undefined),
      all: [
        ...[...byGroup.values()].flat(),
        ...[...direct.keys()].filter((user) => user !== 0).flatMap(directOf),
      ],
      denied: seen.assignments
        .filter(({ isAllow }) => !isAllow)
        .flatMap((one) => {
          const roleName = one.roleName ?? `role ${one.roleId}`
          return holdersOf(one).map((user) => ({ user, role: one.roleId, roleName }))
        }),
    }
  }

  const ourGroupsOf = async (user: number): Promise<readonly GroupShape[]> => {
    const ids = new Set((await api.groupsOf(user)).map(({ groupId }) => groupId))
    return (await api.groups()).filter((group) => ids.has(group.id) && managed.isOurs(group))
  }
  const isIn = async (user: number, group: number): Promise<boolean> =>
    (await api.groupsOf(user)).some(({ groupId }) => groupId === group)
  /** What somebody lost counts at once, where the instance lets us say so; else when its cache ends, a minute later. */
  const refresh = async (): Promise<void> => {
    try {
      await api.invalidateCache()
    } catch (error) {
      if (!isConnectorError(error, ...refusals)) throw error
    }
  }
  const leave = async (user: number, group: number): Promise<void> => {
    await settled(
      clock,
      'taking a user out of a group',
      () => api.removeMember(group, user),
      async () => ((await isIn(user, group)) ? undefined : true),
    )
    await refresh()
  }

  return {
    survey: async (users, facts, everybody) => {
      if (!everybody && users.length <= few) return survey(await ofUsers(users.map(({ id }) => id)), facts)
      const seen = survey(await whole(), facts)
      return { ...seen, ownRoles: new Set(seen.heldBy(facts.own.userId).map(({ role }) => role)) }
    },
    ownRoles: async ({ own }) => {
      const { assignments } = await ofUsers([own.userId])
      return new Set(assignments.map(({ roleId }) => String(roleId)))
    },
    check: ({ role }) => {
      if (!/^\d+$/.test(role)) throw notHere()
    },
    prepare: async (grant, facts) => void (await managed.ensure(grant, facts)),
    give: async (user, grant, facts) => {
      const group = await managed.ensure(grant, facts)
      if (await isIn(user.id, group)) return
      await settled(
        clock,
        'adding a user to a group',
        () => api.addMember(group, user.id),
        async () => ((await isIn(user.id, group)) ? true : undefined),
      )
    },
    take: async (user, grant, facts) => {
      for (const group of await ourGroupsOf(user.id)) {
        const own = managed.madeFor(group, await api.assignmentsOfGroup(group.id), facts)
        if (own !== undefined && heldId(own) === heldId(grant)) await leave(user.id, group.id)
      }
    },
    strip: async (user) => {
      for (const { id } of await ourGroupsOf(user.id)) await leave(user.id, id)
    },
    makeUser: (person) => api.createUsers(person),
    release: async (role, facts) => {
      const groups = await api.groups()
      const assignments = await api.assignmentsOfRole(role)
      const ours: number[] = []
      for (const one of assignments) {
        const group = groups.find(({ id }) => id === one.groupId)
        if (group === undefined) return 'held'
        const own = managed.meant(group, await api.assignmentsOfGroup(group.id), facts)
        if (own === undefined || (await api.members(group.id)).length > 0) return 'held'
        ours.push(group.id)
      }
      for (const group of ours)
        await settled(
          clock,
          'deleting a group',
          () => api.deleteGroup(group),
          async () => ((await api.groups()).some(({ id }) => id === group) ? undefined : true),
        )
      return 'free'
    },
  }
}

const heldOf = (one: AssignmentShape, { tenants }: Facts): Held => ({
  role: String(one.roleId),
  scope: scopeOfAssignment(one, tenants),
})

const notHere = (): ConnectorError =>
  new ConnectorError(
    'platformRefused',
    'this role belongs to the other generation of the API; the next plan names the right one',
  )
