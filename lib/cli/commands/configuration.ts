import type { Commands } from '../command.ts'
import { checkFile, pushFile, rollBack, showHistory } from '../config-commands.ts'

/** What should be. */
export const configurationCommands: Commands = {
  'config check': {
    kind: 'offline',
    usage: '[FILE] [--aws]',
    summary: 'check a configuration file (rolecall.yaml) without table or platform',
    options: {
      aws: { does: 'as a deployment would read it: no loopback platforms, no env: or file: secrets' },
    },
    run: checkFile,
  },
  'config push': {
    kind: 'house',
    usage: '[FILE] [--note TEXT] [--dry-run] [--accept-held]',
    summary: 'check it against the platforms, show what it would change, store it as the next version',
    options: {
      note: { takes: 'TEXT', does: 'shown by config history' },
      'dry-run': { does: 'check and show, store nothing' },
      'accept-held': { does: 'store it although its effect exceeds limits: those changes wait for approval' },
    },
    run: pushFile,
  },
  'config history': {
    kind: 'house',
    usage: '',
    summary: 'list the stored versions',
    options: {},
    run: showHistory,
  },
  'config rollback': {
    kind: 'house',
    usage: 'VERSION',
    summary: 'make an older version current; asks no platform',
    options: {},
    run: rollBack,
  },
}
