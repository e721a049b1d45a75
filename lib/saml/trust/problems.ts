/** What can be wrong with an identity provider's metadata, or with the way to them. Codes are stable: docs/saml.md, events, the trail. */
export type TrustCode =
  | 'trust.size'
  | 'trust.encoding'
  | 'trust.markup'
  | 'trust.malformed'
  | 'trust.root'
  | 'trust.aggregate'
  | 'trust.entityId'
  | 'trust.otherEntity'
  | 'trust.validUntil'
  | 'trust.expired'
  | 'trust.role'
  | 'trust.signOn'
  | 'trust.certificate'
  | 'trust.tooManyCertificates'
  | 'trust.noCertificate'
  | 'fetch.url'
  | 'fetch.address'
  | 'fetch.redirect'
  | 'fetch.status'
  | 'fetch.size'
  | 'fetch.unreachable'

export type TrustProblem = {
  readonly kind: 'problem'
  readonly code: TrustCode
  /** Element or attribute at fault, or `url`. */
  readonly field: string
  readonly rule: string
  readonly remedy: string
}

export const problem = (code: TrustCode, field: string, rule: string, remedy: string): TrustProblem => ({
  kind: 'problem',
  code,
  field,
  rule,
  remedy,
})

/** One line for a person. */
export const problemText = ({ code, field, rule, remedy }: TrustProblem): string =>
  `${field}: ${rule}; ${remedy} (${code})`
