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
import { examineLogins, type LoginExamination } from './saml-trust-checks.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

const styles = { ok: undefined, warning: 'yellow', problem: 'red' } as const

const width = (checks: readonly Check[]): number => Math.max(...checks.map(({ subject }) => subject.length))

const sayChecks = (terminal: Terminal, head: string, checks: readonly Check[]): void => {
  say(terminal, head, 'bold')
  for (const { subject, state, found, remedy } of checks) {
    const row = `  ${state.padEnd(8)} ${subject.padEnd(width(checks))}  ${oneLine(found)}`
    say(terminal, row, styles[state])
    if (remedy !== undefined) say(terminal, `  ${''.padEnd(8)} ${''.padEnd(width(checks))}  → ${remedy}`)
  }
}

const count = (examinations: readonly Pick<Examination, 'checks'>[], state: Check['state']): number =>
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

const loginExaminations = async (
  house: House,
  { connections }: Configuration,
): Promise<readonly LoginExamination[]> => {
  const found: LoginExamination[] = []
  for (const connection of connections)
    if (connection.saml !== undefined)
      found.push(await examineLogins(house, { ...connection, saml: connection.saml }))
  return found
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
    if (!json) sayChecks(terminal, `${examination.community} (${examination.platform})`, examination.checks)
  }
  const logins = name === '' ? await loginExaminations(house, configuration) : []
  for (const one of json ? [] : logins) sayChecks(terminal, `logins of ${one.connection}`, one.checks)
  const all = [...examinations, ...logins]
  const problems = count(all, 'problem')
  if (json) sayJson(terminal, all)
  else if (all.length === 0) say(terminal, 'The configuration has no community yet.')
  else
    say(
      terminal,
      `\n${count(all, 'ok')} ok, ${count(all, 'warning')} warning(s), ${problems} problem(s)`,
      problems === 0 ? 'green' : 'red',
    )
  return problems === 0 ? exits.nothing : exits.error
}
