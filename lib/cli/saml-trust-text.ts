import { goneFor } from '../core/certificate-news.ts'
import { type Instant, later } from '../core/ids.ts'
import type { IdentityProvider, TrustedCertificate } from '../core/ports/logins.ts'
import { subjectOf } from '../saml/trust/certificates.ts'

/** A certificate for a person, and for a program. */
export type ShownCertificate = {
  readonly fingerprint: string
  readonly subject: string
  readonly state: 'new' | 'trusted' | 'gone' | 'revoked'
  readonly notAfter: Instant
  readonly since: Instant
  /** Of one that is gone: trusted until then. */
  readonly until?: Instant
}

const stateOf = (one: TrustedCertificate, isNew: boolean): ShownCertificate['state'] => {
  if (one.revoked !== undefined) return 'revoked'
  if (one.gone !== undefined) return 'gone'
  return isNew ? 'new' : 'trusted'
}

export const shownCertificates = (
  { certificates }: Pick<IdentityProvider, 'certificates'>,
  fresh: ReadonlySet<string> = new Set(),
): readonly ShownCertificate[] =>
  certificates.map((one) => ({
    fingerprint: one.fingerprint,
    subject: subjectOf(one.certificate),
    state: stateOf(one, fresh.has(one.fingerprint)),
    notAfter: one.notAfter,
    since: one.since,
    ...(one.gone === undefined || one.revoked !== undefined ? {} : { until: later(one.gone, goneFor) }),
  }))

export const certificateLine = ({ fingerprint, subject, state, notAfter, until }: ShownCertificate): string =>
  `  ${state.padEnd(8)} ${fingerprint}  ${subject === '' ? 'without a name' : subject}, ends ${notAfter}${
    until === undefined ? '' : `; no longer in the metadata, trusted until ${until}`
  }`

export const signOnLines = ({ signOn }: Pick<IdentityProvider, 'signOn'>): readonly string[] =>
  (['redirect', 'post'] as const).flatMap((binding) => {
    const location = signOn[binding]
    return location === undefined ? [] : [`  sign-on  ${location} (${binding})`]
  })
