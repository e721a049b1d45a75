import { mayIn, tenantsWith } from './access.ts'
import { email, integer, name, nullable, optional, queryValue, type Shape, text } from './checks.ts'
import { devextremeQuery, loaded } from './devextreme.ts'
import { personById, tenantById, userOfPerson, withoutUser, withThing } from './lookup.ts'
import { type Answer, type Call, done, idOf, ok, type Route, refuse, unknownThing } from './routing.ts'
import { showPerson } from './show.ts'
import { type Fields, sieved, sieveQuery } from './sieve.ts'
import type { Person, World } from './world.ts'

const fieldsOf = (world: World): Fields<Person> => ({
  id: ({ id }) => id,
  emailAddress: ({ emailAddress }) => emailAddress,
  firstName: ({ firstName }) => firstName,
  lastName: ({ lastName }) => lastName,
  azurePrincipalId: ({ azurePrincipalId }) => azurePrincipalId,
  ...(world.switches.tenantFilter === 'ignored' ? {} : { tenantId: ({ tenantId }) => tenantId }),
})

const seenBy = ({ world, caller }: Call): readonly Person[] => {
  const seen = tenantsWith(world, caller, 'persons:view')
  return world.persons.filter(({ tenantId }) => seen.has(tenantId))
}

const listPersons = (call: Call): Answer => {
  const { world, query } = call
  const page = sieved(query, seenBy(call), fieldsOf(world), world.switches.pageCap)
  return ok(page.map((person) => showPerson(world, person)))
}

const ownQuery = ['tagId', 'includeTenant', 'includeUserData', 'personType'] as const

const loadPersons = (call: Call): Answer => {
  const type = queryValue(call.query, 'personType') ?? 'All'
  if (!['All', 'User', 'Person'].includes(type)) return refuse(400, 'personType: All, User or Person')
  const wanted = seenBy(call).filter(
    ({ id }) => type === 'All' || (userOfPerson(call.world, id) === undefined) === (type === 'Person'),
  )
  return loaded(
    call,
    wanted.map((person) => showPerson(call.world, person)),
  )
}

const personShape: Shape = {
  tenantId: integer,
  azurePrincipalId: optional(nullable(text)),
  firstName: name,
  lastName: name,
  emailAddress: email,
  onPremisesSecurityIdentifier: optional(nullable(text)),
}
const { onPremisesSecurityIdentifier: _, ...updatable } = personShape
const updateShape: Shape = { id: integer, ...updatable }

type Given = Pick<Person, 'tenantId' | 'firstName' | 'lastName' | 'emailAddress'> & {
  readonly id?: number
  readonly azurePrincipalId?: string | null
  readonly onPremisesSecurityIdentifier?: string | null
}

const finding = ({ world, caller }: Call, given: Given, own?: number): Answer | undefined => {
  if (tenantById(world, given.tenantId) === undefined) return refuse(400, 'tenantId: unknown tenant')
  if (!mayIn(world, caller, given.tenantId, 'persons:manage'))
    return refuse(403, 'persons:manage is needed in this tenant')
  const principal = given.azurePrincipalId
  const taken = world.persons.some(({ id, azurePrincipalId }) => id !== own && azurePrincipalId === principal)
  return typeof principal === 'string' && taken
    ? refuse(400, 'azurePrincipalId: another person has this object id')
    : undefined
}

const createPerson = (call: Call): Answer => {
  const given = call.body as Given
  const refusal = finding(call, given)
  if (refusal !== undefined) return refusal
  const { world, now } = call
  const person: Person = {
    id: world.nextId,
    tenantId: given.tenantId,
    azurePrincipalId: given.azurePrincipalId ?? null,
    firstName: given.firstName,
    lastName: given.lastName,
    emailAddress: given.emailAddress,
    onPremisesSecurityIdentifier: given.onPremisesSecurityIdentifier ?? null,
    createdAt: now,
    updatedAt: now,
  }
  const next = { ...world, nextId: person.id + 1, persons: [...world.persons, person] }
  return ok(showPerson(next, person), next)
}

const personFound = (call: Call, permission: string): Person | undefined => {
  const person = personById(call.world, idOf(call))
  return person !== undefined && mayIn(call.world, call.caller, person.tenantId, permission)
    ? person
    : undefined
}

const updatePerson = (call: Call): Answer => {
  const person = personFound(call, 'persons:manage')
  if (person === undefined) return unknownThing('Person')
  const given = call.body as Given
  if (given.id !== person.id) return refuse(400, 'id: not the one of the address')
  const refusal = finding(call, given, person.id)
  if (refusal !== undefined) return refusal
  const next: Person = {
    ...person,
    tenantId: given.tenantId,
    azurePrincipalId: given.azurePrincipalId ?? null,
    firstName: given.firstName,
    lastName: given.lastName,
    emailAddress: given.emailAddress,
    updatedAt: call.now,
  }
  const world = withThing(call.world, 'persons', person.id, next)
  return ok(showPerson(world, next), world)
}

/** With the person goes the user. */
export const withoutPerson = (world: World, id: number): World => {
  const user = userOfPerson(world, id)
  const next = user === undefined ? world : withoutUser(world, user.id)
  return {
    ...withThing(next, 'persons', id, undefined),
    requests: world.requests.filter(({ personId }) => personId !== id),
  }
}

const deletePerson = (call: Call): Answer => {
  const person = personFound(call, 'persons:manage')
  if (person === undefined) return unknownThing('Person')
  return person.id === call.caller.personId
    ? refuse(400, 'A user cannot delete itself')
    : done(withoutPerson(call.world, person.id))
}

export const personRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/persons',
    permission: 'persons:view',
    legacyOpen: true,
    query: sieveQuery,
    handle: listPersons,
  },
  {
    method: 'GET',
    path: '/persons/dx',
    permission: 'persons:view',
    legacyOpen: true,
    query: [...devextremeQuery, ...ownQuery],
    handle: loadPersons,
  },
  {
    method: 'POST',
    path: '/persons',
    permission: 'persons:manage',
    body: () => personShape,
    handle: createPerson,
  },
  {
    method: 'GET',
    path: '/persons/:id',
    permission: 'persons:view',
    legacyOpen: true,
    handle: (call) => {
      const person = personFound(call, 'persons:view')
      return person === undefined ? unknownThing('Person') : ok(showPerson(call.world, person))
    },
  },
  {
    method: 'PUT',
    path: '/persons/:id',
    permission: 'persons:manage',
    body: () => updateShape,
    handle: updatePerson,
  },
  { method: 'DELETE', path: '/persons/:id', permission: 'persons:manage', handle: deletePerson },
]
