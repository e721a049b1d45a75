import type { Stamp } from '../core/audit.ts'
import { type Instant, later, type MemberId } from '../core/ids.ts'
import { claimOf } from '../core/login-claim.ts'
import type { LoginRequest, SignedIn, SignInClaim } from '../core/ports/logins.ts'
import { clearCookie, hashOf } from './cookies.ts'
import { correlate } from './correlation.ts'
import type { Exchange, SamlDeps, SamlResponse } from './exchange.ts'
import { faultAnswer, isPassing } from './faults.ts'
import { type PostedForm, readForm } from './form.ts'
import { landingOf } from './landing.ts'
import { quietHeaders, refusedPage, unusablePage } from './page.ts'
import { isConnectionCode, type RefusalCode } from './refusals.ts'
import { isOpen, standingPage, unreadPage } from './standing-page.ts'
import { readGround } from './trusted.ts'
import type { VerifiedAssertion } from './verified.ts'
import { skew } from './verify/limits.ts'
import { verifyResponse } from './verify/verify.ts'

type Refusal = {
  readonly kind: 'refused'
  readonly code: RefusalCode
  readonly member?: MemberId
  readonly error?: unknown
}
const refusal = (code: RefusalCode): Refusal => ({ kind: 'refused', code })

const stampOf = (deps: SamlDeps, { connection, request }: Exchange): Stamp => ({
  connection: connection.id,
  actor: { kind: 'login', by: 'saml' },
  requestId: request.requestId,
  at: deps.clock.now(),
})

/** The trail is told, if it can be; whoever is refused is refused either way. */
const refuse = async (
  deps: SamlDeps,
  exchange: Exchange,
  { code, member, error }: Refusal,
): Promise<SamlResponse> => {
  const { connection, at, requestId, actor } = stampOf(deps, exchange)
  const who = member === undefined ? {} : { member }
  const event = { kind: 'loginRefused', code, ...who } as const
  const told = await deps.audit.append([{ at, requestId, actor, connection, event }]).then(
    () => ({}),
    (fault: unknown) => ({ unrecorded: true as const, error: fault }),
  )
  const answer = isConnectionCode(code) ? unusablePage(requestId) : refusedPage(requestId)
  const failed = error === undefined ? {} : { error }
  return { ...answer, observed: { operation: 'acs', connection, outcome: code, ...who, ...failed, ...told } }
}

type Genuine = { readonly kind: 'genuine'; readonly assertion: VerifiedAssertion; readonly form: PostedForm }

/** The message alone: what it costs to find out comes after what is cheap to refuse. */
const readMessage = async (
  deps: SamlDeps,
  { request, connection, place }: Exchange,
): Promise<Genuine | Refusal> => {
  const reading = readForm(request.headers['content-type'], request.body)
  if (reading.kind === 'refused') return refusal(reading.code)
  const ground = await readGround(deps, connection)
  if (ground.kind === 'unusable') return { ...refusal(ground.code), error: ground.error }
  const { provider, keys } = ground
  const verification = verifyResponse({
    samlResponse: reading.form.samlResponse,
    provider,
    serviceProvider: place,
    decryptionKeys: keys.map(({ privateKey }) => privateKey),
    now: deps.clock.now(),
    transientAllowed: connection.saml.subject !== undefined,
  })
  if (verification.kind === 'rejected') return refusal(verification.code)
  return { kind: 'genuine', assertion: verification.assertion, form: reading.form }
}

type Admitted = {
  readonly kind: 'admitted'
  readonly claim: SignInClaim
  /** Issuer and ID of the assertion, hashed: taken once, remembered until then. */
  readonly message: string
  readonly remembered: Instant
  /** Absent: the login began at the identity provider. */
  readonly loginRequest?: LoginRequest
}

/** From the browser that was sent for it, about somebody it names. Nothing is used up yet. */
const admit = async (
  deps: SamlDeps,
  exchange: Exchange,
  { assertion, form }: Genuine,
): Promise<Admitted | Refusal> => {
  const { connection, request } = exchange
  const correlated = await correlate(deps.requests, assertion, {
    connection: connection.id,
    idpInitiated: connection.saml.idpInitiated,
    relayState: form.relayState,
    cookies: request.cookies,
  })
  if (correlated.kind === 'refused') return correlated
  const claiming = claimOf(connection, assertion, deps.clock.now(), hashOf)
  if (claiming.kind === 'rejected') return refusal(claiming.code)
  return {
    kind: 'admitted',
    claim: claiming.claim,
    message: hashOf(`${assertion.issuer}\n${assertion.assertionId}`),
    remembered: later(assertion.notOnOrAfter, skew),
    ...(correlated.kind === 'unasked' ? {} : { loginRequest: correlated.loginRequest }),
  }
}

