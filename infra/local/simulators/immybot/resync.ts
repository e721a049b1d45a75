import { personById, withThing } from './lookup.ts'
import { withoutPerson } from './persons.ts'
import type { EntraPerson, Person, World } from './world.ts'

/** The take-over from Entra: people it knows are as it knows them, persons it does not know vanish. Service principals are none of its business. */
const hour = 3_600_000

const asEntraKnows = (person: Person, known: EntraPerson, now: string): Person => {
  const next = {
    ...person,
    firstName: known.firstName,
    lastName: known.lastName,
    emailAddress: known.email,
  }
  return JSON.stringify(next) === JSON.stringify(person) ? person : { ...next, updatedAt: now }
}

const added = (world: World, known: EntraPerson, now: string): World => ({
  ...world,
  nextId: world.nextId + 1,
  persons: [
    ...world.persons,
    {
      id: world.nextId,
      tenantId: known.tenantId,
      azurePrincipalId: known.objectId,
      firstName: known.firstName,
      lastName: known.lastName,
      emailAddress: known.email,
      onPremisesSecurityIdentifier: null,
      createdAt: now,
      updatedAt: now,
    },
  ],
})

export const resynced = (world: World, now: string): World => {
  const people = new Map(world.entra.people.map((one) => [one.objectId, one]))
  const clients = world.entra.clients.map(({ objectId }) => objectId)
  const strangers = world.persons.filter(
    ({ azurePrincipalId: id }) => id === null || !(people.has(id) || clients.includes(id)),
  )
  const left = strangers.reduce((soFar, { id }) => withoutPerson(soFar, id), world)
  const known = new Map(left.persons.map((person) => [person.azurePrincipalId, person]))
  return world.entra.people.reduce<World>(
    (soFar, one) => {
      const person = known.get(one.objectId)
      if (person === undefined) return added(soFar, one, now)
      const current = personById(soFar, person.id) ?? person
      const next = asEntraKnows(current, one, now)
      return next === current ? soFar : withThing(soFar, 'persons', person.id, next)
    },
    { ...left, syncedAt: now },
  )
}

/** Roughly every hour. */
export const afterAnHour = (world: World, now: string): World => {
  if (!world.switches.resync) return world
  if (world.syncedAt === null) return { ...world, syncedAt: now }
  return Date.parse(now) - Date.parse(world.syncedAt) < hour ? world : resynced(world, now)
}
