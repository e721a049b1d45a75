import { parseArgs } from 'node:util'
import { ConnectorError } from '../core/errors.ts'

export type Values = Readonly<Record<string, string | boolean | undefined>>
export type Arguments = {
  readonly positionals: readonly string[]
  readonly text: (name: string) => string | undefined
  readonly flag: (name: string) => boolean
}
/** Without `takes` it is a flag. Both are shown by `--help`. */
export type Option = { readonly takes?: string; readonly does: string }
export type Options = Readonly<Record<string, Option>>

export const commonOptions: Options = {
  json: { does: 'one JSON value on standard output' },
  data: { takes: 'DIR', does: 'data of npm start; default $ROLECALL_DATA, else .rolecall' },
  table: { takes: 'NAME', does: 'the deployed table instead (also TABLE_NAME); needs AWS credentials' },
  region: { takes: 'REGION', does: 'region of that table; default as AWS tools have it' },
  profile: { takes: 'PROFILE', does: 'profile of the AWS credentials' },
  help: { does: 'this text, or that of a command' },
}

export const usageError = (message: string): ConnectorError =>
  new ConnectorError('invalidSyntax', `${message}; see npx rolecall --help`)

export const parseArguments = (args: readonly string[], options: Options): Arguments => {
  const known = { ...commonOptions, ...options }
  const config = Object.fromEntries(
    Object.entries(known).map(([name, { takes }]) => [
      name,
      { type: takes === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  )
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: config,
      allowPositionals: true,
      strict: true,
    })
    const given: Values = values as Values
    return {
      positionals,
      text: (name) => {
        const value = given[name]
        return typeof value === 'string' ? value : undefined
      },
      flag: (name) => given[name] === true,
    }
  } catch (cause) {
    if (!(cause instanceof TypeError)) throw cause
    throw usageError(cause.message.split('. ')[0] ?? 'the options are not understood')
  }
}

/** Exactly these positionals, by name; those ending in `?` may be left out. */
export const positionals = <Name extends string>(
  given: Arguments,
  ...names: readonly Name[]
): Readonly<Record<Name, string>> => {
  const needed = names.filter((name) => !name.endsWith('?'))
  if (given.positionals.length < needed.length)
    throw usageError(`${names[given.positionals.length] ?? 'an argument'} is missing`)
  if (given.positionals.length > names.length)
    throw usageError(`"${given.positionals[names.length]}" is one argument too many`)
  return Object.fromEntries(names.map((name, index) => [name, given.positionals[index] ?? ''])) as Readonly<
    Record<Name, string>
  >
}
