import { didYouMean } from '../config/findings.ts'
import { isConnectorError } from '../core/errors.ts'
import { type OpenLocal, openAccess } from './access.ts'
import { parseArguments, usageError } from './arguments.ts'
import { type Command, commands } from './commands.ts'
import { type Exit, exits } from './exits.ts'
import { commandHelp, generalHelp } from './help.ts'
import { harmless, paint, say, type Terminal } from './terminal.ts'
import { openHouse } from './wiring.ts'

type Named = { readonly name: string; readonly command: Command; readonly rest: readonly string[] }

const named = (args: readonly string[]): Named => {
  const [first = '', second = '', ...rest] = args
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
  const message = isConnectorError(error)
    ? error.message
    : `unexpected: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
  terminal.error(`${paint(terminal, 'red', 'error:')} ${harmless(message)}`)
  return exits.error
}

/** The `rolecall` command. Resolves to its exit code; `openLocal` knows the engine of `npm start`. */
export const runCli = async (
  args: readonly string[],
  terminal: Terminal,
  openLocal: OpenLocal,
): Promise<Exit> => {
  try {
    const [first] = args
    if (first === undefined || first === '--help' || first === '-h' || first === 'help') {
      say(terminal, generalHelp())
      return first === undefined ? exits.error : exits.nothing
    }
    const chosen = named(args)
    if (chosen.rest.includes('--help') || chosen.rest.includes('-h')) {
      say(terminal, commandHelp(chosen.name))
      return exits.nothing
    }
    return await runCommand(chosen, terminal, openLocal)
  } catch (error) {
    return report(error, terminal)
  }
}
