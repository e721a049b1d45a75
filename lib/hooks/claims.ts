import type { Configuration, HookClaim } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import type { ConnectionId } from '../core/ids.ts'
import type { AssignmentReads, SignIn } from '../core/ports/logins.ts'
import { refuse } from './errors.ts'
import type { HookName, HookObserved } from './exchange.ts'
import type { Found, PersonReads } from './person.ts'
import { type RoleClaim, roleClaim } from './role-claim.ts'

export type ClaimsDeps = PersonReads & {
  readonly signIn: Pick<SignIn, 'accept'>
  readonly assignments: AssignmentReads
}

export const hookMissing = (hook: HookName): ConnectorError =>
  refuse(
    'forbidden',
    `hooks.${hook}`,
    'is not configured for this connection',
    'add it to the configuration with its claims and push it',
  )

type Claims = {
  readonly claims: readonly (readonly [name: string, claim: RoleClaim])[]
  readonly observed: HookObserved
}

/** The configured claims for whoever was found: by the same rules as everywhere; nobody has no role. */
export const claimsFor = async (
  { assignments }: ClaimsDeps,
  { communities }: Configuration,
  connection: ConnectionId,
  wanted: readonly HookClaim[],
  person: Found,
): Promise<Claims> => {
  const given =
    person.kind === 'found' ? await assignments.assignmentsOf(connection, person.member.id) : undefined
  const stranger = person.kind === 'nobody' && person.why !== 'member.departed'
  const answered = wanted.map(({ name, community: id }) => {
    const community = communities.find((one) => one.id === id)
    if (community === undefined)
      throw new ConnectorError('configurationInvalid', `the claim names the unknown community ${id}`)
    return { name, id, claim: roleClaim(community, given?.get(id), stranger) }
  })
  return {
    claims: answered.map(({ name, claim }) => [name, claim] as const),
    observed: {
      ...(person.kind === 'found' ? { member: person.member.id } : { nobody: person.why }),
      claims: answered.map(({ id, claim }) => ({ community: id, outcome: claim.outcome })),
    },
  }
}
