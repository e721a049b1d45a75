import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { instant } from '../../../lib/core/ids.ts'
import { fingerprintOf } from '../../../lib/saml/trust/certificates.ts'
import { selfSigned } from '../../../lib/saml/trust/new-key.ts'

export const now = instant(Date.UTC(2096, 4, 1, 8, 0, 0))
export const issued = instant(Date.UTC(2026, 0, 1))

export type Made = { readonly base64: string; readonly fingerprint: string }
const madeOf = (name: string, publicKey: KeyObject, signer: KeyObject): Made => {
  const der = selfSigned(name, publicKey, signer, issued)
  return { base64: der.toString('base64'), fingerprint: fingerprintOf(der) }
}

const rsa = (modulusLength: number) => generateKeyPairSync('rsa', { modulusLength })
const pair = rsa(2048)
/** One key under several names: certificates differ, and making keys takes long. */
export const certificate = (name: string, { publicKey, privateKey } = pair): Made =>
  madeOf(name, publicKey, privateKey)
/** For where it matters that nobody else has its key. */
export const certificateApart = (name: string): Made => certificate(name, rsa(2048))
export const weakCertificate = (): Made => {
  const weak = rsa(1024)
  return madeOf('weak', weak.publicKey, weak.privateKey)
}
export const curveCertificate = (): Made =>
  madeOf('curve', generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey, pair.privateKey)

export const keyDescriptor = (base64: string, use?: string): string =>
  `<md:KeyDescriptor${use === undefined ? '' : ` use="${use}"`}><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`

export const signOn = (
  location = 'https://idp.example/sso?app=1&amp;x=2',
  binding = 'HTTP-Redirect',
): string =>
  `<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:${binding}" Location="${location}"/>`

const md = 'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
export type Parts = {
  readonly entityId?: string
  readonly attributes?: string
  readonly roleAttributes?: string
  readonly protocol?: string
  readonly keys?: string
  readonly services?: string
  readonly after?: string
}
export const entity = (parts: Parts = {}): string => {
  const {
    entityId = 'https://idp.example/',
    attributes = '',
    roleAttributes = '',
    protocol = 'urn:oasis:names:tc:SAML:2.0:protocol',
    keys = keyDescriptor(certificate('first').base64, 'signing'),
    services = signOn(),
    after = '',
  } = parts
  return `<md:EntityDescriptor ${md} entityID="${entityId}"${attributes}><md:IDPSSODescriptor${roleAttributes} protocolSupportEnumeration="${protocol}">${keys}${services}</md:IDPSSODescriptor>${after}</md:EntityDescriptor>`
}
export const aggregate = (entities: readonly string[], attributes = ''): string =>
  `<md:EntitiesDescriptor ${md}${attributes}>${entities.join('')}</md:EntitiesDescriptor>`
