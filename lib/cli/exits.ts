import { waiting } from '../core/plan-text.ts'
import type { Verdict } from '../core/verdict.ts'

/** Exit codes of every command (docs/cli.md). */
export const exits = { nothing: 0, error: 1, pending: 2, held: 3 } as const
export type Exit = (typeof exits)[keyof typeof exits]

/** The gravest of what several verdicts ask for; a rejected change asks for nothing. */
export const exitFor = (verdicts: readonly Verdict[]): Exit => {
  if (verdicts.some((verdict) => waiting(verdict).length > 0)) return exits.held
  return verdicts.some(({ allowed, withheld }) => allowed.length + withheld.length > 0)
    ? exits.pending
    : exits.nothing
}
