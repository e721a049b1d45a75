import { adoptAccount } from '../adopt-account.ts'
import { adoptCommunity } from '../adopt-commands.ts'
import { type Commands, decision } from '../command.ts'
import { doctor } from '../doctor-commands.ts'
import { showSamlMappers } from '../saml-commands.ts'

/** One community on its platform. */
export const communityCommands: Commands = {
  doctor: {
    kind: 'house',
    usage: '[COMMUNITY] [--file FILE]',
    summary: 'check secrets, rights, roles, key expiry and plan of one or every community; writes nothing',
    options: { file: { takes: 'FILE', does: 'check this file instead of the pushed version' } },
    run: doctor,
  },
  adopt: {
    kind: 'house',
    usage: 'COMMUNITY [--out FILE]',
    summary: 'draft a configuration from what the platform holds today; writes nothing else',
    options: { out: { takes: 'FILE', does: 'a new file; standard output without it' } },
    run: adoptCommunity,
  },
  'adopt-account': {
    kind: 'house',
    usage: 'COMMUNITY USER [--connection ID] [--roles] [--yes] --reason TEXT [--by NAME]',
    summary: 'make a hand-made account ours, an administrator’s or protected one included',
    options: {
      connection: { takes: 'ID', does: 'whose member; needed when there are several' },
      roles: { does: 'take over the roles it holds that the configuration knows' },
      yes: { does: 'do it; without it, it is shown only' },
      ...decision,
    },
    run: adoptAccount,
  },
  'saml-mappers': {
    kind: 'house',
    usage: 'COMMUNITY [--attribute NAME] [--markdown]',
    summary: 'list the SAML role mappers to enter by hand in a Netography account',
    options: {
      attribute: { takes: 'NAME', does: 'the attribute the identity provider sends; role without it' },
      markdown: { does: 'for a ticket or a runbook' },
    },
    run: showSamlMappers,
  },
}
