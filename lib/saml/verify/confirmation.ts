import type { Instant } from '../../core/ids.ts'
import type { RejectionCode } from '../verified.ts'
import { assertions, attributeOf, childOf, childrenOf } from './dom.ts'
import { instantOf, isOver, isTooFar } from './times.ts'

const bearer = 'urn:oasis:names:tc:SAML:2.0:cm:bearer'

export type Confirmation = { readonly notOnOrAfter: Instant; readonly inResponseTo?: string }

export type Circumstances = {
  readonly now: Instant
  readonly acs: string
  /** The Response's InResponseTo. What is signed decides which request it answers: a Response that names another was put around it. */
  readonly answers: string | undefined
}

/** Whoever brings it is who it speaks of: then it has to be for here, and for minutes only (SAML profiles 4.1.4.2, 4.1.4.3). */
const judged = (
  confirmation: Element,
  { now, acs, answers }: Circumstances,
): Confirmation | RejectionCode => {
  const data = childOf(confirmation, assertions, 'SubjectConfirmationData')
  if (attributeOf(data, 'Recipient') !== acs) return 'confirmation.recipient'
  // The profile has no beginning there: a sender that gives one means something else.
  if (attributeOf(data, 'NotBefore') !== undefined) return 'confirmation.window'
  const until = endOf(confirmation)
  if (until === undefined || isOver(until, now) || isTooFar(until, now)) return 'confirmation.window'
  const inResponseTo = attributeOf(data, 'InResponseTo')
  if (inResponseTo !== answers) return 'irt.mismatch'
  return { notOnOrAfter: until, ...(inResponseTo === undefined ? {} : { inResponseTo }) }
}

const endOf = (confirmation: Element): Instant | undefined =>
  instantOf(attributeOf(childOf(confirmation, assertions, 'SubjectConfirmationData'), 'NotOnOrAfter'))

const latest = (bearers: readonly Element[]): Instant | undefined =>
  bearers
    .map(endOf)
    .filter((end) => end !== undefined)
    .toSorted()
    .at(-1)

/**
 * One of them is enough; where none is, the first says why. The end is that of the one which lasts longest: until then the message might be sent again
 * and be good by that one.
 */
export const confirmationOf = (
  assertion: Element,
  circumstances: Circumstances,
): Confirmation | RejectionCode => {
  const subject = childOf(assertion, assertions, 'Subject')
  if (subject === undefined) return 'subject.missing'
  const bearers = childrenOf(subject, assertions, 'SubjectConfirmation').filter(
    (confirmation) => attributeOf(confirmation, 'Method') === bearer,
  )
  const answers = bearers.map((confirmation) => judged(confirmation, circumstances))
  const found = answers.find((answer) => typeof answer !== 'string')
  if (found === undefined) return answers[0] ?? 'confirmation.method'
  return { ...found, notOnOrAfter: latest(bearers) ?? found.notOnOrAfter }
}
