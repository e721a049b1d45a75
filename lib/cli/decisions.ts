import { type Arguments, usageError } from './arguments.ts'
import { harmless } from './terminal.ts'
import type { House } from './wiring.ts'

/** It stands in the audit log for as long as that is kept. */
export const reasonFrom = (given: Arguments): string => {
  const reason = given.text('reason')?.trim()
  if (!reason) throw usageError('--reason "why" is missing')
  if (reason.length > 500) throw usageError('--reason must be at most 500 characters')
  return reason
}

/** The person who decided; the one at the keyboard unless another is named. */
export const deciderFrom = (given: Arguments, house: House): string => {
  const by = given.text('by')?.trim()
  if (by === undefined) return house.operator
  if (by.length > 0 && by.length <= 64 && harmless(by) === by) return by
  throw usageError('--by must be a name of 1 to 64 characters')
}
