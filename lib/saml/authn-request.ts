import { randomBytes, sign } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { SignedXml } from 'xml-crypto'
import type { Instant } from '../core/ids.ts'
import type { Place } from './exchange.ts'
import { escaped } from './markup.ts'
import type { OwnKey } from './trust/own-keys.ts'

const rsaSha256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#'

/** An xs:ID begins with a letter or an underscore; 160 bits of it nobody guesses (SAML core 1.3.4). */
export const newRequestId = (): string => `_${randomBytes(20).toString('hex')}`
/** What is longer than any ID of ours, or another form, is not looked for. */
export const isRequestId = (text: string): boolean => /^_[\w.-]{1,80}$/.test(text)

export type Asking = {
  readonly id: string
  readonly at: Instant
  /** The identity provider's address for the binding. */
  readonly destination: string
  readonly place: Place
}

/**
 * SAML core 3.4.1. NameIDPolicy names no format: AD FS refuses the whole login (MSIS7070) when its claim rules issue another than was asked for, and
 * which one it is to be is set up at the identity provider. `AllowCreate` without it is what the deployment profile asks for (saml2int).
 */
export const authnRequest = ({ id, at, destination, place }: Asking): string =>
  '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"' +
  ` ID="${escaped(id)}" Version="2.0" IssueInstant="${at}" Destination="${escaped(destination)}"` +
  ' ProtocolBinding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"' +
  ` AssertionConsumerServiceURL="${escaped(place.acs)}">` +
  `<saml:Issuer>${escaped(place.entityId)}</saml:Issuer><samlp:NameIDPolicy AllowCreate="true"/></samlp:AuthnRequest>`

/** HTTP-Redirect (SAML bindings 3.4.4): what is signed is the query as it is sent, in this order. */
export const redirectUrl = (asking: Asking, relayState: string, key: OwnKey | undefined): string => {
  const message = deflateRawSync(Buffer.from(authnRequest(asking))).toString('base64')
  const parts = [`SAMLRequest=${encodeURIComponent(message)}`, `RelayState=${encodeURIComponent(relayState)}`]
  if (key !== undefined) {
    parts.push(`SigAlg=${encodeURIComponent(rsaSha256)}`)
    const signature = sign('sha256', Buffer.from(parts.join('&')), key.privateKey).toString('base64')
    parts.push(`Signature=${encodeURIComponent(signature)}`)
  }
  const { destination } = asking
  return `${destination}${destination.includes('?') ? '&' : '?'}${parts.join('&')}`
}

/** HTTP-POST (SAML bindings 3.5.4): the value of `SAMLRequest`, with the signature behind the Issuer, where the schema has it. */
export const postedMessage = (asking: Asking, key: OwnKey | undefined): string => {
  const xml = authnRequest(asking)
  if (key === undefined) return Buffer.from(xml).toString('base64')
  const signed = new SignedXml({
    privateKey: key.privateKey,
    signatureAlgorithm: rsaSha256,
    canonicalizationAlgorithm: exclusive,
    getKeyInfoContent: () => `<ds:X509Data><ds:X509Certificate>${key.der}</ds:X509Certificate></ds:X509Data>`,
  })
  signed.addReference({
    xpath: '/*',
    transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature', exclusive],
    digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha256',
  })
  signed.computeSignature(xml, {
    prefix: 'ds',
    location: { reference: "/*/*[local-name(.)='Issuer']", action: 'after' },
  })
  return Buffer.from(signed.getSignedXml()).toString('base64')
}
