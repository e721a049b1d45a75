import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import {
  type Call,
  type Client,
  createClient,
  isTooSlow,
  median,
  percentile,
  type Timed,
  timed,
} from './client.ts'
import { groupIdOf, groupsIn, type Line, linesOf, memberships } from './lines.ts'
import type { World } from './people.ts'
import type { Below, Party } from './side.ts'

export type Pace = {
  readonly runs: number
  /** Milliseconds for one line of one side in one run, at one request at a time and again at `atOnce`. */
  readonly perLine: number
  readonly atOnce: number
  /** What is expected to take longer is sent once, when the runs are over: its line is measured by that. */
  readonly patience: number
  /** Longer than this nobody waits for it. */
  readonly bound: number
}

/** One line of one side: medians over the runs. */
export type Measured = {
  readonly line: string
  readonly size: number
  readonly perSecond: number
  readonly p50: number
  readonly p95: number
  /** Of one request; nothing over memory. */
  readonly units: number | undefined
  readonly requests: number
  /** In each run: what ratios between lines are made of. */
  readonly p50s: readonly number[]
  /** Sent once only, because it takes long. */
  readonly once: boolean
  /** It was given up: the figures are those of the bound, and the truth is worse. */
  readonly beyond: boolean
}

type Opened = {
  readonly party: Party
  readonly client: Client
  readonly ask: (order: object) => Promise<{ readonly units?: number }>
  readonly close: () => void
}
type Lane = {
  readonly line: Line
  readonly forward: Track
  readonly back: Track | undefined
  next: number
}
/** What one line of one side has shown so far. */
type Track = {
  readonly line: Line
  units: number | undefined
  slowest: number
  count: number
  beyond: boolean
  readonly alone: Timed[]
  readonly together: Timed[]
}

const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

const told = (child: ChildProcess): Promise<Record<string, unknown>> =>
  new Promise((resolve, reject) => {
    const onMessage = (message: unknown): void => {
      child.off('exit', onExit)
      resolve(message as Record<string, unknown>)
    }
    const onExit = (): void => {
      child.off('message', onMessage)
      reject(new Error(`${child.spawnargs.join(' ')} ended`))
    }
    child.once('message', onMessage).once('exit', onExit)
  })

const openSide = async (party: Party, below: Below, quick: boolean): Promise<Opened> => {
  const child = fork(script('./side.ts'), [party])
  const ask = (order: object) => {
    child.send(order)
    return told(child)
  }
  const { port } = await ask({ kind: 'start', quick, below })
  const client = createClient(Number(port))
  return {
    party,
    client,
    ask,
    close: () => {
      client.close()
      child.kill()
    },
  }
}

const trackOf = (line: Line): Track => ({
  line,
  units: undefined,
  slowest: 0,
  count: 0,
  beyond: false,
  alone: [],
  together: [],
})

/** The first request of a line: its answer is read, its capacity counted, its time decides how many follow. */
const probe = async (side: Opened, track: Track, n: number, below: Below, bound?: number) => {
  const { line } = track
  await side.ask({ kind: 'meter', on: true })
  const { text, milliseconds } = await side.client.send(line.call(n), true, bound)
  const { units = 0 } = await side.ask({ kind: 'meter', on: false })
  track.units = below === 'memory' ? undefined : units
  track.slowest = milliseconds
  track.count += 1
  line.check(text, n)
}

const checkMembership = async (side: Opened, world: World, line: Line, n: number, isIn: boolean) => {
  const { text } = await side.client.send(memberships(world, n), true)
  if (groupsIn(text).includes(groupIdOf(world, line.size)) !== isIn)
    throw new Error(`${side.party}: ${line.name} did not do what it was asked for`)
}

const probeLane = async (side: Opened, world: World, lane: Lane, below: Below, bound?: number) => {
  const n = lane.next
  await probe(side, lane.forward, n, below, bound)
  lane.next += 1
  if (lane.back === undefined) return
  await checkMembership(side, world, lane.line, n, true)
  await probe(side, lane.back, n, below, bound)
  await checkMembership(side, world, lane.line, n, false)
  lane.next = 0
}

/** From the same change to a smaller group, as if it grew with it: what would take too long comes last. */
const comesLast = (lane: Lane, before: Lane | undefined, { patience }: Pace): boolean =>
  before?.back !== undefined &&
  lane.back !== undefined &&
  before.forward.slowest > patience / 100 &&
  (before.forward.slowest * lane.line.size) / before.line.size > patience

const tracksOf = ({ forward, back }: Lane): readonly Track[] => (back ? [forward, back] : [forward])

/** False when it was given up: its side goes on working on it, and nothing more is asked of it. */
const probeBounded = async (side: Opened, world: World, lane: Lane, below: Below, bound: number) => {
  try {
    await probeLane(side, world, lane, below, bound)
    return true
  } catch (error) {
    if (isTooSlow(error)) return false
    throw error
  }
}

