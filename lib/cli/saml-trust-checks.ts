import type { Check } from '../core/checkup.ts'
import { isConnectorError } from '../core/errors.ts'
import { type Instant, milliseconds } from '../core/ids.ts'
import type { IdentityProvider, MetadataFailure } from '../core/ports/logins.ts'
import { usableCertificates } from '../saml/trust/follow.ts'
import { createOwnKeys } from '../saml/trust/own-keys.ts'
import type { SamlConnection } from './saml-trust-names.ts'
import { shownCertificates } from './saml-trust-text.ts'
import type { House } from './wiring.ts'

/** What one connection's logins rest on, for `doctor`. */
export type LoginExamination = { readonly connection: string; readonly checks: readonly Check[] }

const day = 86_400_000
/** Days before an end that are told: an identity provider's people turn certificates, and ours have to be told theirs. */
const soon = 30
const soonOurs = 90

const daysUntil = (end: Instant, now: Instant): number =>
  Math.floor((milliseconds(end) - milliseconds(now)) / day)

/** Where the next sweep reads them by itself, not yet having done so is no problem. */
const untrusted = ({ id, saml }: SamlConnection, failure: MetadataFailure | undefined): Check => {
  const byItself = saml.metadata.kind === 'url' && saml.pinned !== true && failure === undefined
  const file = saml.metadata.kind === 'url' ? '' : ' FILE'
  return {
    subject: 'identity provider',
    state: byItself ? 'warning' : 'problem',
    found: byItself ? 'its metadata were not read yet' : 'nobody is trusted, and every login is refused',
    remedy: byItself ? 'they are read within a minute' : `npx rolecall saml trust ${id}${file}`,
  }
}

const trustChecks = (
  connection: SamlConnection,
  provider: IdentityProvider | undefined,
  failure: MetadataFailure | undefined,
  now: Instant,
): readonly Check[] => {
  const subject = 'identity provider'
  if (provider === undefined) return [untrusted(connection, failure)]
  const { entityId } = connection.saml
  if (entityId !== undefined && entityId !== provider.entityId) return [untrusted(connection, failure)]
  const usable = usableCertificates(provider, now)
  if (usable.length === 0)
    return [
      {
        subject,
        state: 'problem',
        found: 'no certificate of it is trusted, and every login is refused',
        remedy: `npx rolecall saml show ${connection.id}`,
      },
    ]
  const found = `${provider.entityId}, ${usable.length} certificate(s), read ${provider.readAt}`
  const ending = shownCertificates({ certificates: usable }).filter(
    ({ notAfter, state }) => state === 'trusted' && daysUntil(notAfter, now) < soon,
  )
  return [
    { subject, state: 'ok', found },
    ...ending.map(
      ({ fingerprint, notAfter }): Check => ({
        subject: 'certificate',
        state: 'warning',
        found: `${fingerprint.slice(0, 16)} ends ${notAfter}`,
        remedy: 'ask the identity provider’s people when they turn it: logins go on until it is replaced',
      }),
    ),
  ]
}

const failureChecks = (
  { id, saml }: SamlConnection,
  failure: MetadataFailure | undefined,
): readonly Check[] =>
  failure === undefined || saml.pinned === true
    ? []
    : [
        {
          subject: 'metadata',
          state: 'warning',
          found: `cannot be read since ${failure.since}: ${failure.code}`,
          remedy: `npx rolecall saml trust ${id} tries again and says why`,
        },
      ]

const keyChecks = async (house: House, { id, saml }: SamlConnection): Promise<readonly Check[]> => {
  if (saml.keys === undefined) return []
  const subject = 'own keys'
  try {
    const keys = await createOwnKeys(house.secrets)(saml.keys)
    const found = `${keys.length} key(s) in ${saml.keys}, the one that signs ends ${keys[0].notAfter}`
    const days = daysUntil(keys[0].notAfter, house.clock.now())
    const remedy = `npx rolecall saml keys ${id} --rotate`
    return [days > soonOurs ? { subject, state: 'ok', found } : { subject, state: 'warning', found, remedy }]
  } catch (error) {
    if (!isConnectorError(error, 'secretUnavailable')) throw error
    return [{ subject, state: 'problem', found: error.message, remedy: `npx rolecall saml keys ${id}` }]
  }
}

/** Nothing is asked of the identity provider: what the sweep saw last is what counts. */
export const examineLogins = async (house: House, connection: SamlConnection): Promise<LoginExamination> => {
  const { id, saml } = connection
  const [provider, last] = await Promise.all([
    house.trust.identityProvider(id),
    house.metadataFailures.metadataFailure(id),
  ])
  const failure = saml.metadata.kind === 'url' && last?.url === saml.metadata.url ? last : undefined
  const checks = [
    ...trustChecks(connection, provider, failure, house.clock.now()),
    ...failureChecks(connection, failure),
    ...(await keyChecks(house, connection)),
  ]
  return { connection: id, checks }
}
