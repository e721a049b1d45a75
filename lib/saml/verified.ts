import type { Instant } from '../core/ids.ts'

/** What is left of a Response once every check of the message itself has passed. All of it comes from the canonical signed bytes. */
export type VerifiedAssertion = {
  readonly assertionId: string
  readonly issuer: string
  readonly nameId: { readonly value: string; readonly format: string }
  /** Of the signed SubjectConfirmationData; absent: the login began at the identity provider. */
  readonly inResponseTo?: string
  /** When the last of its bearer confirmations ends: until then, and the skew, the message could be sent again. */
  readonly notOnOrAfter: Instant
  readonly authnInstant: Instant
  /**
   * By Name; values trimmed, in document order, empty ones left out, repeated names together; on a null prototype. An attribute without values is there,
   * with none.
   */
  readonly attributes: { readonly [name: string]: readonly string[] }
}

export type Verification =
  | { readonly kind: 'verified'; readonly assertion: VerifiedAssertion }
  | { readonly kind: 'rejected'; readonly code: RejectionCode }

/** Stable: they stand in logs, in the audit trail and in docs/saml.md, never on the page a browser gets. In the order of the checks. */
export const rejectionCodes = [
  'message.parameter', // not exactly one SAMLResponse
  'message.size', // over 256 KiB of base64
  'message.base64', // other letters than base64's and line breaks, or bad padding
  'message.encoding', // not UTF-8
  'xml.prolog', // an XML declaration other than version 1.0 and UTF-8, or not at the start
  'xml.markup', // DOCTYPE, comment, CDATA, processing instruction, schemaLocation
  'xml.limits', // too many tags, transforms, namespaces, values, attributes, or too deep
  'schema', // not well-formed, or not as the OASIS schemas have it
  'structure', // not one Assertion in one Response; signatures, assertions or IDs where none may be
  'sig.missing', // neither Response nor Assertion is signed
  'sig.reference', // not one reference to the signature's own parent by its ID
  'sig.algorithm', // method, digest, canonicalisation or transform outside the list
  'sig.untrusted', // the signature value is by none of the provider's certificates
  'sig.invalid', // by a certificate of the provider, but not over what came (digest)
  'encryption.algorithm', // RSA 1.5, 3DES, CBC without a verified Response signature around it, unknown ones
  'encryption.failed', // no key opens it; no more is ever said
  'status', // the provider says that the login failed
  'version', // not 2.0
  'issuer', // of Response or Assertion: not this provider
  'destination', // missing or not our ACS
  'conditions.missing', // no Conditions, or without an end
  'conditions.window', // not yet, no longer, or for far too long
  'audience', // none, or one that leaves us out
  'confirmation.method', // no bearer confirmation
  'confirmation.recipient', // missing or not our ACS
  'confirmation.window', // no end, past it, far too long, or with NotBefore
  'authn.missing', // no AuthnStatement
  'authn.window', // the session is over, or begins in the future
  'subject.missing', // no NameID, or an empty one
  'subject.transient', // and nothing else says who it is
  'attribute.content', // markup within a value
  // of the exchange, once the message itself is sound
  'irt.missing', // nobody asked, and unsolicited logins are off
  'irt.unknown', // no such request, or one that was answered
  'irt.mismatch', // Response and Assertion name different requests; the request is another connection's
  'irt.browser', // another browser asked
  'replay',
] as const
export type RejectionCode = (typeof rejectionCodes)[number]
