import { describeHoldReason, oneLine } from '../core/describe.ts'
import { describeDrift, describeUnmanaged } from '../core/describe-findings.ts'
import {
  type Adoption,
  type DriftEntry,
  type DriftReport,
  reportDrift,
  type UnmanagedEntry,
} from '../provisioning/drift-report.ts'
import { type Arguments, positionals } from './arguments.ts'
import { type Exit, exits } from './exits.ts'
import { communityNamed } from './names.ts'
import { samePlace } from './place.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

const reasons: Readonly<Record<Extract<Adoption, { readonly kind: 'none' }>['why'], string>> = {
  service: 'a service account is never adopted',
  noAddress: 'the platform shows no address for it, so nobody can be matched',
  noMember: 'no member of a connection that speaks for its domain has that address',
  severalMembers: 'several members have that address; correct it at the identity provider',
}

/** The line that takes it over, or why there is none. */
const adoptionLine = (community: string, adoption: Adoption, place: string): string => {
  switch (adoption.kind) {
    case 'account':
    case 'roles': {
      const { connection, member } = adoption
      const roles = adoption.kind === 'roles' ? ' --roles' : ''
      return `npx rolecall adopt-account ${community} ${member} --connection ${connection}${roles} --reason "…"${place}`
    }
    case 'draft':
      return `npx rolecall adopt ${community}${place}`
    case 'none':
      return reasons[adoption.why]
  }
}

const driftLine = (one: DriftEntry): string => {
  const often = one.corrected === 0 ? '' : `, corrected ${one.corrected} time(s)`
  const held =
    one.held === undefined
      ? ''
      : `; ${one.held.state === 'rejected' ? 'rejected' : 'held'}: ${describeHoldReason(one.held.reason)}`
  return `${describeDrift(one)}${often}${held}`
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => `    ${line}`)]

const headline = ({ community, lookedAt, plan, drift, unmanaged }: DriftReport): string => {
  if (lookedAt === undefined)
    return `${community}: nobody has looked yet; npx rolecall reconcile ${community}`
  const stored = plan === undefined ? '' : `, plan ${plan}`
  return `${community}: ${drift.length} differ, ${unmanaged.length} unmanaged (looked at ${lookedAt}${stored})`
}

const linesOf = (report: DriftReport, place: string): readonly string[] => [
  headline(report),
  ...section('Drift', report.drift.map(driftLine)),
  ...section(
    'Unmanaged, left alone',
    report.unmanaged.flatMap((one: UnmanagedEntry) => [
      oneLine(describeUnmanaged(one)),
      `  ${adoptionLine(report.community, one.adoption, place)}`,
    ]),
  ),
]

/** What was never ours does not differ from anything. */
const exitOf = (reports: readonly DriftReport[]): Exit => {
  const drift = reports.flatMap((one) => one.drift)
  if (drift.some(({ held }) => held?.state === 'waiting')) return exits.held
  return drift.length > 0 ? exits.pending : exits.nothing
}

/** What differs on the platforms and since when, from what the last looks put down. */
export const showDrift = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { 'community?': name } = positionals(given, 'community?')
  const only = name ? await communityNamed(house, name) : undefined
  const configuration = await house.configuration()
  const wanted = configuration.communities.filter(({ id }) => only === undefined || id === only)
  const reports: DriftReport[] = []
  for (const community of wanted) reports.push(await reportDrift(house, configuration, community))
  if (given.flag('json')) sayJson(terminal, reports)
  else for (const report of reports) say(terminal, linesOf(report, samePlace(given)).join('\n'))
  return exitOf(reports)
}
