import type { Instant } from '../core/ids.ts'

/** What is left of a Response once every check of the message itself has passed. All of it comes from the canonical signed bytes. */
export type VerifiedAssertion = {
  readonly assertionId: string
  readonly issuer: string
  readonly nameId: { readonly value: string; readonly format: string }
  /** Of the signed SubjectConfirmationData; absent: the login began at the identity provider. */
  readonly inResponseTo?: string
  /** When the bearer confirmation ends: until then, and the skew, the message could be sent again. */
  readonly notOnOrAfter: Instant
  readonly authnInstant: Instant
  /** By Name; values trimmed, in document order; on a null prototype. A nested element makes its value `undefined` no more than text does: it is refused. */
  readonly attributes: { readonly [name: string]: readonly string[] }
}

export type Verification =
  | { readonly kind: 'verified'; readonly assertion: VerifiedAssertion }
  | { readonly kind: 'rejected'; readonly code: RejectionCode }

/** Stable: they stand in logs, in the audit trail and in docs/saml.md, never on the page a browser gets. In the order of the checks. */
export const rejectionCodes = [
  'message.parameter',
  'message.size',
  'message.base64',
  'message.encoding',
  'xml.prolog',
  'xml.markup',
  'xml.limits',
  'schema',
  'structure',
  'sig.missing',
  'sig.reference',
  'sig.algorithm',
  'sig.invalid',
  'sig.untrusted',
  'encryption.algorithm',
  'encryption.failed',
  'status',
  'version',
  'issuer',
  'destination',
  'conditions.missing',
  'conditions.window',
  'audience',
  'confirmation.method',
  'confirmation.recipient',
  'confirmation.window',
  'authn.missing',
  'authn.window',
  'subject.missing',
  'subject.transient',
  'attribute.content',
  // of the exchange, once the message itself is sound
  'irt.missing',
  'irt.unknown',
  'irt.mismatch',
  'irt.browser',
  'replay',
] as const
export type RejectionCode = (typeof rejectionCodes)[number]
