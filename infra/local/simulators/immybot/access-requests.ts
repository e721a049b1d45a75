import { mayIn } from './access.ts'
import { boolean, optional, type Shape } from './checks.ts'
import { personById, userOfPerson } from './lookup.ts'
import { type Answer, type Call, idOf, ok, type Route, unknownThing } from './routing.ts'
import { expiration, expiryOf, withUsersFor } from './user-life.ts'
import type { Person, World } from './world.ts'

/** Persons who asked to be let in at the login page. */
const listRequests = ({ world, caller }: Call): Answer =>
  ok(
    world.requests.flatMap(({ id, personId, requestedAt }) => {
      const person = personById(world, personId)
      if (person === undefined || !mayIn(world, caller, person.tenantId, 'users:view')) return []
      return [
        {
          id,
          personId,
          emailAddress: person.emailAddress,
          azurePrincipalId: person.azurePrincipalId,
          fullName: `${person.firstName} ${person.lastName}`,
          dateRequestedUTC: requestedAt,
        },
      ]
    }),
  )

const asked = (call: Call): Person | Answer => {
  const person = personById(call.world, idOf(call))
  if (person === undefined || !mayIn(call.world, call.caller, person.tenantId, 'users:manage'))
    return unknownThing('Person')
  return call.world.requests.some(({ personId }) => personId === person.id)
    ? person
    : ok({ success: false, message: 'There is no open access request' })
}

const closed = (world: World, person: Person): World => ({
  ...world,
  requests: world.requests.filter(({ personId }) => personId !== person.id),
})

type Grant = {
  readonly isAdmin?: boolean
  readonly hasManagementAccess?: boolean
  readonly expirationTime: unknown
}

const grant = (call: Call): Answer => {
  const person = asked(call)
  if ('status' in person) return person
  const { isAdmin, hasManagementAccess, expirationTime } = call.body as Grant
  const own = {
    isAdmin: isAdmin ?? false,
    hasManagementAccess: hasManagementAccess ?? false,
    expiresAt: expiryOf(expirationTime, call.now),
  }
  const { world } = withUsersFor(closed(call.world, person), [person], own, call.now)
  const message = 'Access was granted'
  return world.switches.generation === 'legacy'
    ? ok({ success: true, message }, world)
    : ok({ success: true, message, userId: userOfPerson(world, person.id)?.id ?? null }, world)
}

const deny = (call: Call): Answer => {
  const person = asked(call)
  return 'status' in person
    ? person
    : ok({ success: true, message: 'Access was denied' }, closed(call.world, person))
}

const grantShape = ({ switches }: World): Shape =>
  switches.generation === 'legacy'
    ? {
        isAdmin: optional(boolean),
        hasManagementAccess: optional(boolean),
        expirationTime: expiration,
      }
    : { expirationTime: expiration }

export const accessRoutes: readonly Route[] = [
  { method: 'GET', path: '/persons/requesting-access', permission: 'users:view', handle: listRequests },
  {
    method: 'POST',
    path: '/persons/:id/grant-access',
    permission: 'users:manage',
    body: grantShape,
    handle: grant,
  },
  { method: 'POST', path: '/persons/:id/deny-access', permission: 'users:manage', handle: deny },
]
