import { durationForm, seconds } from '../config/forms.ts'
import type { AuditEvent } from '../core/audit.ts'
import { ConnectorError } from '../core/errors.ts'
import { type ConnectionId, later } from '../core/ids.ts'
import type { Credential, Scope } from '../core/ports/configuration.ts'
import { createCredential } from '../scim/tokens.ts'
import { type Arguments, positionals, usageError } from './arguments.ts'
import { type Exit, exits } from './exits.ts'
import { connectionNamed, credentialsOwner } from './names.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

const scopes: readonly Scope[] = ['scim', 'hooks', 'admin']

const note = async (house: House, connection: ConnectionId, event: AuditEvent): Promise<void> => {
  const actor = { kind: 'operator', label: house.operator } as const
  await house.audit.append([{ at: house.clock.now(), requestId: house.ids.uuid(), actor, connection, event }])
}

const scopeFrom = (given: Arguments): Scope => {
  const wanted = given.text('scope') ?? 'scim'
  const scope = scopes.find((one) => one === wanted)
  if (scope !== undefined) return scope
  throw usageError(`--scope must be one of ${scopes.join(', ')}`)
}

const expiryFrom = (given: Arguments): number | undefined => {
  const wanted = given.text('expires')
  if (wanted === undefined) return undefined
  if (durationForm.test(wanted)) return seconds(wanted)
  throw usageError('--expires must be a duration such as 365d')
}

/** It stands in the audit log beside every change made with the credential. */
const labelFrom = (given: Arguments): string | undefined => {
  const label = given.text('label')?.trim()
  if (label === undefined || (label.length > 0 && label.length <= 64)) return label
  throw usageError('--label must be 1 to 64 characters')
}

/** The token is shown once; only its hash is stored. */
export const createOne = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { connection: name } = positionals(given, 'connection')
  const [scope, expires] = [scopeFrom(given), expiryFrom(given)]
  const connection = await connectionNamed(house, name)
  const at = house.clock.now()
  const { token, credential } = createCredential({
    connection,
    scope,
    label: labelFrom(given) ?? scope,
    createdBy: house.operator,
    at,
    ...(expires === undefined ? {} : { expiresAt: later(at, expires) }),
  })
  await house.credentials.saveCredential(credential)
  await note(house, connection, {
    kind: 'credentialCreated',
    credential: credential.id,
    label: credential.label,
  })
  if (given.flag('json')) sayJson(terminal, { id: credential.id, token })
  else {
    say(terminal, token)
    terminal.error(`Credential ${credential.id} of ${connection} (${scope}). The token is not shown again.`)
  }
  return exits.nothing
}

const shown = ({ hash: _hash, ...rest }: Credential) => rest

const line = (one: Credential): string => {
  const end = one.revokedAt === undefined ? (one.expiresAt ?? 'never') : `revoked ${one.revokedAt}`
  return `${one.id}  ${one.scope}  ${one.label}  created ${one.createdAt} by ${one.createdBy}  last used ${one.lastUsed ?? 'never'}  expires ${end}`
}

export const listThem = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { connection: name } = positionals(given, 'connection')
  const connection = await credentialsOwner(house, name)
  const credentials = await house.credentials.credentials(connection)
  if (given.flag('json')) sayJson(terminal, credentials.map(shown))
  else if (credentials.length === 0)
    say(terminal, `${connection} has no credential: npx rolecall credentials create ${connection}`)
  else for (const one of credentials) say(terminal, line(one))
  return exits.nothing
}

export const revokeOne = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { connection: name, id } = positionals(given, 'connection', 'id')
  const connection = await credentialsOwner(house, name)
  const credential = await house.credentials.credential(connection, id)
  if (credential === undefined)
    throw new ConnectorError(
      'notFound',
      `${connection} has no credential ${id}; see npx rolecall credentials list ${connection}`,
    )
  if (credential.revokedAt === undefined) {
    await house.credentials.saveCredential({ ...credential, revokedAt: house.clock.now() })
    await note(house, connection, { kind: 'credentialRevoked', credential: id, label: credential.label })
  }
  if (given.flag('json')) sayJson(terminal, { revoked: id })
  else say(terminal, `Credential ${id} is revoked: the next request with it is refused.`, 'green')
  return exits.nothing
}
