import { commands } from './commands.ts'

const head = 'rolecall: identity provider groups to community roles'
const options = [
  '  --json            one JSON value on standard output',
  '  --data DIR        data of npm start; default $ROLECALL_DATA, else .rolecall',
  '  --table NAME      the deployed table instead (also TABLE_NAME); needs AWS credentials',
  '  --region, --profile   for AWS',
  '  --help            this text, or that of a command',
]
const codes = 'Exit codes: 0 done or nothing to do, 1 error, 2 changes pending, 3 changes held'

export const generalHelp = (): string =>
  [
    head,
    '',
    'Usage: npx rolecall COMMAND [OPTIONS]',
    '',
    ...Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(20)} ${summary}`),
    '',
    ...options,
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
    ...options,
    '',
    codes,
  ].join('\n')
}
