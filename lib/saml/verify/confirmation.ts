import type { Instant } from '../../core/ids.ts'
import type { RejectionCode } from '../verified.ts'
import { assertions, attributeOf, childOf, childrenOf } from './dom.ts'
import { instantOf, isOver, isTooFar } from './times.ts'

const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'

export type Confirmation = { readonly notOnOrAfter: Instant; readonly inResponseTo?: string }

/** Whoever brings it is who it speaks of: then it has to be for here, and for minutes only (SAML profiles 4.1.4.2, 4.1.4.3). */
const judged = (confirmation: Element, acs: string, now: Instant): Confirmation | RejectionCode => {
  const data = childOf(confirmation, assertions, 'SubjectConfirmationData')
  if (attributeOf(data, 'Recipient') !== acs) return 'confirmation.recipient'
  const until = instantOf(attributeOf(data, 'NotOnOrAfter'))
  // The profile has no beginning there: a sender that gives one means something else.
  if (attributeOf(data, 'NotBefore') !== undefined) return 'confirmation.window'
  if (until === undefined || isOver(until, now) || isTooFar(until, now)) return 'confirmation.window'
  const inResponseTo = attributeOf(data, 'InResponseTo')
  return { notOnOrAfter: until, ...(inResponseTo === undefined ? {} : { inResponseTo }) }
}

/** One of them is enough; where none is, the first says why. */
export const confirmationOf = (
  assertion: Element,
  acs: string,
  now: Instant,
): Confirmation | RejectionCode => {
  const subject = childOf(assertion, assertions, 'Subject')
  if (subject === undefined) return 'subject.missing'
  const bearers = childrenOf(subject, assertions, 'SubjectConfirmation').filter(
    (confirmation) => attributeOf(confirmation, 'Method') === bearer,
  )
  const answers = bearers.map((confirmation) => judged(confirmation, acs, now))
  return answers.find((answer) => typeof answer !== 'string') ?? answers[0] ?? 'confirmation.method'
}
