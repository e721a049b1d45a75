import type { Connection } from '../../core/configuration.ts'
import { ConnectorError, isConnectorError } from '../../core/errors.ts'
import type { Clock } from '../../core/ports/clock.ts'
import type { TrustStore } from '../../core/ports/logins.ts'
import type { ReadAssertion } from '../../core/ports/preview.ts'
import { placeOf } from '../exchange.ts'
import { usableCertificates } from '../trust/follow.ts'
import type { RejectionCode } from '../verified.ts'
import { documentLimits, largestMessage } from '../verify/limits.ts'
import { type MessageGround, readMessage } from './read-message.ts'

export type ReadAssertionDeps = {
  readonly trust: Pick<TrustStore, 'identityProvider'>
  /** Behind a secret reference; absent: nothing is decrypted here. */
  readonly ownKeys?: (reference: string) => Promise<readonly { readonly privateKey: string }[]>
  readonly clock: Pick<Clock, 'now'>
  /** Absent: whether a message is meant for us is not asked. */
  readonly publicUrl?: string | undefined
}

const byPart: readonly (readonly [prefix: string, remedy: string])[] = [
  ['message.size', `is larger than ${largestMessage} characters of base64; no login may be`],
  ['message.', 'is neither XML nor base64 of it; give the Response as it was posted, or its XML in UTF-8'],
  [
    'xml.limits',
    `has more elements than a login may have (${documentLimits.values} values, ${documentLimits.attributes} attributes); let the identity provider send fewer`,
  ],
  [
    'xml.',
    'holds a DOCTYPE, a comment, CDATA or a processing instruction; no login may, so give it as it was sent',
  ],
  ['schema', 'is no SAML Response or Assertion by the OASIS schemas; give the whole of one'],
  ['status', 'says that the login failed at the identity provider; its log says why'],
  [
    'encryption.',
    'is encrypted, and cannot be decrypted with the keys of the connection (saml.keys); give it decrypted, or without encryption',
  ],
  ['attribute.content', 'holds a value with XML in it; let the identity provider send text'],
]

const faultText = (code: RejectionCode): string =>
  byPart.find(([prefix]) => code.startsWith(prefix))?.[1] ??
  'is not of the one shape a login has: one Response with one Assertion, each signed at most once; give one login, unchanged'

const keysFor = async ({ ownKeys }: ReadAssertionDeps, { saml }: Connection): Promise<readonly string[]> => {
  if (saml?.keys === undefined || ownKeys === undefined) return []
  try {
    return (await ownKeys(saml.keys)).map(({ privateKey }) => privateKey)
  } catch (error) {
    // Most assertions are not encrypted: those that are say so themselves.
    if (isConnectorError(error, 'secretUnavailable', 'configurationInvalid')) return []
    throw error
  }
}

const groundOf = async (deps: ReadAssertionDeps, connection: Connection): Promise<MessageGround> => {
  const now = deps.clock.now()
  const [provider, decryptionKeys] = await Promise.all([
    deps.trust.identityProvider(connection.id),
    keysFor(deps, connection),
  ])
  const expected = connection.saml?.entityId
  const certificates =
    provider === undefined || (expected !== undefined && provider.entityId !== expected)
      ? []
      : usableCertificates(provider, now).map(({ certificate }) => certificate)
  return {
    provider:
      provider === undefined || certificates.length === 0
        ? undefined
        : { entityId: provider.entityId, certificates },
    serviceProvider: deps.publicUrl === undefined ? undefined : placeOf(deps.publicUrl, connection.id),
    decryptionKeys,
    now,
  }
}

/** An assertion that somebody wants to look at: checked like a login where that can be, and never one. */
export const createReadAssertion =
  (deps: ReadAssertionDeps): ReadAssertion =>
  async (connection, text) => {
    const reading = readMessage(text, await groundOf(deps, connection))
    if (reading.kind === 'read') return reading.message
    throw new ConnectorError('invalidValue', `assertion: ${faultText(reading.code)} (${reading.code})`, {
      field: 'assertion',
    })
  }
