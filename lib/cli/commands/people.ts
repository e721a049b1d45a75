import type { Commands } from '../command.ts'
import { listDeparted } from '../departed-commands.ts'
import { explainUser } from '../explain-commands.ts'

/** One person, or all of a kind. */
export const peopleCommands: Commands = {
  explain: {
    kind: 'house',
    usage: 'USER [--connection ID] [--role ROLE] [--community COMMUNITY] [--at WHEN]',
    summary: 'why somebody has their roles, or has not the one asked about',
    options: {
      connection: { takes: 'ID', does: 'whose directory; needed when there are several' },
      role: { takes: 'ROLE', does: 'also say why they have not this one; or COMMUNITY/ROLE' },
      community: { takes: 'COMMUNITY', does: 'the community of that role' },
      at: { takes: 'WHEN', does: 'how it was then: 2026-11-22 (its end, UTC) or 2026-11-22T14:30:00Z' },
    },
    run: explainUser,
  },
  departed: {
    kind: 'house',
    usage: '[COMMUNITY]',
    summary: 'list who left and still has an account, where, and whether they can still get in',
    options: {},
    run: listDeparted,
  },
}
