// The `rolecall` command: lib/cli, and the engine of this machine handed in.
import { runCli } from '../../lib/cli/main.ts'
import { openEndpoint } from './attach.ts'

/** no-color.org: set to anything but nothing. */
const colourful = ({ isTTY }: { readonly isTTY?: boolean }): boolean =>
  isTTY === true && !process.env.NO_COLOR

/** Erases the line, and writes it anew without ending it; never more than fits, since only one line is erased. */
const status = (line: string): void =>
  void process.stderr.write(`\r\u001b[2K${line.slice(0, (process.stderr.columns || 80) - 1)}`)

process.exitCode = await runCli(
  process.argv.slice(2),
  {
    out: (text) => console.log(text),
    error: (text) => console.error(text),
    colour: { out: colourful(process.stdout), error: colourful(process.stderr) },
    ...(process.stderr.isTTY && process.env.TERM !== 'dumb' ? { status } : {}),
  },
  openEndpoint,
)
