/** One size in a process of its own, so that its memory is its own: node planner-child.ts MEMBERS ROUNDS. Prints what it measured as JSON. */
import { planStreams } from '../../../lib/core/plan-stream.ts'
import { bareMerge } from './bare-merge.ts'
import { crowdIn, platforms } from './crowd.ts'
import type { PlannerMeasure } from './planner.ts'

const [members = 0, rounds = 1] = process.argv.slice(2).map(Number)
const warmUp = 5_000

/** The communities one after the other, as one worker would. */
const merge = async (size: number): Promise<number> => {
  let people = 0
  for (const platform of platforms) people += await bareMerge(crowdIn(platform, size).open())
  return people
}
const plan = async (size: number): Promise<Readonly<Record<string, number>>> => {
  const kinds: Record<string, number> = {}
  for (const platform of platforms) {
    const { facts, open } = crowdIn(platform, size)
    const { changes, problems, drift, unmanaged } = await planStreams(facts, open())
    for (const { kind } of [...changes, ...problems]) kinds[kind] = (kinds[kind] ?? 0) + 1
    kinds.drift = (kinds.drift ?? 0) + drift.length
    kinds.unmanaged = (kinds.unmanaged ?? 0) + unmanaged.length
  }
  return kinds
}
/** Of the processor: what else the machine does meanwhile says nothing of either. */
const timed = async <Result>(act: () => Promise<Result>): Promise<readonly [number, Result]> => {
  const started = process.cpuUsage()
  const result = await act()
  const { user, system } = process.cpuUsage(started)
  return [(user + system) / 1_000, result]
}

await merge(warmUp)
await plan(warmUp)
const merges: number[] = []
const plans: number[] = []
let kinds: Readonly<Record<string, number>> = {}
for (let round = 0; round < rounds; round += 1) {
  merges.push((await timed(() => merge(members)))[0])
  const [time, found] = await timed(() => plan(members))
  plans.push(time)
  kinds = found
}
const measure: PlannerMeasure = {
  members,
  merges,
  plans,
  kinds,
  // Kilobytes on Linux and macOS alike, as Node has it.
  megabytes: process.resourceUsage().maxRSS / 1_024,
}
console.log(JSON.stringify(measure))
