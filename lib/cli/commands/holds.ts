import { type Commands, decision } from '../command.ts'
import { approve, listHolds, reject, showHold } from '../hold-commands.ts'

/** What waits for a person. */
export const holdCommands: Commands = {
  holds: {
    kind: 'house',
    usage: '',
    summary: 'list the changes that wait for a person',
    options: {},
    run: listHolds,
  },
  'holds show': {
    kind: 'house',
    usage: 'COMMUNITY',
    summary: 'show everything that is held in a community, and why',
    options: {},
    run: showHold,
  },
  approve: {
    kind: 'house',
    usage: 'COMMUNITY DIGEST --reason TEXT [--by NAME]',
    summary: 'let exactly these held changes happen, once, within a day',
    options: decision,
    run: approve,
  },
  reject: {
    kind: 'house',
    usage: 'COMMUNITY DIGEST --reason TEXT [--by NAME]',
    summary: 'leave them undone, silently, until the set changes',
    options: decision,
    run: reject,
  },
}
