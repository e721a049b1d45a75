import { instant, later } from '../../../lib/core/ids.ts'
import { planChanges } from '../../../lib/core/planning.ts'
import { assess } from '../../../lib/provisioning/assess.ts'
import { readCommunity } from '../../../lib/provisioning/state.ts'
import { soc } from '../../provisioning/bench.ts'
import { aligned, count, type Requirement, seconds } from './judged.ts'
import { openSettled, type Settled } from './settled.ts'

export type WholeMeasure = {
  readonly members: number
  /** Milliseconds of processor time, the engine's among them. */
  readonly directory: number
  readonly platform: number
  readonly plan: number
  readonly judge: number
  /** The worker's own run, from taking the work to finishing it. */
  readonly run: number
  readonly pages: number
  readonly otherCalls: number
  /** Requests to the table: for the directory and our records, and all that the run makes beside. */
  readonly reads: number
  readonly rest: number
  /** Capacity units of the whole run. */
  readonly units: number
}

const timed = async <Result>(act: () => Result | Promise<Result>): Promise<readonly [number, Result]> => {
  const started = process.cpuUsage()
  const result = await act()
  const { user, system } = process.cpuUsage(started)
  return [(user + system) / 1_000, result]
}
const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, n) => total + n, 0)

/** The parts of a look, one after the other, as the worker takes them. */
const measureParts = async ({ bench, asked }: Settled) => {
  const { deps } = bench
  const configuration = await deps.configuration()
  const [community] = configuration.communities
  if (community === undefined) throw new Error('no community')
  asked()
  const [directory, state] = await timed(() => readCommunity(deps, configuration, soc, () => {}))
  const reads = sum(asked())
  const opened = await deps.platforms.open(community)
  const [platform, snapshot] = await timed(() => opened.snapshot())
  const directoryAt = deps.clock.now()
  const scope = 'community'
  const input = { configuration, community, state, snapshot, scope, directoryAt } as const
  const [plan, planned] = await timed(() =>
    planChanges({
      community,
      configuration: configuration.number,
      traits: deps.platforms.traits(community),
      domains: new Map(configuration.connections.map(({ id, domains }) => [id, domains])),
      targets: state.targets,
      ownership: state.ownership,
      roleOwnership: state.roleOwnership,
      snapshot,
      directoryAt,
      now: directoryAt,
      scope,
    }),
  )
  if (planned.changes.length > 0) throw new Error('something is to be done')
  const [assessed] = await timed(() => assess(deps, input))
  return { directory, platform, plan, judge: Math.max(0, assessed - plan), reads }
}

const measure = async (members: number): Promise<WholeMeasure> => {
  const settled = await openSettled(members)
  const { bench, platform, asked } = settled
  const parts = await measureParts(settled)
  platform.forget()
  await bench.deps.work.add([
    { community: soc, priority: 'reconciliation', subject: { kind: 'community' }, since: instant(0) },
  ])
  asked()
  const unitsBefore = settled.units()
  const [run, report] = await timed(() => bench.runUntil(later(bench.clock.now(), 600)))
  if (report.ending !== 'done' || report.finished !== 1) throw new Error(`the run ended: ${report.ending}`)
  const requests = platform.requests()
  const pages = requests.filter((request) => request.endsWith('/avatars/')).length
  const rest = sum(asked()) - parts.reads
  const units = settled.units() - unitsBefore
  await bench.close()
  return { members, ...parts, run, pages, otherCalls: requests.length - pages, rest, units }
}

export const benchWhole = async (
  sizes: readonly number[],
  say: (text: string) => void,
): Promise<{ readonly measures: readonly WholeMeasure[]; readonly requirements: readonly Requirement[] }> => {
  const measures: WholeMeasure[] = []
  for (const members of sizes) {
    say(`reconciling a community of ${count(members)} in which nothing is to be done`)
    measures.push(await measure(members))
  }
  const [first] = measures
  const requirements = measures.flatMap((one): Requirement[] => {
    // Pages overlap by one, so that nobody slips between two.
    const pages = Math.ceil((one.members - 1) / 99)
    const what = `where nothing is to be done among ${count(one.members)},`
    return [
      {
        text: `${what} the platform is asked for ${count(one.pages)} pages (${count(pages)}) and ${one.otherCalls} times beside`,
        isMet: one.pages === pages && one.otherCalls === first?.otherCalls,
      },
      {
        text: `${what} the table is asked ${count(one.reads)} times for members, groups and our records, and ${one.rest} times beside, as among ${count(first?.members ?? 0)}`,
        isMet: one.rest === first?.rest && one.reads < 2 * 256 + one.members / 50,
      },
    ]
  })
  return { measures, requirements }
}

export const wholeTable = (measures: readonly WholeMeasure[]): string =>
  [
    '',
    'A whole reconciliation on the embedded DynamoDB, nothing to be done; the platform answers at once',
    'processor time, the engine’s among it; run: the worker by itself; before it the parts of a look one by one',
    '',
    aligned([
      ['members', 'directory', 'platform', 'plan', 'judge', 'run', 'table requests', 'read units', 'pages'],
      ...measures.map((one) => [
        count(one.members),
        seconds(one.directory),
        seconds(one.platform),
        seconds(one.plan),
        seconds(one.judge),
        seconds(one.run),
        `${count(one.reads)} + ${one.rest}`,
        count(one.units),
        `${count(one.pages)} + ${one.otherCalls}`,
      ]),
    ]),
    '',
  ].join('\n')
