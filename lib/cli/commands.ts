import { adoptAccount } from './adopt-account.ts'
import { adoptCommunity } from './adopt-commands.ts'
import type { Arguments, Options } from './arguments.ts'
import { checkFile, pushFile, rollBack, showHistory } from './config-commands.ts'
import { createOne, listThem, revokeOne } from './credential-commands.ts'
import { doctor } from './doctor-commands.ts'
import type { Exit } from './exits.ts'
import { approve, listHolds, reject } from './hold-commands.ts'
import { explainUser, reconcileNow, showPlan } from './look-commands.ts'
import { showSamlMappers } from './saml-commands.ts'
import type { Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

type Described = { readonly usage: string; readonly summary: string; readonly options: Options }
export type Command = Described &
  (
    | { readonly kind: 'offline'; readonly run: (given: Arguments, terminal: Terminal) => Promise<Exit> }
    | {
        readonly kind: 'house'
        readonly run: (given: Arguments, terminal: Terminal, house: House) => Promise<Exit>
      }
  )

const decision: Options = {
  reason: { takes: 'TEXT', does: 'why; it stands in the audit log' },
  by: { takes: 'NAME', does: 'who decided; default $ROLECALL_OPERATOR, else your login name' },
}

export const commands: Readonly<Record<string, Command>> = {
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
    usage: '[FILE] [--note TEXT] [--dry-run]',
    summary: 'check it against the platforms, show what it would change, store it as the next version',
    options: {
      note: { takes: 'TEXT', does: 'shown by config history' },
      'dry-run': { does: 'check and show, store nothing' },
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
  plan: {
    kind: 'house',
    usage: 'COMMUNITY [--markdown]',
    summary: 'show what a reconciliation would do now; nothing is done',
    options: { markdown: { does: 'for a ticket or a pull request' } },
    run: showPlan,
  },
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
  reconcile: {
    kind: 'house',
    usage: 'COMMUNITY',
    summary: 'ask for a reconciliation now',
    options: {},
    run: reconcileNow,
  },
  holds: {
    kind: 'house',
    usage: '',
    summary: 'list the changes that wait for a person',
    options: {},
    run: listHolds,
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
