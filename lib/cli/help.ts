import { commonOptions, type Options } from './arguments.ts'
import { commands } from './commands.ts'

const head = 'rolecall: identity provider groups to community roles'
const codes = 'Exit codes: 0 done or nothing to do, 1 an error or problems, 2 changes pending, 3 changes held'

const optionLines = (options: Options): readonly string[] =>
  Object.entries(options).map(
    ([name, { takes, does }]) =>
      `  ${`--${name}${takes === undefined ? '' : ` ${takes}`}`.padEnd(24)} ${does}`,
  )

export const generalHelp = (): string =>
  [
    head,
    '',
    'Usage: npx rolecall COMMAND [OPTIONS]',
    '',
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(20)} ${summary}`),
    '',
    'Every command takes:',
    ...optionLines(commonOptions),
    '',
    codes,
  ].join('\n')

export const commandHelp = (name: string): string => {
  const command = commands[name]
  if (command === undefined) return generalHelp()
  return [
    `Usage: npx rolecall ${name} ${command.usage}`.trimEnd(),
    '',
    command.summary,
    '',
    ...optionLines({ ...command.options, ...commonOptions }),
    '',
    codes,
  ].join('\n')
}
