import type { Verification } from '../verified.ts'
import type { Observe, VerifyInput } from './input.ts'

export type { Observe, VerifyInput } from './input.ts'

/**
 * Is this Response a login, here and now? Synchronous and pure; every failure, a library's too, is a code. What remains for the caller: the stored
 * request (`irt.*`) and the replay.
 */
export const verifyResponse = (_input: VerifyInput, _observe?: Observe): Verification => ({
  kind: 'rejected',
  code: 'message.parameter',
})
