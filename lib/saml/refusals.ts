import type { SignInRefusal } from '../core/ports/logins.ts'
import { type RejectionCode, rejectionCodes } from './verified.ts'

const everySignInRefusal: Readonly<Record<SignInRefusal, true>> = {
  'member.unknown': true,
  'member.departed': true,
  'member.identity': true,
  'member.ambiguous': true,
  'member.domain': true,
  'member.incomplete': true,
}

/** What stands against a login before, or beside, the message itself. */
export const connectionCodes = [
  /** No metadata of the identity provider, another one than configured, or no certificate that is trusted: nothing can be believed. */
  'trust.missing',
  /** It wants signed requests, and the connection has no keys. */
  'keys.missing',
  /** The secret our keys are in cannot be read, or does not hold keys. */
  'keys.unavailable',
] as const
export type ConnectionCode = (typeof connectionCodes)[number]

/** What a person asked for that cannot be: 400, and no entry in the trail. */
export const requestCodes = ['request.community', 'request.returnTo'] as const
export type RequestCode = (typeof requestCodes)[number]

/** Every reason for which a login ends with us. Stable: they stand in logs, in the audit trail, in metrics and in docs/saml.md. */
export type RefusalCode = RejectionCode | SignInRefusal | ConnectionCode | RequestCode
export const refusalCodes: readonly RefusalCode[] = [
  ...rejectionCodes,
  ...(Object.keys(everySignInRefusal) as SignInRefusal[]),
  ...connectionCodes,
  ...requestCodes,
]
export const isConnectionCode = (code: RefusalCode): code is ConnectionCode =>
  connectionCodes.some((one) => one === code)

/** How loudly the log says it. */
export const loginOutcome = (outcome: string): 'went' | 'refused' | 'unusable' => {
  const code = refusalCodes.find((one) => one === outcome)
  if (code === undefined) return 'went'
  return isConnectionCode(code) ? 'unusable' : 'refused'
}