/** Once: laid last, when nothing else can refuse the message any more. */
const useUp = async (
  { replays, requests }: SamlDeps,
  { connection }: Exchange,
  { message, remembered, loginRequest }: Admitted,
): Promise<Refusal | undefined> => {
  if ((await replays.claimMessage(connection.id, message, remembered)) === 'again') return refusal('replay')
  if (loginRequest === undefined) return undefined
  // Two messages for one request: the second is too late.
  return (await requests.consumeRequest(loginRequest)) === 'gone' ? refusal('irt.unknown') : undefined
}

const clearing = (loginRequest: LoginRequest | undefined) =>
  loginRequest === undefined ? {} : { cookies: [clearCookie(loginRequest.handle)] }

/** The way to do it all again, to the same end. */
const againFor = ({ place }: Exchange, request: LoginRequest | undefined): string => {
  const wishes = new URLSearchParams()
  if (request?.community !== undefined) wishes.set('community', request.community)
  if (request?.returnTo !== undefined) wishes.set('returnTo', request.returnTo)
  return wishes.size === 0 ? place.login : `${place.login}?${wishes}`
}

type In = Extract<SignedIn, { kind: 'in' }>

const welcome = async (
  deps: SamlDeps,
  exchange: Exchange,
  { member, created }: In,
  stamp: Stamp,
  loginRequest: LoginRequest | undefined,
): Promise<SamlResponse> => {
  const { connection, configuration, place } = exchange
  const until = later(deps.clock.now(), connection.saml.wait)
  const who = { member: member.id, ...(created ? { created } : {}) }
  const observed = { operation: 'acs', connection: connection.id, ...who } as const
  const standing = await deps.signIn.bringUp(member, stamp.at, until).then(
    (entries) => ({ entries }),
    (error: unknown) => ({ error }),
  )
  if ('error' in standing) {
    const { error } = standing
    if (!isPassing(error)) throw error
    // The login is saved, and what follows from it is on its way: to be sent back to the beginning would be no answer to that.
    return {
      ...unreadPage(againFor(exchange, loginRequest)),
      observed: { ...observed, outcome: 'page', error },
    }
  }
  const { entries } = standing
  const landing = landingOf(deps, configuration, entries, loginRequest)
  const seen = { ...observed, open: entries.filter(isOpen).length }
  if (landing.kind === 'show')
    return {
      ...standingPage(configuration, landing.stops, {
        login: place.login,
        returnTo: loginRequest?.returnTo,
      }),
      observed: { ...seen, outcome: 'page' },
    }
  return {
    status: 303,
    headers: { ...quietHeaders, location: landing.url },
    observed: { ...seen, outcome: 'passedOn' },
  }
}

const enter = async (
  deps: SamlDeps,
  exchange: Exchange,
  { claim, loginRequest }: Admitted,
): Promise<SamlResponse> => {
  const stamp = stampOf(deps, exchange)
  const signedIn = await deps.signIn.accept(stamp, claim)
  if (signedIn.kind === 'refused') return refuse(deps, exchange, signedIn)
  return welcome(deps, exchange, signedIn, stamp, loginRequest)
}

/** The assertion consumer service (SAML profiles 4.1.4.3). */
export const acsRoute = async (deps: SamlDeps, exchange: Exchange): Promise<SamlResponse> => {
  const message = await readMessage(deps, exchange)
  if (message.kind === 'refused') return refuse(deps, exchange, message)
  const admitted = await admit(deps, exchange, message)
  if (admitted.kind === 'refused') return refuse(deps, exchange, admitted)
  const { loginRequest } = admitted
  const failed = (error: unknown): SamlResponse => {
    const observed = { operation: 'acs', connection: exchange.connection.id } as const
    return faultAnswer(exchange.request.requestId, error, observed, againFor(exchange, loginRequest))
  }
  try {
    const late = await useUp(deps, exchange, admitted)
    if (late !== undefined) return await refuse(deps, exchange, late)
  } catch (error) {
    // Perhaps nothing was used up: the same answer may still be taken, so that the browser keeps its cookie.
    return failed(error)
  }
  const answer = await enter(deps, exchange, admitted).catch(failed)
  return { ...answer, ...clearing(loginRequest) }
}
