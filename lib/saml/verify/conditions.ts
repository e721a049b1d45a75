import type { Instant } from '../../core/ids.ts'
import type { RejectionCode } from '../verified.ts'
import { assertions, attributeOf, childOf, childrenOf, textOf } from './dom.ts'
import { hasBegun, instantOf, isOver, isTooFar, isTooOld } from './times.ts'

type Circumstances = { readonly now: Instant; readonly audience: string }

const issueFault = (assertion: Element, now: Instant): RejectionCode | undefined => {
  const issued = instantOf(attributeOf(assertion, 'IssueInstant'))
  const fine = issued !== undefined && hasBegun(issued, now) && !isTooOld(issued, now)
  return fine ? undefined : 'conditions.window'
}

const windowFault = (conditions: Element, now: Instant): RejectionCode | undefined => {
  const end = attributeOf(conditions, 'NotOnOrAfter')
  if (end === undefined) return 'conditions.missing'
  const until = instantOf(end)
  if (until === undefined || isOver(until, now) || isTooFar(until, now)) return 'conditions.window'
  const begin = attributeOf(conditions, 'NotBefore')
  if (begin === undefined) return undefined
  const from = instantOf(begin)
  const fine = from !== undefined && hasBegun(from, now) && !isTooOld(from, now) && from < until
  return fine ? undefined : 'conditions.window'
}

/** Each restriction is one more condition: we have to be among the audiences of all of them (SAML core 2.5.1.4). */
const audienceFault = (conditions: Element, audience: string): RejectionCode | undefined => {
  const restrictions = childrenOf(conditions, assertions, 'AudienceRestriction')
  const includesUs = (restriction: Element): boolean =>
    childrenOf(restriction, assertions, 'Audience').some((element) => textOf(element) === audience)
  return restrictions.length > 0 && restrictions.every(includesUs) ? undefined : 'audience'
}

/** When the assertion counts, and for whom. OneTimeUse and ProxyRestriction ask for no more than what is done anyway. */
export const conditionsFault = (
  assertion: Element,
  { now, audience }: Circumstances,
): RejectionCode | undefined => {
  const [conditions] = childrenOf(assertion, assertions, 'Conditions')
  if (conditions === undefined) return 'conditions.missing'
  return windowFault(conditions, now) ?? issueFault(assertion, now) ?? audienceFault(conditions, audience)
}

/** Somebody proved who he is, and that has not run out. When it was is no limit: sessions at a provider last for weeks. */
export const authnOf = (assertion: Element, now: Instant): { readonly instant: Instant } | RejectionCode => {
  const statements = childrenOf(assertion, assertions, 'AuthnStatement')
  if (statements.length === 0) return 'authn.missing'
  const moments = statements.map((statement) => {
    const at = instantOf(attributeOf(statement, 'AuthnInstant'))
    const end = attributeOf(statement, 'SessionNotOnOrAfter')
    const until = instantOf(end)
    const open = end === undefined || (until !== undefined && !isOver(until, now))
    return at !== undefined && hasBegun(at, now) && open ? at : undefined
  })
  const [first] = moments
  return first === undefined || moments.includes(undefined) ? 'authn.window' : { instant: first }
}

const transient = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'
const unspecified = 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified'

export const nameIdOf = (
  assertion: Element,
  transientAllowed: boolean,
): { readonly value: string; readonly format: string } | RejectionCode => {
  const element = childOf(childOf(assertion, assertions, 'Subject'), assertions, 'NameID')
  const value = (textOf(element) ?? '').trim()
  if (value === '') return 'subject.missing'
  const format = attributeOf(element, 'Format') ?? unspecified
  return format === transient && !transientAllowed ? 'subject.transient' : { value, format }
}
