import { draftOf } from '../config/draft.ts'
import { parseConfiguration } from '../config/parse.ts'
import { ConnectorError } from '../core/errors.ts'
import { platformTraits } from '../platforms/traits.ts'
import { type Arguments, positionals } from './arguments.ts'
import { type Exit, exits } from './exits.ts'
import { writeNew } from './files.ts'
import { communityNamed } from './names.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

/** What the platform holds today, as a configuration to start from. Reads only; the file is never one that is there already. */
export const adoptCommunity = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { community: name } = positionals(given, 'community')
  const id = await communityNamed(house, name)
  const current = await house.configurations.current()
  if (current === undefined) throw new ConnectorError('internal', 'the configuration is gone')
  const options = { local: house.access.local, traits: platformTraits }
  const { configuration } = parseConfiguration(current.text, options)
  const community = configuration.communities.find((one) => one.id === id)
  if (community === undefined) throw new ConnectorError('internal', 'the community is gone')
  terminal.error(`Reading ${id} …`)
  const platform = await house.platforms.open(community)
  const { traits } = platform
  const [snapshot, { scopes, places }] = [await platform.snapshot(), await platform.catalogue()]
  const draft = draftOf(current.text, configuration, id, {
    snapshot,
    traits,
    scopes,
    ...(places === undefined ? {} : { places }),
  })
  // What is handed out is what `config check` accepts.
  parseConfiguration(draft.text, options)
  const file = given.text('out')
  if (file !== undefined) await writeNew(file, draft.text)
  const told = `${draft.roles} role(s) not named yet, ${draft.administrators} administrator(s) protected, ${draft.services} service account(s) left alone`
  if (given.flag('json')) {
    sayJson(terminal, { community: id, ...draft, ...(file === undefined ? {} : { file }) })
    return exits.nothing
  }
  if (file === undefined) say(terminal, draft.text.trimEnd())
  terminal.error(
    file === undefined
      ? `${told}.`
      : `${told}: ${file}; edit it, then npx rolecall config push ${file} --dry-run`,
  )
  return exits.nothing
}
