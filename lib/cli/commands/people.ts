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
  preview: {
    kind: 'house',
    usage:
      '--attributes FILE | --assertion FILE | --member USER | --everybody [--connection ID] [--config FILE]',
    summary: 'what a login would give and take, or another configuration; writes nothing, asks no platform',
    options: {
      attributes: {
        takes: 'FILE',
        does: 'JSON: {"groups": ["A"], "nameId": "…", "email": "…"}, as a login would show',
      },
      assertion: { takes: 'FILE', does: 'a SAML Response or Assertion, as XML or in base64' },
      member: { takes: 'USER', does: 'this member as they are; with one of the above, as whom they log in' },
      everybody: { does: 'all stored members, by --config: who gains and who loses what' },
      connection: { takes: 'ID', does: 'whose logins; needed when there are several' },
      config: { takes: 'FILE', does: 'by this configuration file instead of the current configuration' },
    },
    // It brings the reader of assertions along, which no other command has to wait for.
    run: async (given, terminal, house) =>
      (await import('../preview-commands.ts')).previewSomething(given, terminal, house),
  },
  departed: {
    kind: 'house',
    usage: '[COMMUNITY]',
    summary: 'list who left and still has an account, where, and whether they can still get in',
    options: {},
    run: listDeparted,
  },
}
