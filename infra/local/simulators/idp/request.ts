import { inflateRawSync } from 'node:zlib'
import { parsed } from './signing.ts'
import { namespaces } from './xml.ts'

/** What somebody's AuthnRequest asks for. */
export type LoginRequest = {
  readonly id: string
  readonly issuer: string
  /** AssertionConsumerServiceURL. */
  readonly acs?: string
  readonly destination?: string
  readonly forceAuthn: boolean
}

const maximumRequest = 64 * 1024

const readXml = (xml: string): LoginRequest => {
  const root = parsed(xml).documentElement
  if (root.localName !== 'AuthnRequest' || root.namespaceURI !== namespaces.samlp)
    throw new Error('that is not an AuthnRequest')
  const issuer = root.getElementsByTagNameNS(namespaces.saml, 'Issuer')[0]?.textContent ?? ''
  const acs = root.getAttribute('AssertionConsumerServiceURL') ?? ''
  const destination = root.getAttribute('Destination') ?? ''
  return {
    id: root.getAttribute('ID') ?? '',
    issuer,
    ...(acs === '' ? {} : { acs }),
    ...(destination === '' ? {} : { destination }),
    forceAuthn: root.getAttribute('ForceAuthn') === 'true',
  }
}

/** HTTP-Redirect, bindings 3.4.4.1: raw deflate in base64. */
export const readRedirected = (parameter: string): LoginRequest =>
  readXml(
    inflateRawSync(Buffer.from(parameter, 'base64'), { maxOutputLength: maximumRequest }).toString('utf8'),
  )

/** HTTP-POST, bindings 3.5.4: base64 alone. */
export const readPosted = (parameter: string): LoginRequest =>
  readXml(Buffer.from(parameter, 'base64').toString('utf8'))
