import type { ConnectorError } from '../core/errors.ts'

/** Told of work done, in units that are the same on every machine: a character read, a part of a filter looked at, a value compared. */
export type Step = (count?: number) => void

export const uncounted: Step = () => {}

/** What one request may make us do: beyond `limit` the work stops with `refusal`. */
export const stepBudget = (limit: number, refusal: () => ConnectorError): Step => {
  let taken = 0
  return (count = 1) => {
    taken += count
    if (taken > limit) throw refusal()
  }
}
