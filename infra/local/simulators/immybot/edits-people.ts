import { newUser } from './demo.ts'
import type { Made, Of } from './edit.ts'
import { sameAddress, userOfPerson, withThing } from './lookup.ts'
import type { Person, User, World } from './world.ts'

/** Hand edits of persons and users. */
const personsNamed = (world: World, email: string): readonly Person[] =>
  world.persons.filter(({ emailAddress }) => sameAddress(emailAddress, email))
/** An address may have a person in more than one tenant: the first. */
export const personNamed = (world: World, email: string): Person | undefined => personsNamed(world, email)[0]
export const userNamed = (world: World, email: string): User | undefined =>
  personsNamed(world, email).flatMap(({ id }) => userOfPerson(world, id) ?? [])[0]

const objectIdOf = (id: number): string => `44444444-4444-4444-8444-${String(id).padStart(12, '0')}`

export const personAdded = (world: World, edit: Of<'addPerson'>, { now }: Made): World => {
  const id = world.nextId
  const azurePrincipalId = edit.objectId === undefined ? objectIdOf(id) : edit.objectId
  const person: Person = {
    id,
    tenantId: edit.tenantId ?? 1,
    azurePrincipalId,
    firstName: edit.firstName ?? edit.email.split('@')[0] ?? '',
    lastName: edit.lastName ?? 'Person',
    emailAddress: edit.email,
    onPremisesSecurityIdentifier: null,
    createdAt: now,
    updatedAt: now,
  }
  const { firstName, lastName, emailAddress: email, tenantId } = person
  const known =
    edit.inEntra === false || azurePrincipalId === null
      ? []
      : [{ objectId: azurePrincipalId, firstName, lastName, email, tenantId }]
  return {
    ...world,
    nextId: id + 1,
    persons: [...world.persons, person],
    entra: { ...world.entra, people: [...world.entra.people, ...known] },
  }
}

export const userAdded = (world: World, { email, tenantId, set }: Of<'addUser'>, made: Made): World => {
  const known = personsNamed(world, email).find((one) => tenantId === undefined || one.tenantId === tenantId)
  const added: Of<'addPerson'> = { kind: 'addPerson', email, ...(tenantId !== undefined && { tenantId }) }
  const next = known === undefined ? personAdded(world, added, made) : world
  const person = known ?? next.persons.at(-1)
  if (person === undefined || userOfPerson(next, person.id) !== undefined) return world
  const user = newUser({
    id: next.nextId,
    personId: person.id,
    tenantId: person.tenantId,
    createdAt: made.now,
    ...set,
  })
  return { ...next, nextId: user.id + 1, users: [...next.users, user] }
}

export const machineAdded = (
  world: World,
  { type, name, tenantId }: Of<'addMachine'>,
  { now }: Made,
): World => ({
  ...world,
  nextId: world.nextId + 1,
  users: [...world.users, newUser({ id: world.nextId, tenantId: tenantId ?? 1, type, name, createdAt: now })],
})

export const personEdited = (world: World, { email, set }: Of<'editPerson'>, { now }: Made): World => {
  const person = personNamed(world, email)
  return person === undefined
    ? world
    : withThing(world, 'persons', person.id, { ...person, ...set, updatedAt: now })
}

export const userEdited = (world: World, { email, set }: Of<'editUser'>): World => {
  const user = userNamed(world, email)
  return user === undefined ? world : withThing(world, 'users', user.id, { ...user, ...set })
}

/** Asks at the login page; an unknown person becomes known by it. */
export const accessRequested = (world: World, { email }: Of<'requestAccess'>, made: Made): World => {
  const next =
    personNamed(world, email) === undefined ? personAdded(world, { kind: 'addPerson', email }, made) : world
  const person = personNamed(next, email)
  const open = next.requests.some(({ personId }) => personId === person?.id)
  if (person === undefined || open || userOfPerson(next, person.id) !== undefined) return next
  const request = { id: next.nextId, personId: person.id, requestedAt: made.now }
  return { ...next, nextId: next.nextId + 1, requests: [...next.requests, request] }
}

export const invitationAccepted = (world: World, { email }: Of<'acceptInvitation'>, made: Made): World =>
  world.mails.some(({ to }) => sameAddress(to, email))
    ? userAdded(world, { kind: 'addUser', email }, made)
    : world

export const populated = (world: World, { count, users }: Of<'populate'>, { now }: Made): World => {
  const from = world.nextId
  const crowd = Array.from({ length: count }, (_, index) => ({
    objectId: objectIdOf(from + index),
    firstName: 'Crowd',
    lastName: String(index),
    email: `crowd-${index}@elsewhere.test`,
    tenantId: 1,
  }))
  const persons = crowd.map(
    ({ objectId, firstName, lastName, email, tenantId }, index): Person => ({
      id: from + index,
      tenantId,
      azurePrincipalId: objectId,
      firstName,
      lastName,
      emailAddress: email,
      onPremisesSecurityIdentifier: null,
      createdAt: now,
      updatedAt: now,
    }),
  )
  const logins = users === true ? persons : []
  return {
    ...world,
    nextId: from + 2 * count,
    entra: { ...world.entra, people: [...world.entra.people, ...crowd] },
    persons: [...world.persons, ...persons],
    users: [
      ...world.users,
      ...logins.map(({ id, tenantId }, index) =>
        newUser({ id: from + count + index, personId: id, tenantId, createdAt: now }),
      ),
    ],
  }
}
