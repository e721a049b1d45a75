import { didYouMean } from '../config/findings.ts'
import { type OpenLocal, openAccess } from './access.ts'
import { parseArguments, usageError } from './arguments.ts'
import type { Command } from './command.ts'
import { commands } from './commands.ts'
import { type Exit, exits } from './exits.ts'
import { commandHelp, generalHelp } from './help.ts'
import { withoutRemains } from './progress.ts'
import { complain, say, type Terminal } from './terminal.ts'
import { troubleText } from './trouble.ts'
import { openHouse } from './wiring.ts'

type Named = { readonly name: string; readonly command: Command; readonly rest: readonly string[] }

const named = (args: readonly string[]): Named => {
  const [first = '', second = '', ...rest] = args
  if (first.startsWith('-')) throw usageError(`the command comes first, then options such as ${first}`)
  const pair = `${first} ${second}`
  const names = Object.keys(commands)
  for (const [name, left] of [
    [pair, rest],
    [first, args.slice(1)],
  ] as const) {
    const command = Object.hasOwn(commands, name) ? commands[name] : undefined
    if (command !== undefined) return { name, command, rest: left }
  }
  const within = names.filter((name) => name.startsWith(`${first} `))
  if (within.length > 0)
    throw usageError(`${first} needs one of ${within.map((name) => name.split(' ')[1]).join(', ')}`)
  const meant = didYouMean(first, names) ?? didYouMean(pair, names)
  throw usageError(`there is no command "${first}"${meant === undefined ? '' : `, did you mean "${meant}"?`}`)
}

const runCommand = async (
  { command, rest }: Named,
  terminal: Terminal,
  openLocal: OpenLocal,
): Promise<Exit> => {
  const given = parseArguments(rest, command.options)
  if (command.kind === 'offline') return await command.run(given, terminal)
  const house = openHouse(await openAccess(given, openLocal))
  try {
    return await command.run(given, terminal, house)
  } finally {
    await house.close()
  }
}

const report = (error: unknown, terminal: Terminal): Exit => {
  complain(terminal, 'error', troubleText(error))
  return exits.error
}

const asksForHelp = (word: string): boolean => word === '--help' || word === '-h'

/** Undefined when no help is asked for. `help plan`, `plan --help` and `config --help` all do. */
const helpFor = (args: readonly string[]): string | undefined => {
  const words = args[0] === 'help' ? args.slice(1) : args
  if (args[0] !== 'help' && args.length > 0 && !args.some(asksForHelp)) return undefined
  const rest = words.filter((word) => !asksForHelp(word))
  const [only = '', ...more] = rest
  const group =
    more.length === 0 &&
    !Object.hasOwn(commands, only) &&
    Object.keys(commands).some((name) => name.startsWith(`${only} `))
  return rest.length === 0 || group ? generalHelp() : commandHelp(named(rest).name)
}

/** The `rolecall` command. Resolves to its exit code; `openLocal` knows the engine of `npm start`. */
export const runCli = async (
  args: readonly string[],
  given: Terminal,
  openLocal: OpenLocal,
): Promise<Exit> => {
  const terminal = withoutRemains(given)
  try {
    const help = helpFor(args)
    if (help !== undefined) {
      say(terminal, help)
      return args.length === 0 ? exits.error : exits.nothing
    }
    return await runCommand(named(args), terminal, openLocal)
  } catch (error) {
    return report(error, terminal)
  } finally {
    terminal.status?.('')
  }
}
