// The `rolecall` command: lib/cli, and the engine of this machine handed in.
import { runCli } from '../../lib/cli/main.ts'
import { openEndpoint } from './attach.ts'

/** no-color.org: set to anything but nothing. */
const colourful = ({ isTTY }: { readonly isTTY?: boolean }): boolean =>
  isTTY === true && !process.env.NO_COLOR

process.exitCode = await runCli(
  process.argv.slice(2),
  {
    out: (text) => console.log(text),
    error: (text) => console.error(text),
    colour: { out: colourful(process.stdout), error: colourful(process.stderr) },
  },
  openEndpoint,
)
