import { element, escaped, namespaces } from './xml.ts'

const binding = (name: string): string => `urn:oasis:names:tc:SAML:2.0:bindings:HTTP-${name}`

export type PublishedKey = {
  /** DER, base64. */
  readonly certificate: string
  /** Absent: for both. */
  readonly use?: 'signing' | 'encryption'
}
export type Published = {
  readonly entityId: string
  readonly keys: readonly PublishedKey[]
  readonly signOn: { readonly redirect?: string; readonly post?: string }
  readonly wantsSignedRequests?: boolean
  readonly validUntil?: string
}

export const metadataXml = ({
  entityId,
  keys,
  signOn,
  wantsSignedRequests = false,
  validUntil,
}: Published): string =>
  element(
    'md:EntityDescriptor',
    { 'xmlns:md': namespaces.md, entityID: entityId, validUntil },
    element(
      'md:IDPSSODescriptor',
      {
        WantAuthnRequestsSigned: String(wantsSignedRequests),
        protocolSupportEnumeration: namespaces.samlp,
      },
      ...keys.map(({ certificate, use }) =>
        element(
          'md:KeyDescriptor',
          { use },
          element(
            'ds:KeyInfo',
            { 'xmlns:ds': namespaces.ds },
            element('ds:X509Data', {}, element('ds:X509Certificate', {}, certificate)),
          ),
        ),
      ),
      element('md:NameIDFormat', {}, escaped('urn:oasis:names:tc:SAML:2.0:nameid-format:persistent')),
      ...(signOn.redirect === undefined
        ? []
        : [element('md:SingleSignOnService', { Binding: binding('Redirect'), Location: signOn.redirect })]),
      ...(signOn.post === undefined
        ? []
        : [element('md:SingleSignOnService', { Binding: binding('POST'), Location: signOn.post })]),
    ),
  )
