import type { Place } from './exchange.ts'
import { escaped } from './markup.ts'
import type { OwnKey } from './trust/own-keys.ts'

/** In the order in which we would rather be called. */
const nameIdFormats = [
  'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
]

/** What may be encrypted for us with: authenticated encryption, and no padding anybody could ask about. */
const encryptionMethods = [
  'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
]

const keyDescriptor = (use: 'signing' | 'encryption', der: string): string =>
  `<md:KeyDescriptor use="${use}"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>${escaped(der)}` +
  '</ds:X509Certificate></ds:X509Data></ds:KeyInfo>' +
  (use === 'signing'
    ? ''
    : encryptionMethods.map((method) => `<md:EncryptionMethod Algorithm="${method}"/>`).join('')) +
  '</md:KeyDescriptor>'

/**
 * Our own metadata (SAML metadata 2.4.4). The same text for the same keys: without id or date in it, so that whoever compares sees a change only
 * where there is one. Every published key may sign and every one decrypts, so that keys change without a moment in which the two sides differ.
 * Written by hand, for samlify's own document cannot name EncryptionMethods: identity providers would encrypt by their default, which is CBC with most
 * of them and refused here unless the Response is signed as well.
 */
export const serviceProviderMetadata = ({ entityId, acs }: Place, keys: readonly OwnKey[]): string => {
  const descriptors = (['signing', 'encryption'] as const).flatMap((use) =>
    keys.map(({ der }) => keyDescriptor(use, der)),
  )
  const formats = nameIdFormats.map((format) => `<md:NameIDFormat>${format}</md:NameIDFormat>`)
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" xmlns:ds="http://www.w3.org/2000/09/xmldsig#"' +
      ` entityID="${escaped(entityId)}">`,
    `<md:SPSSODescriptor AuthnRequestsSigned="${keys.length > 0}" WantAssertionsSigned="true"` +
      ' protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">',
    ...descriptors,
    ...formats,
    '<md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"' +
      ` Location="${escaped(acs)}" index="0" isDefault="true"/>`,
    '</md:SPSSODescriptor>',
    '</md:EntityDescriptor>',
    '',
  ].join('\n')
}
