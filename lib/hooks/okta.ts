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
  addresses: [login, email, nameId].filter((value) => value !== undefined),
  idForm: oktaId,
})

const claimOf = (event: OktaEvent, statement: LoginStatement, found: Found): SignInClaim => {
  const { givenName, familyName } = event
  const email = event.email ?? event.login ?? event.nameId
  // Whoever was found by name is meant by the id the directory has of them.
  const known = found.kind === 'found' ? found.member.externalId : undefined
  return {
    externalIds: known === undefined ? [event.user] : [known],
    ...(email === undefined ? {} : { email }),
    ...(givenName === undefined ? {} : { givenName }),
    ...(familyName === undefined ? {} : { familyName }),
    statement,
  }
}

type Person = Found & Pick<HookObserved, 'notKept' | 'created'>

/** Okta's groups count as a login. What cannot be kept gives nothing, here and to the reconciler alike. */
const signedIn = async (
  { signIn }: ClaimsDeps,
  request: HookRequest,
  found: Found,
  claim: SignInClaim,
): Promise<Person> => {
  if (found.kind === 'nobody' && found.why !== 'member.unknown') return found
  const stamp = {
    connection: request.connection,
    actor: { kind: 'login', by: 'okta' },
    requestId: request.requestId,
    at: claim.statement.at,
  } as const
  const accepted = await signIn.accept(stamp, claim)
  if (accepted.kind === 'refused')
    return found.kind === 'found' ? { ...found, notKept: accepted.code } : { ...found, why: accepted.code }
  if (found.kind === 'found' && found.member.id !== accepted.member.id)
    return { kind: 'nobody', why: 'member.ambiguous' }
  const { member, created } = accepted
  return { kind: 'found', member, ...(created ? { created } : {}) }
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
  const found: Person = await findPerson(deps.directory, connection, namedIn(event))
  const person = showsAnything(statement)
    ? await signedIn(deps, request, found, claimOf(event, statement, found))
    : found
  const { notKept, created } = person
  const { claims, observed } = await claimsFor(deps, configuration, connection.id, settings.claims, person)
  return {
    body: oktaAnswer(claims, event.claims, request.requestId),
    observed: {
      ...observed,
      groups: statement.groups.kind,
      ...(notKept === undefined ? {} : { notKept }),
      ...(created === undefined ? {} : { created }),
    },
  }
}
