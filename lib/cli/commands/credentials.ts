import type { Commands } from '../command.ts'
import { createOne, listThem, revokeOne } from '../credential-commands.ts'

/** What identity providers come in with. */
export const credentialCommands: Commands = {
  'credentials create': {
    kind: 'house',
    usage: 'CONNECTION [--label TEXT] [--scope SCOPE] [--expires DURATION]',
    summary: 'make a bearer token for an identity provider; it is shown once',
    options: {
      label: { takes: 'TEXT', does: 'shown by credentials list and in the audit log' },
      scope: { takes: 'SCOPE', does: 'what it may be used for; scim is the default' },
      expires: { takes: 'DURATION', does: 'from now, such as 365d; without it, it never expires' },
    },
    run: createOne,
  },
  'credentials list': {
    kind: 'house',
    usage: 'CONNECTION',
    summary: 'list the credentials of a connection',
    options: {},
    run: listThem,
  },
  'credentials revoke': {
    kind: 'house',
    usage: 'CONNECTION ID',
    summary: 'refuse a credential from now on, for good',
    options: {},
    run: revokeOne,
  },
}
