import type { Connection } from './configuration.ts'
import type { Instant } from './ids.ts'
import type { ShownAttributes } from './login.ts'
import { singleValue, statementOf } from './login-statement.ts'
import type { SignInClaim } from './ports/logins.ts'

/** What of an assertion says who it is about. */
export type ShownPerson = {
  readonly issuer: string
  readonly nameId: { readonly value: string; readonly format: string }
  readonly attributes: ShownAttributes
}
export type Claiming =
  | { readonly kind: 'claim'; readonly claim: SignInClaim }
  | { readonly kind: 'rejected'; readonly code: 'subject.missing' | 'subject.transient' }

/** Under which names identity providers send them where nobody chose one; the first that has exactly one value counts. */
export const usualNames = {
  email: [
    'email',
    'mail',
    'emailAddress',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress',
    'urn:oid:0.9.2342.19200300.100.1.3',
  ],
  givenName: [
    'givenName',
    'firstName',
    'given_name',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname',
    'urn:oid:2.5.4.42',
  ],
  familyName: [
    'familyName',
    'lastName',
    'family_name',
    'surname',
    'sn',
    'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/surname',
    'urn:oid:2.5.4.4',
  ],
} as const
export type PersonalName = keyof typeof usualNames

/** The attribute that counts for it in this assertion; undefined: none has exactly one value. */
export const attributeFor = (
  saml: Connection['saml'],
  name: PersonalName,
  attributes: ShownAttributes,
): string | undefined => {
  const chosen = saml?.[name]
  const names = chosen === undefined ? usualNames[name] : [chosen]
  return names.find((one) => singleValue(attributes, one) !== undefined)
}

const textFor = (
  saml: Connection['saml'],
  name: PersonalName,
  attributes: ShownAttributes,
): string | undefined => {
  const from = attributeFor(saml, name, attributes)
  return from === undefined ? undefined : singleValue(attributes, from)
}

const emailFormat = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'
/** SAML core 8.3.8: another one at every login. */
export const transientFormat = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'

const emailOf = (saml: Connection['saml'], { nameId, attributes }: ShownPerson): string | undefined => {
  const shown = textFor(saml, 'email', attributes)
  if (shown !== undefined) return shown
  return nameId.format === emailFormat ? nameId.value.trim() : undefined
}

/** The configured attribute, which must then be there, else the NameID. */
const subjectOf = (saml: Connection['saml'], { nameId, attributes }: ShownPerson): string | undefined => {
  if (saml?.subject !== undefined) return singleValue(attributes, saml.subject)
  return nameId.format === transientFormat ? undefined : nameId.value.trim() || undefined
}

const givenNames = (saml: Connection['saml'], attributes: ShownAttributes) => {
  const givenName = textFor(saml, 'givenName', attributes)
  const familyName = textFor(saml, 'familyName', attributes)
  return {
    ...(givenName === undefined ? {} : { givenName }),
    ...(familyName === undefined ? {} : { familyName }),
  }
}

/**
 * From an assertion to the claim somebody makes with it. `hash`: SHA-256, hex. The identity is issuer and subject together: the same NameID of another
 * identity provider is somebody else.
 */
export const claimOf = (
  connection: Pick<Connection, 'groups' | 'saml'>,
  person: ShownPerson,
  at: Instant,
  hash: (text: string) => string,
): Claiming => {
  const { saml } = connection
  const subject = subjectOf(saml, person)
  if (subject === undefined) {
    const isTransient = saml?.subject === undefined && person.nameId.format === transientFormat
    return { kind: 'rejected', code: isTransient ? 'subject.transient' : 'subject.missing' }
  }
  const email = emailOf(saml, person)
  return {
    kind: 'claim',
    claim: {
      identity: hash(`${person.issuer}\n${subject}`),
      externalIds: [subject],
      ...(email === undefined ? {} : { email }),
      ...givenNames(saml, person.attributes),
      statement: statementOf(connection, person.attributes, at),
    },
  }
}
