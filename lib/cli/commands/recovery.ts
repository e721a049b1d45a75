import { type Commands, decision } from '../command.ts'
import { quarantine, release } from '../quarantine-commands.ts'

/** When our records may be older than what was done by them. */
export const recoveryCommands: Commands = {
  quarantine: {
    kind: 'house',
    usage: '[COMMUNITY | --all] [--reason TEXT] [--by NAME]',
    summary: 'treat one or every community as mode: report until it is released; without either, list them',
    options: { all: { does: 'every community, and those in which something is owned' }, ...decision },
    run: quarantine,
  },
  release: {
    kind: 'house',
    usage: 'COMMUNITY --reason TEXT [--by NAME]',
    summary: 'let a quarantined community be written again',
    options: decision,
    run: release,
  },
}
