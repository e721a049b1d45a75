import { type Message, type Sealing, sealed } from '../../../infra/local/simulators/idp/answer.ts'
import type { Assertion, Response } from '../../../infra/local/simulators/idp/message.ts'
import { instant } from '../../../lib/core/ids.ts'
import type { RejectionCode, VerifiedAssertion } from '../../../lib/saml/verified.ts'
import type { CostlyStep } from '../../../lib/saml/verify/input.ts'
import { type VerifyInput, verifyResponse } from '../../../lib/saml/verify/verify.ts'
import {
  encoded,
  type LoginOptions,
  serviceKey,
  soundMessage,
  testIssuer,
  trustedKey,
} from '../../support/identity-provider.ts'

export const now = Date.parse('2026-11-22T12:00:00.000Z')
export const acs = 'https://rolecall.test/demo/saml/acs'
export const audience = 'https://rolecall.test/demo/saml/metadata'
export const request = '_request-1'

/** Seconds from now, as a message says it. */
export const at = (seconds: number): string => new Date(now + seconds * 1000).toISOString()

export const message = (options: Partial<LoginOptions> = {}): Message =>
  soundMessage({ now, acs, audience, inResponseTo: request, ...options })

/** A sound message with something else about its assertion or its Response. */
export const messageWith = (
  assertion: Partial<Assertion>,
  response: Partial<Response> = {},
  options: Partial<LoginOptions> = {},
): Message => {
  const sound = message(options)
  return { assertion: { ...sound.assertion, ...assertion }, response: { ...sound.response, ...response } }
}

export const byAssertion = (): Sealing => ({ assertion: { key: trustedKey() } })
export const byResponse = (): Sealing => ({ response: { key: trustedKey() } })
export const byBoth = (): Sealing => ({ ...byAssertion(), ...byResponse() })

export const xmlOf = (what: Message = message(), sealing: Sealing = byAssertion()): string =>
  sealed(what, sealing)

export const inputFor = (samlResponse: readonly string[], other: Partial<VerifyInput> = {}): VerifyInput => ({
  samlResponse,
  provider: { entityId: testIssuer, certificates: [trustedKey().certificate] },
  serviceProvider: { entityId: audience, acs },
  decryptionKeys: [serviceKey().privateKey],
  now: instant(now),
  transientAllowed: false,
  ...other,
})

/** The code, or `verified`; and what it took to get there. */
export const judged = (
  samlResponse: readonly string[],
  other: Partial<VerifyInput> = {},
): { readonly outcome: RejectionCode | 'verified'; readonly steps: readonly CostlyStep[] } => {
  const steps: CostlyStep[] = []
  const answer = verifyResponse(inputFor(samlResponse, other), (step) => steps.push(step))
  return { outcome: answer.kind === 'verified' ? 'verified' : answer.code, steps }
}

export const outcomeOf = (xml: string, other: Partial<VerifyInput> = {}): RejectionCode | 'verified' =>
  judged([encoded(xml)], other).outcome

export const verifiedOf = (xml: string, other: Partial<VerifyInput> = {}): VerifiedAssertion => {
  const answer = verifyResponse(inputFor([encoded(xml)], other))
  if (answer.kind !== 'verified') throw new Error(`rejected: ${answer.code}`)
  return answer.assertion
}
