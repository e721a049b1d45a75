import { element, escaped, namespaces } from './xml.ts'

/** A Response as data: what is absent is left out of the message, however much a standard asks for it. */
export const nameIdFormats = {
  persistent: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  transient: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
  email: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  unspecified: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
} as const
export const attributeFormats = {
  basic: 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic',
  uri: 'urn:oasis:names:tc:SAML:2.0:attrname-format:uri',
} as const
export const success = 'urn:oasis:names:tc:SAML:2.0:status:Success'
export const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'
export const password = 'urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport'

export type AttributeStatement = {
  readonly name: string
  readonly friendlyName?: string
  readonly format?: string
  readonly values: readonly string[]
  /** With `xsi:type="xs:string"` and the namespaces that takes, as Okta and Shibboleth write it. */
  readonly typed?: boolean
}
export type Confirmation = {
  readonly method: string
  readonly recipient?: string
  readonly notBefore?: string
  readonly notOnOrAfter?: string
  readonly inResponseTo?: string
}
export type Assertion = {
  readonly id: string
  readonly version: string
  readonly issueInstant: string
  readonly issuer: string
  readonly nameId?: { readonly value: string; readonly format?: string }
  readonly confirmations: readonly Confirmation[]
  readonly conditions?: {
    readonly notBefore?: string
    readonly notOnOrAfter?: string
    /** One AudienceRestriction each. */
    readonly audiences: readonly (readonly string[])[]
    readonly oneTimeUse?: boolean
  }
  readonly authn?: {
    readonly instant: string
    readonly sessionIndex?: string
    readonly sessionNotOnOrAfter?: string
    readonly context: string
  }
  readonly attributes: readonly AttributeStatement[]
}
export type Response = {
  readonly id: string
  readonly version: string
  readonly issueInstant: string
  readonly issuer?: string
  readonly destination?: string
  readonly inResponseTo?: string
  readonly status: string
  readonly statusMessage?: string
}

const attributeXml = (attribute: AttributeStatement): string => {
  const type = attribute.typed
    ? { 'xmlns:xs': namespaces.xs, 'xmlns:xsi': namespaces.xsi, 'xsi:type': 'xs:string' }
    : {}
  return element(
    'saml:Attribute',
    { Name: attribute.name, NameFormat: attribute.format, FriendlyName: attribute.friendlyName },
    ...attribute.values.map((value) => element('saml:AttributeValue', type, escaped(value))),
  )
}

const confirmationXml = ({ method, ...data }: Confirmation): string => {
  const { recipient, notBefore, notOnOrAfter, inResponseTo } = data
  const given = Object.values(data).some((value) => value !== undefined)
  return element(
    'saml:SubjectConfirmation',
    { Method: method },
    given
      ? element('saml:SubjectConfirmationData', {
          NotBefore: notBefore,
          NotOnOrAfter: notOnOrAfter,
          Recipient: recipient,
          InResponseTo: inResponseTo,
        })
      : '',
  )
}

const conditionsXml = (conditions: NonNullable<Assertion['conditions']>): string =>
  element(
    'saml:Conditions',
    { NotBefore: conditions.notBefore, NotOnOrAfter: conditions.notOnOrAfter },
    ...conditions.audiences.map((audiences) =>
      element(
        'saml:AudienceRestriction',
        {},
        ...audiences.map((audience) => element('saml:Audience', {}, escaped(audience))),
      ),
    ),
    conditions.oneTimeUse ? '<saml:OneTimeUse/>' : '',
  )

const authnXml = (authn: NonNullable<Assertion['authn']>): string =>
  element(
    'saml:AuthnStatement',
    {
      AuthnInstant: authn.instant,
      SessionIndex: authn.sessionIndex,
      SessionNotOnOrAfter: authn.sessionNotOnOrAfter,
    },
    `<saml:AuthnContext>${element('saml:AuthnContextClassRef', {}, escaped(authn.context))}</saml:AuthnContext>`,
  )

/** It declares its own namespaces: it can be taken out of the Response and is the same. */
export const assertionXml = (assertion: Assertion): string => {
  const { nameId, confirmations, conditions, authn, attributes } = assertion
  return element(
    'saml:Assertion',
    {
      'xmlns:saml': namespaces.saml,
      ID: assertion.id,
      Version: assertion.version,
      IssueInstant: assertion.issueInstant,
    },
    element('saml:Issuer', {}, escaped(assertion.issuer)),
    nameId === undefined && confirmations.length === 0
      ? ''
      : element(
          'saml:Subject',
          {},
          nameId === undefined
            ? ''
            : `<saml:NameID${nameId.format === undefined ? '' : ` Format="${nameId.format}"`}>${escaped(nameId.value)}</saml:NameID>`,
          ...confirmations.map(confirmationXml),
        ),
    conditions === undefined ? '' : conditionsXml(conditions),
    authn === undefined ? '' : authnXml(authn),
    attributes.length === 0 ? '' : element('saml:AttributeStatement', {}, ...attributes.map(attributeXml)),
  )
}

/** Around the assertion, encrypted or not, or none. */
export const responseXml = (response: Response, ...assertions: readonly string[]): string =>
  element(
    'samlp:Response',
    {
      'xmlns:samlp': namespaces.samlp,
      ID: response.id,
      Version: response.version,
      IssueInstant: response.issueInstant,
      Destination: response.destination,
      InResponseTo: response.inResponseTo,
    },
    response.issuer === undefined
      ? ''
      : element('saml:Issuer', { 'xmlns:saml': namespaces.saml }, escaped(response.issuer)),
    element(
      'samlp:Status',
      {},
      element('samlp:StatusCode', { Value: response.status }),
      response.statusMessage === undefined
        ? ''
        : element('samlp:StatusMessage', {}, escaped(response.statusMessage)),
    ),
    ...assertions,
  )