const probeLast = async ({ side, lanes }: Entrant, world: World, below: Below, { bound }: Pace) => {
  let isFree = true
  for (const lane of lanes.filter(({ forward }) => forward.count === 0)) {
    isFree = isFree && (await probeBounded(side, world, lane, below, bound))
    for (const track of tracksOf(lane).filter(({ count }) => count === 0)) {
      track.beyond = true
      track.slowest = bound
    }
  }
}

const toWarm = { first: 500, later: 40 }

/** More of them, so that no line's first run pays for what compiles then; the first line of all compiles for the others, too. */
const warm = async (side: Opened, lane: Lane, isFirst: boolean, pace: Pace): Promise<void> => {
  if (lane.forward.slowest > pace.patience / 10) return
  const length = isFirst ? toWarm.first : toWarm.later
  const calls = (line: Line) => Array.from({ length }, (_, n) => line.call(lane.next + n))
  const first = await timed(side.client, calls(lane.line), 1)
  lane.forward.slowest = median(first.milliseconds)
  if (lane.back) await timed(side.client, calls(lane.back.line), 1)
  else lane.next += length
}

const runLane = async (side: Opened, lane: Lane, pace: Pace): Promise<void> => {
  const { slowest } = lane.forward
  if (lane.forward.count === 0 || slowest > pace.patience) return
  const count = Math.max(slowest > 500 ? 1 : 3, Math.min(400, Math.round(pace.perLine / slowest)))
  const isQuick = slowest * pace.atOnce < 4 * pace.perLine
  const from = lane.next
  const alone = (line: Line): Call[] => Array.from({ length: count }, (_, n) => line.call(from + n))
  const together = (line: Line): Call[] =>
    Array.from({ length: isQuick ? Math.max(count, 2 * pace.atOnce) : 0 }, (_, n) =>
      line.call(from + count + n),
    )
  for (const track of tracksOf(lane)) {
    track.alone.push(await timed(side.client, alone(track.line), 1))
    if (isQuick) track.together.push(await timed(side.client, together(track.line), pace.atOnce))
    track.count += count + together(track.line).length
  }
  if (lane.back === undefined) lane.next += count + together(lane.line).length
}

const measuredOf = ({ line, units, slowest, count, beyond, alone, together }: Track): Measured => {
  const p50s = alone.map(({ milliseconds }) => percentile(milliseconds, 0.5))
  const rates = (together.length > 0 ? together : alone).map(({ perSecond }) => perSecond)
  const isOnce = alone.length === 0
  return {
    line: line.name,
    size: line.size,
    units,
    requests: count,
    once: isOnce,
    beyond,
    p50s: isOnce ? [slowest] : p50s,
    perSecond: isOnce ? 1000 / slowest : median(rates),
    p50: isOnce ? slowest : median(p50s),
    p95: isOnce ? slowest : median(alone.map(({ milliseconds }) => percentile(milliseconds, 0.95))),
  }
}

export type Contest = {
  readonly below: Below
  readonly ours: readonly Measured[]
  readonly peer: readonly Measured[]
}

type Entrant = { readonly side: Opened; readonly lanes: readonly Lane[] }

const lanesOf = (world: World): readonly Lane[] =>
  linesOf(world).map((line) => ({
    line,
    forward: trackOf(line),
    back: line.back && trackOf(line.back),
    next: 0,
  }))

const resultsOf = ({ lanes }: Entrant): readonly Measured[] => lanes.flatMap(tracksOf).map(measuredOf)

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`

/** Ours and the peer over the same kind of store: in every run line by line in turn. */
export const contest = async (
  below: Below,
  world: World,
  quick: boolean,
  pace: Pace,
  say: (text: string) => void,
): Promise<Contest> => {
  const entrants: Entrant[] = []
  const inTurn = async (work: (side: Opened, lane: Lane, before?: Lane) => Promise<void>) => {
    for (const index of linesOf(world).keys())
      for (const { side, lanes } of entrants) {
        const lane = lanes[index]
        if (lane) await work(side, lane, lanes[index - 1])
      }
  }
  try {
    for (const party of ['ours', 'peer'] as const) {
      const started = performance.now()
      entrants.push({ side: await openSide(party, below, quick), lanes: lanesOf(world) })
      say(`${party} over ${below}: filled in ${seconds(started)}`)
    }
    await inTurn(async (side, lane, before) => {
      if (comesLast(lane, before, pace)) {
        say(`${side.party}: ${lane.line.name} is expected to take long: once, at the end`)
        return
      }
      await probeLane(side, world, lane, below)
      await warm(side, lane, before === undefined, pace)
    })
    for (let run = 1; run <= pace.runs; run += 1) {
      const started = performance.now()
      await inTurn((side, lane) => runLane(side, lane, pace))
      say(`run ${run} of ${pace.runs} over ${below}: ${seconds(started)}`)
    }
    for (const entrant of entrants) await probeLast(entrant, world, below, pace)
    const [ours, peer] = entrants.map(resultsOf)
    return { below, ours: ours ?? [], peer: peer ?? [] }
  } finally {
    for (const { side } of entrants) side.close()
  }
}
