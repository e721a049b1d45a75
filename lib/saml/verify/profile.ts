import type { RejectionCode, VerifiedAssertion } from '../verified.ts'
import { attributesOf } from './attributes.ts'
import { authnOf, conditionsFault, nameIdOf } from './conditions.ts'
import { confirmationOf } from './confirmation.ts'
import { assertions, attributeOf, childOf, textOf } from './dom.ts'
import type { VerifyInput } from './input.ts'
import { statusOf, success } from './structure.ts'

/** The assertion as signed; the Response as signed where it is, else only good for saying no. */
export type Readable = {
  readonly response: Element
  readonly assertion: Element
  /** The Response is signed, or its Assertion encrypted: then it has to say who sends it (SAML profiles 4.1.4.2). */
  readonly issuerDue: boolean
}

const entity = 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity'

const isIssuer = (issuer: Element | undefined, entityId: string): boolean =>
  textOf(issuer) === entityId && (attributeOf(issuer, 'Format') ?? entity) === entity

const senderFault = (
  { response, assertion, issuerDue }: Readable,
  { provider, serviceProvider }: VerifyInput,
): RejectionCode | undefined => {
  if (statusOf(response) !== success) return 'status'
  if (attributeOf(response, 'Version') !== '2.0' || attributeOf(assertion, 'Version') !== '2.0')
    return 'version'
  const outer = childOf(response, assertions, 'Issuer')
  if (outer === undefined ? issuerDue : !isIssuer(outer, provider.entityId)) return 'issuer'
  if (!isIssuer(childOf(assertion, assertions, 'Issuer'), provider.entityId)) return 'issuer'
  return attributeOf(response, 'Destination') === serviceProvider.acs ? undefined : 'destination'
}

/** The rules of the web browser profile, in a fixed order: the first that is broken is the answer. */
export const readAssertion = (
  message: Readable,
  input: VerifyInput,
): { readonly assertion: VerifiedAssertion } | RejectionCode => {
  const { response, assertion } = message
  const { now, serviceProvider, provider } = input
  const fault =
    senderFault(message, input) ?? conditionsFault(assertion, { now, audience: serviceProvider.entityId })
  if (fault !== undefined) return fault
  const confirmation = confirmationOf(assertion, {
    now,
    acs: serviceProvider.acs,
    answers: attributeOf(response, 'InResponseTo'),
  })
  if (typeof confirmation === 'string') return confirmation
  const authn = authnOf(assertion, now)
  if (typeof authn === 'string') return authn
  const nameId = nameIdOf(assertion, input.transientAllowed)
  if (typeof nameId === 'string') return nameId
  const attributes = attributesOf(assertion)
  if (attributes === undefined) return 'attribute.content'
  return {
    assertion: {
      assertionId: attributeOf(assertion, 'ID') ?? '',
      issuer: provider.entityId,
      nameId,
      ...confirmation,
      authnInstant: authn.instant,
      attributes,
    },
  }
}
