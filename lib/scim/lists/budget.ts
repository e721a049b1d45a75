import { ConnectorError } from '../../core/errors.ts'
import { later } from '../../core/ids.ts'
import type { Exchange } from '../exchange.ts'
import { type Step, stepBudget } from '../steps.ts'

/** Resources and rows that one request looks at. */
export const maximumScanned = 10_000
// Seconds a walk by cursor looks for matches before it answers with what it has; identity providers wait for 30 and more.
const patience = 8
// A few seconds: a filter of a few tests takes a hundredth of it over all that may be scanned.
const maximumSteps = 20_000_000
// A walk ends early enough for what it looks at in one go to stay within the bound.
const enoughSteps = maximumSteps / 4

/** What is left of the reads of one request. */
export type Budget = {
  readonly left: () => number
  /** Throws `tooMany` beyond the bound, where the answer has to be whole. */
  readonly spend: (rows: number) => void
  /** A walk ends here; its cursor goes on. */
  readonly isUsedUp: () => boolean
  /** The same while there are resources that were read, but not looked at. */
  readonly isTired: () => boolean
  /** Told of each comparison; throws `tooMany` beyond the bound. */
  readonly step: Step
}

export const createBudget = (
  { clock, stamp }: Pick<Exchange, 'clock' | 'stamp'>,
  answer: 'whole' | 'walk',
): Budget => {
  let left = maximumScanned
  let steps = 0
  const bounded = stepBudget(maximumSteps, tooManySteps)
  const isTired = (): boolean => steps > enoughSteps || clock.now() > later(stamp.at, patience)
  return {
    left: () => left,
    spend: (rows) => {
      left -= rows
      if (left < 0 && answer === 'whole') throw tooMany()
    },
    isUsedUp: () => left <= 0 || isTired(),
    isTired,
    step: (count = 1) => {
      steps += count
      bounded(count)
    },
  }
}

/** RFC 7644 §3.12, table 9. */
export const tooMany = (): ConnectorError =>
  new ConnectorError(
    'tooMany',
    `more than ${maximumScanned} resources would have to be looked at: page by cursor without sortBy, or add an "eq" on an indexed attribute such as userName, externalId or displayName`,
    { field: 'filter' },
  )

const tooManySteps = (): ConnectorError =>
  new ConnectorError(
    'tooMany',
    'the filter compares too many values: shorten it, page by cursor without sortBy, or add an "eq" on an indexed attribute',
    { field: 'filter' },
  )
