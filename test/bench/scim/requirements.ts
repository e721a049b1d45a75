import { median } from './client.ts'
import type { Contest, Measured } from './contest.ts'
import { ratioOf } from './report.ts'
import type { ValidationCount } from './validation-count.ts'

export type Requirement = { readonly text: string; readonly isMet: boolean }

const most = 1.2
const named: Readonly<Record<Contest['below'], string>> = {
  memory: 'in memory',
  dynamodb: 'over the embedded DynamoDB',
}

/** Run by run, so that what slows a whole run down says nothing. */
const timeRatio = (large: Measured, small: Measured): number =>
  median(large.p50s.map((value, run) => value / (small.p50s[run] ?? Number.NaN)))

const growth = (
  below: Contest['below'],
  large: Measured,
  small: Measured,
  isQuick: boolean,
): readonly Requirement[] => {
  const time = timeRatio(large, small)
  const units = (large.units ?? 1) / (small.units ?? 1)
  const what = `"${large.line}" costs at most ${most} × "${small.line}", ${named[below]}`
  return [
    // A few requests to a small directory say nothing of time: a quick run shows it and judges what is counted.
    ...(isQuick ? [] : [{ text: `${what}: ${time.toFixed(2)} × the time`, isMet: time <= most }]),
    ...(large.units === undefined
      ? []
      : [
          {
            text: `${what}: ${large.units} capacity units against ${small.units}`,
            isMet: units <= most,
          },
        ]),
  ]
}

const first = (all: readonly Measured[], start: string): Measured | undefined =>
  all.find(({ line }) => line.startsWith(start))
const last = (all: readonly Measured[], start: string): Measured | undefined =>
  all.findLast(({ line }) => line.startsWith(start))

const flat = ({ below, ours }: Contest, isQuick: boolean): readonly Requirement[] =>
  ['add one member', 'remove one member', 'look-up'].flatMap((start) => {
    const [small, large] = [first(ours, start), last(ours, start)]
    return small && large
      ? growth(below, large, small, isQuick)
      : [{ text: `no line "${start}"`, isMet: false }]
  })

/** A few requests beside other work say only that nothing is badly wrong: faster is what a whole run has to show. */
const quickRatio = 0.5

const faster = ({ below, ours, peer }: Contest, isQuick: boolean): readonly Requirement[] =>
  ours.map((one, n) => {
    const other = peer[n]
    const ratio = other === undefined ? 0 : ratioOf(one, other)
    const text = `"${one.line}", ${named[below]}: ${ratio.toFixed(2)} × the peer`
    return { text, isMet: ratio > (isQuick ? quickRatio : 1) }
  })

export const requirements = (
  contests: readonly Contest[],
  validation: ValidationCount,
  isQuick: boolean,
): readonly Requirement[] => [
  ...contests.flatMap((one) => flat(one, isQuick)),
  ...contests.flatMap((one) => faster(one, isQuick)),
  {
    text: `a stored resource is not validated when it is read: ${validation.read} calls`,
    isMet: validation.read === 0,
  },
  {
    text: `a PATCH validates what it brings, not what is stored: ${validation.patchLarge} calls on a User of ${validation.attributes} values, ${validation.patchSmall} on one of none`,
    isMet: validation.patchLarge === validation.patchSmall && validation.patchSmall > 0,
  },
]
