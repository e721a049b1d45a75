import type { Commands } from '../command.ts'
import { explainUser } from '../look-commands.ts'

/** One person, or all of a kind. */
export const peopleCommands: Commands = {
  explain: {
    kind: 'house',
    usage: 'USER [--connection ID] [--role COMMUNITY/ROLE]',
    summary: 'why somebody has their roles, or has not the one asked about',
    options: {
      connection: { takes: 'ID', does: 'whose directory; needed when there are several' },
      role: { takes: 'COMMUNITY/ROLE', does: 'also say why they have not this one' },
    },
    run: explainUser,
  },
}
