import type { Instant } from '../../core/ids.ts'

/** Everything a verdict depends on: no clock, no store, no network. */
export type VerifyInput = {
  /** All values the form had for `SAMLResponse`: anything but exactly one is refused. */
  readonly samlResponse: readonly string[]
  readonly provider: {
    readonly entityId: string
    /** Base64 of the DER. Whether they have expired is not asked: what counts is that they are trusted now. */
    readonly certificates: readonly string[]
  }
  readonly serviceProvider: { readonly entityId: string; readonly acs: string }
  /** PEM, newest first: while keys rotate both decrypt. */
  readonly decryptionKeys: readonly string[]
  readonly now: Instant
  /** Where a configured attribute says who somebody is, the NameID may be a new one each time. */
  readonly transientAllowed: boolean
}

/** The costly steps, told one by one as they begin: tests assert that a refused message never reached them. */
export const costlySteps = ['schema', 'dom', 'digest', 'signature', 'decryption'] as const
export type CostlyStep = (typeof costlySteps)[number]
export type Observe = (step: CostlyStep) => void
