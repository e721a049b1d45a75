import type { Configuration, Connection } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import type { ConnectionId } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Credential, CredentialStore, CurrentConfiguration } from '../core/ports/configuration.ts'
import type { ClaimsDeps } from './claims.ts'
import { withinTime } from './deadline.ts'
import { answerEntra } from './entra.ts'
import type { createEntraCallers } from './entra-caller.ts'
import { failure, headersOf, unauthenticated } from './errors.ts'
import type { HookAnswer, HookName, HookObserved, HookRequest } from './exchange.ts'
import { answerOkta } from './okta.ts'

export type HookDeps = ClaimsDeps & {
  /** Whose `hooks`-scoped credential this is; throws `unauthenticated`. */
  readonly authenticate: (connection: ConnectionId, authorization: string | undefined) => Promise<Credential>
  readonly credentials: Pick<CredentialStore, 'markUsed'>
  readonly entraCaller: ReturnType<typeof createEntraCallers>
  readonly configuration: CurrentConfiguration
  readonly clock: Pick<Clock, 'now'>
}

/** Seconds: Okta waits for three, Entra for one unless it is told otherwise. */
export const answerWithin: Readonly<Record<HookName, number>> = { okta: 2.5, entra: 0.9 }

export const hookNamed = (name: string): HookName | undefined =>
  name === 'okta' || name === 'entra' ? name : undefined

const connectionIn = ({ connections }: Configuration, id: ConnectionId): Connection | undefined =>
  connections.find((one) => one.id === id)

const oktaCaller = async (deps: HookDeps, request: HookRequest): Promise<Credential> => {
  try {
    return await deps.authenticate(request.connection, request.headers.authorization)
  } catch (error) {
    if (error instanceof ConnectorError && error.code === 'unauthenticated')
      throw unauthenticated('make one with rolecall credentials create --scope hooks')
    throw error
  }
}

/** Beside the answer, and not worth failing it: the day of last use is for people who tidy up. */
const markUsed = async ({ credentials, clock }: HookDeps, credential: Credential): Promise<void> => {
  const day = clock.now().slice(0, 10)
  if (credential.lastUsed === day) return
  try {
    await credentials.markUsed(credential, day)
  } catch {
    // The next call of the day tries again.
  }
}

type Answered = { readonly body: object; readonly observed: HookObserved }

/** Who calls is known before anything of the body is read. */
const okta = async (deps: HookDeps, request: HookRequest): Promise<Answered> => {
  const credential = await oktaCaller(deps, request)
  const configuration = await deps.configuration()
  const connection = connectionIn(configuration, request.connection)
  const [{ body, observed }] = await Promise.all([
    answerOkta(deps, request, configuration, connection, deps.clock.now()),
    markUsed(deps, credential),
  ])
  return { body, observed: { ...observed, credential: credential.id } }
}

const entra = async (deps: HookDeps, request: HookRequest): Promise<Answered> => {
  const configuration = await deps.configuration()
  const connection = connectionIn(configuration, request.connection)
  const host = URL.canParse(request.origin) ? new URL(request.origin).host : ''
  await deps.entraCaller(connection?.hooks?.entra, host, request.headers.authorization)
  return answerEntra(deps, request, configuration, connection)
}

const answers = { okta, entra } as const

/**
 * `POST /{connection}/hooks/{hook}`: the role, while the identity provider builds its token. Whatever goes wrong is an error with a status, in time, and
 * never an answer: Okta then goes on with the assertion as it stands, which therefore must hold no privileged role; Entra shows an error and lets
 * nobody in.
 */
export const answerHook = async (deps: HookDeps, request: HookRequest): Promise<HookAnswer> => {
  const hook = hookNamed(request.hook)
  const { requestId } = request
  if (hook === undefined)
    return failure(requestId, new ConnectorError('notFound', 'hooks are okta and entra'), { claims: [] })
  try {
    if (request.method !== 'POST') throw new ConnectorError('methodNotAllowed', 'a hook is called by POST')
    const { body, observed } = await withinTime(answerWithin[hook], () => answers[hook](deps, request))
    const observation = { ...observed, hook }
    return { status: 200, headers: headersOf(requestId), body: JSON.stringify(body), observed: observation }
  } catch (error) {
    return failure(requestId, error, { hook, claims: [] })
  }
}
