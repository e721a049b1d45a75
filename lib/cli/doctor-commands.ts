import { parseConfiguration } from '../config/parse.ts'
import type { Check } from '../core/checkup.ts'
import type { Community, Configuration } from '../core/configuration.ts'
import { oneLine } from '../core/describe.ts'
import { platformTraits } from '../platforms/traits.ts'
import { type Arguments, positionals } from './arguments.ts'
import { type Examination, examine } from './doctor.ts'
import { type Exit, exits } from './exits.ts'
import { readText } from './files.ts'
import { communityNamed } from './names.ts'
import { readingOn } from './progress.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

const styles = { ok: undefined, warning: 'yellow', problem: 'red' } as const

const width = (checks: readonly Check[]): number => Math.max(...checks.map(({ subject }) => subject.length))

const sayChecks = (terminal: Terminal, { community, platform, checks }: Examination): void => {
  say(terminal, `${community} (${platform})`, 'bold')
  for (const { subject, state, found, remedy } of checks) {
    const row = `  ${state.padEnd(8)} ${subject.padEnd(width(checks))}  ${oneLine(found)}`
    say(terminal, row, styles[state])
    if (remedy !== undefined) say(terminal, `  ${''.padEnd(8)} ${''.padEnd(width(checks))}  → ${remedy}`)
  }
}

const count = (examinations: readonly Examination[], state: Check['state']): number =>
  examinations.flatMap(({ checks }) => checks).filter((one) => one.state === state).length

const chosen = async (
  house: House,
  name: string,
  configuration: Configuration,
): Promise<readonly Community[]> => {
  if (name === '') return configuration.communities
  const id = await communityNamed(house, name, configuration)
  return configuration.communities.filter((one) => one.id === id)
}

/** The pushed version, or a file that is not pushed yet. */
const configurationFrom = async (given: Arguments, house: House): Promise<Configuration> => {
  const file = given.text('file')
  if (file === undefined) return await house.configuration()
  const { local } = house.access
  return parseConfiguration(await readText(file), { local, traits: platformTraits }).configuration
}

/** Looks and tells; nothing is written anywhere. */
export const doctor = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { 'community?': name } = positionals(given, 'community?')
  const [json, configuration] = [given.flag('json'), await configurationFrom(given, house)]
  const examinations: Examination[] = []
  const told = readingOn(terminal, given)
  // One after the other: communities may share one address and so one budget of calls. Each is told as soon as it is known.
  for (const community of await chosen(house, name, configuration)) {
    const examination = await examine({ ...house, told }, configuration, community)
    examinations.push(examination)
    if (!json) sayChecks(terminal, examination)
  }
  const problems = count(examinations, 'problem')
  if (json) sayJson(terminal, examinations)
  else if (examinations.length === 0) say(terminal, 'The configuration has no community yet.')
  else
    say(
      terminal,
      `\n${count(examinations, 'ok')} ok, ${count(examinations, 'warning')} warning(s), ${problems} problem(s)`,
      problems === 0 ? 'green' : 'red',
    )
  return problems === 0 ? exits.nothing : exits.error
}
