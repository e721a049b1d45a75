import type { Configuration, Connection } from '../core/configuration.ts'
import type { Instant } from '../core/ids.ts'
import type { LoginStatement } from '../core/login.ts'
import { statementOf } from '../core/login-statement.ts'
import type { SignInClaim } from '../core/ports/logins.ts'
import { bodyOf } from './body.ts'
import { type ClaimsDeps, claimsFor, hookMissing } from './claims.ts'
import type { HookObserved, HookRequest } from './exchange.ts'
import { oktaAnswer } from './okta-answer.ts'
import { type OktaEvent, readOktaEvent } from './okta-event.ts'
import { type Found, findPerson, type Named } from './person.ts'

/** Okta's ids of users: a member with another one is another user. */
const oktaId = /^00u[0-9A-Za-z]{17}$/

const namedIn = ({ user, nameId, login, email }: OktaEvent): Named => ({
  externalIds: [user, ...(nameId === undefined ? [] : [nameId])],
  id: user,
  addresses: [login, email, nameId].filter((value) => value !== undefined),
  idForm: oktaId,
})

type Known = Extract<Found, { readonly kind: 'found' }>

/** Whoever was found is meant, and by nothing else than what they were found by: an address alone opens less than an id. */
const claimOf = ({ member, address }: Known, statement: LoginStatement): SignInClaim =>
  address === undefined
    ? { externalIds: member.externalId === undefined ? [] : [member.externalId], statement }
    : { externalIds: [], email: address, statement }

/** Okta's groups count as a login. Who is refused now, though they were found, was linked, replaced or lost meanwhile. */
const signedIn = async (
  { signIn }: ClaimsDeps,
  { connection, requestId }: HookRequest,
  found: Known,
  statement: LoginStatement,
): Promise<Found> => {
  const stamp = { connection, actor: { kind: 'login', by: 'okta' }, requestId, at: statement.at } as const
  const accepted = await signIn.accept(stamp, claimOf(found, statement))
  if (accepted.kind === 'refused') return { kind: 'nobody', why: accepted.code }
  return accepted.member.id === found.member.id ? found : { kind: 'nobody', why: 'member.ambiguous' }
}

const showsAnything = ({ groups, attributes }: LoginStatement): boolean =>
  groups.kind !== 'absent' || Object.keys(attributes).length > 0

/** Okta's SAML assertion inline hook: each configured claim gets the one role, or a value that gives nothing. */
export const answerOkta = async (
  deps: ClaimsDeps,
  request: HookRequest,
  configuration: Configuration,
  connection: Connection | undefined,
  at: Instant,
): Promise<{ readonly body: object; readonly observed: HookObserved }> => {
  const settings = connection?.hooks?.okta
  if (connection === undefined || settings === undefined) throw hookMissing('okta')
  const event = readOktaEvent(bodyOf(request))
  const statement = statementOf(connection, event.claims, at)
  const found = await findPerson(deps, connection, namedIn(event))
  const person =
    found.kind === 'found' && showsAnything(statement)
      ? await signedIn(deps, request, found, statement)
      : found
  const { claims, observed } = await claimsFor(deps, configuration, connection.id, settings.claims, person)
  return {
    body: oktaAnswer(claims, event.claims, request.requestId),
    observed: { ...observed, groups: statement.groups.kind },
  }
}
