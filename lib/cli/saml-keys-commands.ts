import { secretReference } from '../config/forms.ts'
import { isConnectorError } from '../core/errors.ts'
import { newKey } from '../saml/trust/new-key.ts'
import { type OwnKeys, ownKeysText, parseOwnKeys } from '../saml/trust/own-keys.ts'
import { type Turn, turned } from '../saml/trust/turn-keys.ts'
import { type Arguments, positionals, usageError } from './arguments.ts'
import { type Exit, exits } from './exits.ts'
import { samePlace } from './place.ts'
import { createSecretWriter } from './saml-keys-store.ts'
import { type SamlConnection, samlConnectionNamed } from './saml-trust-names.ts'
import { complain, say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

const turns: readonly Turn[] = ['rotate', 'activate', 'retire']

const turnFrom = (given: Arguments): Turn | undefined => {
  const [turn, ...more] = turns.filter((one) => given.flag(one))
  if (more.length > 0) throw usageError('one of --rotate, --activate and --retire at a time, in this order')
  return turn
}

type Pair = Parameters<typeof ownKeysText>[0][number]

/** Whether something can be read there. What is there and is not ours is an error. */
const isTaken = async (house: House, reference: string): Promise<boolean> => {
  try {
    parseOwnKeys(await house.secrets(reference))
    return true
  } catch (error) {
    if (isConnectorError(error, 'secretUnavailable') && error.field === 'credentials') return false
    throw error
  }
}

const firstKey = async (house: House, { id, saml }: SamlConnection): Promise<readonly Pair[]> => {
  if (saml.keys !== undefined && (await isTaken(house, saml.keys)))
    throw usageError(`${saml.keys} holds keys already; --rotate begins the change to a new one`)
  return [await newKey(`Rolecall ${id}`, house.clock.now())]
}

const turnedKeys = async (
  house: House,
  { id, saml }: SamlConnection,
  turn: Turn,
): Promise<readonly Pair[]> => {
  if (saml.keys === undefined)
    throw usageError(`${id} has no saml.keys in the configuration: there is nothing to ${turn}`)
  const present: readonly Pair[] = parseOwnKeys(await house.secrets(saml.keys))
  // Before a key is made, which takes a moment: a step that is not the next is refused at once.
  const without = turned(turn, present)
  if (turn !== 'rotate') return without
  return turned(turn, present, await newKey(`Rolecall ${id}`, house.clock.now()))
}

const command = ({ id }: SamlConnection, option: string, given: Arguments): string =>
  `npx rolecall saml keys ${id} ${option}${given.flag('write') ? ' --write' : ''}${samePlace(given)}`

const nextStep = (turn: Turn | undefined, connection: SamlConnection, given: Arguments): string => {
  switch (turn) {
    case undefined:
      return connection.saml.keys === undefined
        ? `Next: write saml: { keys: … } for ${connection.id} into the configuration, push it, and give the identity provider our metadata (npx rolecall saml show ${connection.id}).`
        : `Next: give the identity provider our metadata (npx rolecall saml show ${connection.id}).`
    case 'rotate':
      return `Next: the old key signs on. Let the identity provider read our metadata again, which name both; then ${command(connection, '--activate', given)}`
    case 'activate':
      return `Next: the new key signs, the old one still decrypts. Take the old certificate away at the identity provider; then ${command(connection, '--retire', given)}`
    case 'retire':
      return 'The rotation is over: one key is left. It takes effect within a minute.'
  }
}

const storing = ({ id, saml }: SamlConnection, turn: Turn | undefined): string => {
  const reference = saml.keys ?? `secretsmanager:rolecall/saml/${id}`
  const parsed = secretReference(reference)
  const name = parsed?.name ?? reference
  if (parsed?.kind === 'secretsmanager' && turn === undefined)
    return `aws secretsmanager create-secret --name ${name} --secret-string file:///dev/stdin`
  if (parsed?.kind === 'secretsmanager')
    return `aws secretsmanager put-secret-value --secret-id ${name} --secret-string file:///dev/stdin`
  return `store it as ${reference}`
}

const written = (terminal: Terminal, given: Arguments, reference: string, keys: OwnKeys): void => {
  const shown = keys.map(({ fingerprint, notAfter }, index) => ({
    fingerprint,
    notAfter,
    signs: index === 0,
  }))
  if (given.flag('json')) {
    sayJson(terminal, { written: reference, keys: shown })
    return
  }
  say(terminal, `Written to ${reference}:`, 'green')
  for (const { fingerprint, notAfter, signs } of shown)
    say(terminal, `  ${(signs ? 'signs' : 'published').padEnd(9)} ${fingerprint}, ends ${notAfter}`)
}

/** One step of the life of our own keys. The keys themselves go to standard output only when nothing else stores them. */
export const makeKeys = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { connection: name } = positionals(given, 'connection')
  const [turn, write] = [turnFrom(given), given.flag('write')]
  const connection = await samlConnectionNamed(house, name)
  const { keys: reference } = connection.saml
  if (write && reference === undefined)
    throw usageError(`--write needs saml.keys of ${connection.id} in the configuration, which says where to`)
  const after = await (turn === undefined ? firstKey(house, connection) : turnedKeys(house, connection, turn))
  // As it will be read: what cannot be is not stored.
  const keys = parseOwnKeys(ownKeysText(after))
  if (write && reference !== undefined) {
    const { endpoint: _local, ...aws } = house.access.client
    await createSecretWriter(house.access.local ? {} : aws)(reference, ownKeysText(keys), turn === undefined)
    written(terminal, given, reference, keys)
  } else {
    terminal.out(ownKeysText(keys))
    complain(
      terminal,
      'warning',
      `standard output holds private keys: pipe it to ${storing(connection, turn)}`,
    )
  }
  terminal.error(nextStep(turn, connection, given))
  return exits.nothing
}
