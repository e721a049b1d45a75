import { type Instant, instant } from '../../core/ids.ts'
import { urlProblemOf, urlProblemText } from '../../core/public-url.ts'
import { type ReadCertificate, readCertificate } from './certificates.ts'
import { attribute, childrenOf, ds, md, textOf } from './elements.ts'
import { problem, type TrustProblem } from './problems.ts'

const protocol = 'urn:oasis:names:tc:SAML:2.0:protocol'
const bindings = {
  redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect',
  post: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
} as const
export const maximumCertificates = 12

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/
/** SAML core 1.3.3: times are in UTC, whether they say so or not. */
const momentOf = (value: string): Instant | undefined => {
  const [, , zone] = moment.exec(value) ?? []
  const at = moment.test(value) ? Date.parse(zone === undefined ? `${value}Z` : value) : Number.NaN
  return Number.isNaN(at) ? undefined : instant(at)
}

/** Undefined: metadata and role may be used now. */
export const endedAt = (elements: readonly Element[], now: Instant): TrustProblem | undefined => {
  for (const element of elements) {
    const written = attribute(element, 'validUntil')
    if (written === undefined) continue
    const until = momentOf(written.trim())
    if (until === undefined)
      return problem(
        'trust.validUntil',
        'validUntil',
        'must be a date and time',
        'correct it at the identity provider',
      )
    if (until <= now)
      return problem(
        'trust.expired',
        'validUntil',
        `the metadata were valid until ${until}`,
        'publish them anew at the identity provider',
      )
  }
  return undefined
}

const isTrue = (value: string | undefined): boolean => ['true', '1'].includes(value?.trim() ?? '')

/** The one role that speaks SAML 2.0. */
export const roleOf = (entity: Element): Element | TrustProblem => {
  const roles = childrenOf(entity, md, 'IDPSSODescriptor').filter((role) =>
    (attribute(role, 'protocolSupportEnumeration') ?? '').split(/\s+/).includes(protocol),
  )
  const [role, ...more] = roles
  if (role !== undefined && more.length === 0) return role
  return problem(
    'trust.role',
    'IDPSSODescriptor',
    role === undefined
      ? 'the metadata describe no identity provider that speaks SAML 2.0'
      : 'the metadata describe more than one identity provider for SAML 2.0',
    'take the metadata of the identity provider, not those of an application',
  )
}

export type SignOn = { readonly redirect?: string; readonly post?: string }

export const signOnOf = (role: Element, local: boolean): SignOn | TrustProblem => {
  const found: { redirect?: string; post?: string } = {}
  for (const service of childrenOf(role, md, 'SingleSignOnService')) {
    const binding = attribute(service, 'Binding')
    const name = (['redirect', 'post'] as const).find((one) => bindings[one] === binding)
    const location = attribute(service, 'Location')?.trim() ?? ''
    if (name === undefined || found[name] !== undefined) continue
    const wrong = urlProblemOf(location, local)
    if (wrong !== undefined)
      return problem(
        'trust.signOn',
        'SingleSignOnService',
        `its Location ${urlProblemText[wrong]}`,
        'give it a public https address at the identity provider',
      )
    found[name] = location
  }
  if (found.redirect !== undefined || found.post !== undefined) return found
  return problem(
    'trust.signOn',
    'SingleSignOnService',
    'there is none for HTTP-Redirect or HTTP-POST',
    'switch one of these bindings on at the identity provider',
  )
}

export type Unsuitable = { readonly fingerprint: string; readonly why: string }
export type Certificates = {
  readonly certificates: readonly ReadCertificate[]
  readonly unsuitable: readonly Unsuitable[]
}

/** Without `use` a key is for both (SAML metadata 2.4.1.1). */
const certificateTexts = (role: Element): readonly (string | undefined)[] =>
  childrenOf(role, md, 'KeyDescriptor')
    .filter((key) => ['signing', undefined].includes(attribute(key, 'use')))
    .flatMap((key) => childrenOf(key, ds, 'KeyInfo'))
    .flatMap((info) => childrenOf(info, ds, 'X509Data'))
    .flatMap((data) => childrenOf(data, ds, 'X509Certificate'))
    .map(textOf)

export const certificatesOf = (role: Element): Certificates | TrustProblem => {
  const certificates = new Map<string, ReadCertificate>()
  const unsuitable = new Map<string, Unsuitable>()
  for (const text of certificateTexts(role)) {
    const reading = readCertificate(text ?? '')
    if (reading.kind === 'unreadable')
      return problem(
        'trust.certificate',
        'X509Certificate',
        'must be a certificate: its DER form in base64',
        'correct it at the identity provider',
      )
    if (reading.kind === 'certificate') certificates.set(reading.read.fingerprint, reading.read)
    else unsuitable.set(reading.fingerprint, { fingerprint: reading.fingerprint, why: reading.why })
  }
  if (certificates.size > maximumCertificates)
    return problem(
      'trust.tooManyCertificates',
      'KeyDescriptor',
      `at most ${maximumCertificates} signing certificates are trusted at once`,
      'remove at the identity provider what it no longer signs with',
    )
  if (certificates.size > 0)
    return { certificates: [...certificates.values()], unsuitable: [...unsuitable.values()] }
  const [first] = unsuitable.values()
  return problem(
    'trust.noCertificate',
    'KeyDescriptor',
    first === undefined
      ? 'there is no signing certificate'
      : `no signing certificate is usable: ${first.why}`,
    'give the identity provider a signing certificate with an RSA key of 2048 bits or more',
  )
}

export const wantsSignedRequests = (role: Element): boolean =>
  isTrue(attribute(role, 'WantAuthnRequestsSigned'))
