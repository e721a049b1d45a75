import type { Configuration, Connection } from '../core/configuration.ts'
import { ConnectorError, isConnectorError } from '../core/errors.ts'
import type { ConnectionId } from '../core/ids.ts'
import { claimOf } from '../core/login-claim.ts'
import { usesLogins } from '../core/login-facts.ts'
import { statementOf } from '../core/login-statement.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { CurrentConfiguration } from '../core/ports/configuration.ts'
import type { TrustStore } from '../core/ports/logins.ts'
import type {
  MessageVerdict,
  PreviewClaiming,
  PreviewSubject,
  Previews,
  ReadAssertion,
  ShownMessage,
} from '../core/ports/preview.ts'
import type { LoginPreview } from '../core/preview-login.ts'
import type { LoginAsk, PreviewAsk } from './preview-ask.ts'
import { refuse } from './values.ts'

export type DeskDeps = {
  readonly clock: Pick<Clock, 'now'>
  readonly configuration: CurrentConfiguration
  /** A candidate's text. Throws `configurationInvalid` with every finding. */
  readonly parse: (text: string) => Configuration
  readonly trust: Pick<TrustStore, 'identityProvider'>
  readonly readAssertion: ReadAssertion
  /** SHA-256, hex. */
  readonly hash: (text: string) => string
} & Previews

/** Of an assertion: what its checks say, beside what it would lead to. */
export type Previewed = LoginPreview & {
  readonly message?: { readonly verdict: MessageVerdict; readonly addressed: boolean }
}
export type PersonAsk = Exclude<PreviewAsk, { readonly kind: 'everybody' }>

export const currentOf = async (
  deps: Pick<DeskDeps, 'configuration'>,
): Promise<Configuration | undefined> => {
  try {
    return await deps.configuration()
  } catch (error) {
    if (isConnectorError(error, 'configurationMissing', 'configurationInvalid')) return undefined
    throw error
  }
}

const connectionIn = ({ connections }: Configuration, id: ConnectionId): Connection => {
  const found = connections.find((one) => one.id === id)
  if (found !== undefined) return found
  const all = connections.map((one) => one.id).join(', ')
  throw new ConnectorError('notFound', `the configuration has no connection ${id}; it has ${all || 'none'}`, {
    field: 'connection',
  })
}

/** Whoever tries a configuration may write anything into it, but not choose which secrets are read for them. */
const withStoredKeys = (connection: Connection, current: Configuration | undefined): Connection => {
  const stored = current?.connections.find(({ id }) => id === connection.id)?.saml?.keys
  if (connection.saml === undefined || connection.saml.keys === stored) return connection
  const { keys: _tried, ...saml } = connection.saml
  return { ...connection, saml: stored === undefined ? saml : { ...saml, keys: stored } }
}

/** An identity is a subject of an issuer; without that, the rest of the claim still finds people. */
const withIssuer = async (deps: DeskDeps, { id, saml }: Connection): Promise<string | undefined> =>
  (await deps.trust.identityProvider(id))?.entityId ?? saml?.entityId

const claimOfAttributes = async (
  deps: DeskDeps,
  connection: Connection,
  { attributes, nameId, email }: Extract<LoginAsk, { readonly kind: 'attributes' }>,
): Promise<PreviewClaiming> => {
  const now = deps.clock.now()
  const bySubject = connection.saml?.subject !== undefined
  if (nameId === undefined && !bySubject) {
    if (email === undefined) return { kind: 'nobody' }
    const statement = statementOf(connection, attributes, now)
    return { kind: 'claim', claim: { externalIds: [], email, statement } }
  }
  const issuer = await withIssuer(deps, connection)
  const shown = { issuer: issuer ?? '', nameId: nameId ?? { value: '', format: '' }, attributes }
  const claiming = claimOf(connection, shown, now, deps.hash)
  if (claiming.kind === 'rejected') return claiming
  const { identity, ...claim } = claiming.claim
  return {
    kind: 'claim',
    claim: {
      ...claim,
      ...(issuer === undefined || identity === undefined ? {} : { identity }),
      ...(email === undefined ? {} : { email }),
    },
  }
}

const subjectOf = async (
  deps: DeskDeps,
  connection: Connection,
  ask: LoginAsk,
): Promise<{ readonly subject: PreviewSubject; readonly shown?: ShownMessage }> => {
  const whose = ask.member === undefined ? {} : { member: ask.member }
  if (ask.kind === 'attributes') {
    const claiming = await claimOfAttributes(deps, connection, ask)
    return { subject: { kind: 'login', attributes: ask.attributes, claiming, ...whose } }
  }
  if (connection.saml === undefined)
    throw refuse(
      'assertion',
      `connection ${connection.id} has no saml in the configuration, so no assertion is read; add saml to it, or send attributes`,
    )
  const shown = await deps.readAssertion(connection, ask.text)
  const claiming = claimOf(connection, shown, deps.clock.now(), deps.hash)
  return { subject: { kind: 'login', attributes: shown.attributes, claiming, ...whose }, shown }
}

/** One person by the current configuration, or by one that is tried. */
export const previewPerson = async (
  deps: DeskDeps,
  id: ConnectionId,
  ask: PersonAsk,
  candidate: Configuration | undefined,
): Promise<Previewed> => {
  // Without a candidate the current one is what is asked by, and its absence is the answer.
  const current = candidate === undefined ? await deps.configuration() : await currentOf(deps)
  const configuration = candidate ?? current
  if (configuration === undefined) throw new ConnectorError('internal', 'no configuration to look at')
  const connection = withStoredKeys(connectionIn(configuration, id), current)
  if (ask.kind === 'stored')
    return await deps.preview({ connection: id, configuration, current, subject: ask })
  if (!usesLogins(connection))
    throw refuse(
      ask.kind,
      `connection ${id} has neither saml nor hooks.okta in the configuration, so no login counts for it; add saml to it`,
    )
  const { subject, shown } = await subjectOf(deps, connection, ask)
  const preview = await deps.preview({ connection: id, configuration, current, subject })
  return shown === undefined
    ? preview
    : { ...preview, message: { verdict: shown.verdict, addressed: shown.addressed } }
}
