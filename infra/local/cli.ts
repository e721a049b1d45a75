// The `rolecall` command: lib/cli, and the engine of this machine handed in.
import { runCli } from '../../lib/cli/main.ts'
import { openEndpoint } from './attach.ts'

const colour = process.stdout.isTTY === true && process.env.NO_COLOR === undefined

process.exitCode = await runCli(
  process.argv.slice(2),
  { out: (text) => console.log(text), error: (text) => console.error(text), colour },
  openEndpoint,
)
