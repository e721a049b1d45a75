import type { Edit, Made, Of } from './edit.ts'
import {
  assigned,
  groupAdded,
  groupRemoved,
  groupRenamed,
  memberChanged,
  roleAdded,
  roleChanged,
  roleRemoved,
} from './edits-access.ts'
import {
  accessRequested,
  invitationAccepted,
  machineAdded,
  personAdded,
  personEdited,
  personNamed,
  populated,
  userAdded,
  userEdited,
  userNamed,
} from './edits-people.ts'
import { sameAddress, withoutUser } from './lookup.ts'
import { withoutPerson } from './persons.ts'
import { resynced } from './resync.ts'
import type { World } from './world.ts'

const tenantAdded = (world: World, { name, isMsp, tag }: Of<'addTenant'>, { now }: Made): World => {
  const known = world.tags.find((one) => one.name === tag)
  const made = tag === undefined ? [] : [known ?? { id: world.nextId + 1, name: tag }]
  const tenant = {
    id: world.nextId,
    name,
    slug: null,
    parentTenantId: null,
    ownerTenantId: isMsp === true ? null : 1,
    active: true,
    isMsp: isMsp ?? false,
    tagIds: made.map(({ id }) => id),
    markedForDeletionAt: null,
    createdAt: now,
    updatedAt: now,
  }
  return {
    ...world,
    nextId: world.nextId + 2,
    tenants: [...world.tenants, tenant],
    tags: known === undefined ? [...world.tags, ...made] : world.tags,
  }
}

const secretChanged = (world: World, { secret, expiresAt }: Of<'secret'>): World => ({
  ...world,
  entra: {
    ...world.entra,
    clients: world.entra.clients.map((client) => ({
      ...client,
      secret: secret ?? client.secret,
      secretExpiresAt: expiresAt === undefined ? client.secretExpiresAt : expiresAt,
    })),
  },
})

const leftEntra = (world: World, { email }: Of<'leaveEntra'>): World => ({
  ...world,
  entra: { ...world.entra, people: world.entra.people.filter((one) => !sameAddress(one.email, email)) },
})

const userRemoved = (world: World, email: string): World => {
  const user = userNamed(world, email)
  return user === undefined ? world : withoutUser(world, user.id)
}

const personRemoved = (world: World, email: string): World => {
  const person = personNamed(world, email)
  return person === undefined ? world : withoutPerson(world, person.id)
}

const assignmentsRemoved = (world: World, email: string): World => {
  const user = userNamed(world, email)
  return {
    ...world,
    assignments: world.assignments.filter(({ userId }) => userId === null || userId !== user?.id),
  }
}

export const edited = (world: World, edit: Edit, made: Made): World => {
  switch (edit.kind) {
    case 'addPerson':
      return personAdded(world, edit, made)
    case 'editPerson':
      return personEdited(world, edit, made)
    case 'removePerson':
      return personRemoved(world, edit.email)
    case 'leaveEntra':
      return leftEntra(world, edit)
    case 'addUser':
      return userAdded(world, edit, made)
    case 'addMachine':
      return machineAdded(world, edit, made)
    case 'editUser':
      return userEdited(world, edit)
    case 'removeUser':
      return userRemoved(world, edit.email)
    case 'assign':
      return assigned(world, edit, made)
    case 'removeAssignments':
      return assignmentsRemoved(world, edit.email)
    case 'addRole':
      return roleAdded(world, edit, made)
    case 'editRole':
      return roleChanged(world, edit, made)
    case 'deleteRole':
      return roleRemoved(world, edit.name)
    case 'addGroup':
      return groupAdded(world, edit, made)
    case 'renameGroup':
      return groupRenamed(world, edit)
    case 'deleteGroup':
      return groupRemoved(world, edit.name)
    case 'addGroupMember':
    case 'removeGroupMember':
      return memberChanged(world, edit, made)
    case 'addTenant':
      return tenantAdded(world, edit, made)
    case 'requestAccess':
      return accessRequested(world, edit, made)
    case 'acceptInvitation':
      return invitationAccepted(world, edit, made)
    case 'populate':
      return populated(world, edit, made)
    case 'resync':
      return resynced(world, made.now)
    case 'endTokens':
      return { ...world, entra: { ...world.entra, tokensFrom: made.now } }
    case 'secret':
      return secretChanged(world, edit)
  }
}
