import type { Edit, Made, Of } from './edit.ts'
import { userNamed } from './edits-people.ts'
import { rolesOf, userById, withThing } from './lookup.ts'
import type { Group, Role, World } from './world.ts'

/** Hand edits of roles, groups and assignments. */
export const roleNamed = (world: World, name: string): Role | undefined =>
  rolesOf(world).find((role) => role.name === name)
export const groupNamed = (world: World, name: string): Group | undefined =>
  world.groups.find((group) => group.name === name)

export const assigned = (world: World, edit: Of<'assign'>, { now }: Made): World => {
  const role = roleNamed(world, edit.role)
  const { to } = edit
  const userId = 'userId' in to ? to.userId : 'email' in to ? (userNamed(world, to.email)?.id ?? null) : null
  const groupId = 'group' in to ? (groupNamed(world, to.group)?.id ?? null) : null
  const nobody = groupId === null && (userId === null || userById(world, userId) === undefined)
  if (role === undefined || nobody) return world
  const assignment = {
    id: world.nextId,
    userId,
    groupId,
    roleId: role.id,
    isAllow: edit.deny !== true,
    scope: edit.scope,
    createdAt: now,
  }
  return { ...world, nextId: world.nextId + 1, assignments: [...world.assignments, assignment] }
}

export const roleChanged = (world: World, edit: Of<'editRole'>, { now }: Made): World => {
  const role = roleNamed(world, edit.name)
  return role === undefined
    ? world
    : withThing(world, 'roles', role.id, {
        ...role,
        name: edit.rename ?? role.name,
        description: edit.description ?? role.description,
        permissions: edit.permissions ?? role.permissions,
        updatedAt: now,
      })
}

export const roleAdded = (world: World, edit: Of<'addRole'>, { now }: Made): World => {
  const role: Role = {
    id: world.nextId,
    name: edit.name,
    description: edit.description ?? edit.name,
    builtin: null,
    ownerTenantId: edit.ownerTenantId ?? null,
    permissions: edit.permissions,
    createdAt: now,
    updatedAt: now,
  }
  return { ...world, nextId: world.nextId + 1, roles: [...world.roles, role] }
}

export const roleRemoved = (world: World, name: string): World => {
  const id = roleNamed(world, name)?.id
  return id === undefined
    ? world
    : {
        ...withThing(world, 'roles', id, undefined),
        assignments: world.assignments.filter(({ roleId }) => roleId !== id),
      }
}

export const groupAdded = (world: World, edit: Of<'addGroup'>, { now }: Made): World => {
  const group: Group = {
    id: world.nextId,
    name: edit.name,
    description: edit.name,
    tenantId: edit.tenantId ?? null,
    createdAt: now,
    updatedAt: now,
  }
  return { ...world, nextId: world.nextId + 1, groups: [...world.groups, group] }
}

export const groupRenamed = (world: World, { name, rename }: Of<'renameGroup'>): World => {
  const group = groupNamed(world, name)
  return group === undefined ? world : withThing(world, 'groups', group.id, { ...group, name: rename })
}

export const groupRemoved = (world: World, name: string): World => {
  const id = groupNamed(world, name)?.id
  return id === undefined
    ? world
    : {
        ...withThing(world, 'groups', id, undefined),
        members: world.members.filter(({ groupId }) => groupId !== id),
        assignments: world.assignments.filter(({ groupId }) => groupId !== id),
      }
}

type Membership = Extract<Edit, { kind: 'addGroupMember' | 'removeGroupMember' }>

/** Out of it, and in again where that is wanted. */
export const memberChanged = (world: World, { kind, group, email }: Membership, { now }: Made): World => {
  const groupId = groupNamed(world, group)?.id
  const userId = userNamed(world, email)?.id
  if (groupId === undefined || userId === undefined) return world
  const others = world.members.filter((one) => one.groupId !== groupId || one.userId !== userId)
  return {
    ...world,
    members: kind === 'removeGroupMember' ? others : [...others, { groupId, userId, addedAt: now }],
  }
}
