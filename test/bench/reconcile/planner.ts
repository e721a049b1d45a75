import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { aligned, count, middle, type Requirement, seconds } from './judged.ts'

export type PlannerMeasure = {
  /** In each of the three communities. */
  readonly members: number
  /** Milliseconds of processor time, round by round: all three communities, streams included. */
  readonly merges: readonly number[]
  readonly plans: readonly number[]
  /** How many of each kind the plans hold. */
  readonly kinds: Readonly<Record<string, number>>
  /** The process at its largest. */
  readonly megabytes: number
}

const most = { growth: 12, megabytes: 512, ratio: 3 }
// As on a machine of that size: a larger one lets the heap grow before it is cleared.
const heap = '--max-old-space-size=384'
const child = fileURLToPath(new URL('planner-child.ts', import.meta.url))

const measure = async (members: number, rounds: number): Promise<PlannerMeasure> => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    heap,
    child,
    String(members),
    String(rounds),
  ])
  return JSON.parse(stdout) as PlannerMeasure
}

/** Of rounds side by side, so that what slows one of them down slows its neighbour, too. */
const ratioOf = ({ merges, plans }: PlannerMeasure): number =>
  middle(plans.map((plan, round) => plan / (merges[round] ?? Number.NaN)))

const wordsOf = ({ kinds }: PlannerMeasure): string =>
  Object.entries(kinds)
    .map(([kind, found]) => `${kind} ${count(found)}`)
    .join(', ')

export const benchPlanner = async (
  sizes: readonly (readonly [members: number, rounds: number])[],
  say: (text: string) => void,
): Promise<{
  readonly measures: readonly PlannerMeasure[]
  readonly requirements: readonly Requirement[]
}> => {
  const measures: PlannerMeasure[] = []
  for (const [members, rounds] of sizes) {
    say(`planning ${count(members)} members in 3 communities`)
    measures.push(await measure(members, rounds))
  }
  const requirements = measures.flatMap((one, n): Requirement[] => {
    const what = `planning ${count(one.members)} members × 3 communities`
    const before = measures[n - 1]
    const growth = before === undefined ? undefined : middle(one.plans) / middle(before.plans)
    const [ratio, megabytes] = [ratioOf(one), Math.round(one.megabytes)]
    return [
      {
        text: `${what} takes ${ratio.toFixed(2)} × a bare merge of the same streams (most: ${most.ratio})`,
        isMet: ratio <= most.ratio,
      },
      {
        text: `${what} holds ${megabytes} MB at most (limit: ${most.megabytes})`,
        isMet: megabytes <= most.megabytes,
      },
      ...(growth === undefined || before === undefined
        ? []
        : [
            {
              text: `${what} takes ${growth.toFixed(1)} × the time of ${count(before.members)} (most: ${most.growth})`,
              isMet: growth <= most.growth,
            },
          ]),
    ]
  })
  return { measures, requirements }
}

export const plannerTable = (measures: readonly PlannerMeasure[]): string =>
  [
    '',
    'The planner on streams sorted by member, three communities one after the other, a process for each size',
    'processor time, medians; a member is planned in each community',
    '',
    aligned([
      ['members × 3', 'bare merge', 'planning', 'ratio', 'µs a member', 'most memory'],
      ...measures.map((one) => [
        count(one.members),
        seconds(middle(one.merges)),
        seconds(middle(one.plans)),
        `${ratioOf(one).toFixed(2)} ×`,
        ((middle(one.plans) * 1_000) / (one.members * 3)).toFixed(2),
        `${Math.round(one.megabytes)} MB`,
      ]),
    ]),
    '',
    ...measures.slice(-1).map((one) => `  in the plans of ${count(one.members)}: ${wordsOf(one)}`),
    '',
  ].join('\n')
