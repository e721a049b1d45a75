import { parseConfiguration } from '../config/parse.ts'
import { attributesAsk, memberIn } from '../console/preview-ask.ts'
import { type PersonAsk, type Previewed, previewPerson } from '../console/preview-desk.ts'
import { objectIn } from '../console/values.ts'
import type { Configuration } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import type { ConnectionId, MemberId } from '../core/ids.ts'
import { changesAnything } from '../core/preview-login.ts'
import { messageText } from '../core/preview-message-text.ts'
import { previewText } from '../core/preview-text.ts'
import { platformTraits } from '../platforms/traits.ts'
import { memberNamed } from '../provisioning/explain.ts'
import { type Arguments, positionals, usageError } from './arguments.ts'
import { type Exit, exits } from './exits.ts'
import { readText } from './files.ts'
import { personFrom } from './people.ts'
import { previewDesk } from './preview-desk.ts'
import { replayAll } from './preview-replay.ts'
import { complain, say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

const sources = ['attributes', 'assertion', 'everybody'] as const

/** Of a file that is tried instead of what is pushed. */
const candidateFrom = async (
  given: Arguments,
  terminal: Terminal,
  house: House,
): Promise<Configuration | undefined> => {
  const path = given.text('config')
  if (path === undefined) return undefined
  const parsed = parseConfiguration(await readText(path), {
    local: house.access.local,
    traits: platformTraits,
  })
  for (const warning of parsed.warnings) complain(terminal, 'warning', warning)
  return parsed.configuration
}

/** A connection may be in the candidate only: it cannot be looked up in what is pushed. */
const connectionIn = (given: Arguments, { connections }: Configuration): ConnectionId => {
  const wanted = given.text('connection')
  const names = connections.map(({ id }) => id).join(', ') || 'none'
  if (wanted === undefined) {
    const [only, ...more] = connections
    if (only !== undefined && more.length === 0) return only.id
    throw usageError(`--connection is missing: one of ${names}`)
  }
  const found = connections.find(({ id }) => id === wanted)
  if (found !== undefined) return found.id
  throw new ConnectorError('notFound', `the configuration has no connection ${wanted}; it has ${names}`)
}

const memberFrom = async (given: Arguments, house: House, connection: ConnectionId) => {
  const named = given.text('member')
  if (named === undefined) return undefined
  const subject = personFrom(named)
  if (subject.by === 'id') return memberIn(named)
  return (await memberNamed(house, { connection, subject })).id
}

const askFrom = async (given: Arguments, member: MemberId | undefined): Promise<PersonAsk> => {
  const [attributes, assertion] = [given.text('attributes'), given.text('assertion')]
  if (attributes !== undefined)
    return attributesAsk(objectIn(await readText(attributes), 'attributes'), member)
  if (assertion !== undefined)
    return {
      kind: 'assertion',
      text: await readText(assertion),
      ...(member === undefined ? {} : { member }),
    }
  if (member !== undefined) return { kind: 'stored', member }
  throw usageError(
    'whom to look at is missing: --attributes, --assertion, --member, or --config for everybody',
  )
}

const shown = (preview: Previewed): string =>
  [
    ...(preview.message === undefined
      ? []
      : [messageText(preview.message.verdict, preview.message.addressed)]),
    previewText(preview),
  ].join('\n')

const exitOf = (preview: Previewed): Exit => {
  if (preview.person.kind === 'refused') return exits.error
  return changesAnything(preview) ? exits.pending : exits.nothing
}

/** What a login would do, how somebody stands, or what another configuration would change for everybody. Writes nothing. */
export const previewSomething = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  positionals(given)
  const [one, another] = sources.filter((name) => given.text(name) !== undefined || given.flag(name))
  if (one !== undefined && another !== undefined) throw usageError(`--${another} does not go with --${one}`)
  const candidate = await candidateFrom(given, terminal, house)
  if (given.flag('everybody') && candidate === undefined)
    throw usageError(
      '--everybody needs --config: everybody is looked at by another configuration than the current one',
    )
  if (given.flag('everybody') && given.text('member') !== undefined)
    throw usageError('--member does not go with --everybody')
  if (
    candidate !== undefined &&
    one !== 'attributes' &&
    one !== 'assertion' &&
    given.text('member') === undefined
  )
    return replayAll(given, terminal, house, candidate)
  const connection = connectionIn(given, candidate ?? (await house.configuration()))
  const ask = await askFrom(given, await memberFrom(given, house, connection))
  const preview = await previewPerson(previewDesk(house), connection, ask, candidate)
  if (given.flag('json')) sayJson(terminal, preview)
  else say(terminal, shown(preview))
  return exitOf(preview)
}
