import { communityId } from '../core/ids.ts'
import type { Quarantine } from '../core/ports/runs.ts'
import { createQuarantineDesk } from '../provisioning/quarantine.ts'
import { type Arguments, positionals, usageError } from './arguments.ts'
import { deciderFrom, reasonFrom } from './decisions.ts'
import { type Exit, exits } from './exits.ts'
import { communityNamed } from './names.ts'
import { samePlace } from './place.ts'
import { complain, say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

const quarantineLine = ({ community, since, reason }: Quarantine): string =>
  `${community} is quarantined since ${since}: ${reason}`
const releaseLine = ({ community }: Quarantine, given: Arguments): string =>
  `npx rolecall release ${community} --reason "…"${samePlace(given)}`

/** For whoever decides about changes there: nothing is made of them yet. */
export const warnOfQuarantine = (terminal: Terminal, given: Arguments, one: Quarantine): void =>
  complain(
    terminal,
    'warning',
    `${quarantineLine(one)}; nothing is written there until it is released: ${releaseLine(one, given)}`,
  )

const list = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const quarantines = await createQuarantineDesk(house).list()
  if (given.flag('json')) sayJson(terminal, quarantines)
  else if (quarantines.length === 0) say(terminal, 'Nothing is quarantined.', 'green')
  else
    for (const one of quarantines) {
      say(terminal, quarantineLine(one), 'yellow')
      say(terminal, `  ${releaseLine(one, given)}`)
    }
  return quarantines.length > 0 ? exits.held : exits.nothing
}

/** Without a community and without `--all`: which are. */
export const quarantine = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { 'community?': community } = positionals(given, 'community?')
  const all = given.flag('all')
  if (all && community !== '') throw usageError('either a community or --all')
  if (!all && community === '') {
    if (given.text('reason') ?? given.text('by')) throw usageError('name a community, or --all')
    return list(given, terminal, house)
  }
  const [reason, by] = [reasonFrom(given), deciderFrom(given, house)]
  const of = all ? 'all' : await communityNamed(house, community)
  const imposed = await createQuarantineDesk(house).impose(of, { by, reason })
  if (given.flag('json')) sayJson(terminal, { quarantined: imposed })
  else if (imposed.length === 0) say(terminal, 'Quarantined already; nothing was changed.')
  else
    say(
      terminal,
      `${imposed.join(', ')}: compared and shown from the next run on, and not written, until released.`,
      'yellow',
    )
  return exits.nothing
}

export const release = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { community: name } = positionals(given, 'community')
  const [reason, by] = [reasonFrom(given), deciderFrom(given, house)]
  // It may be quarantined and no longer configured.
  const community = communityId(name)
  const known = await house.quarantine.quarantine(community)
  if (known === undefined) await communityNamed(house, name)
  const released = await createQuarantineDesk(house).release(community, { by, reason })
  const when = house.access.alone ? 'as soon as npm start runs' : 'within a minute'
  if (given.flag('json')) sayJson(terminal, released)
  else
    say(terminal, `${community} is released; it is compared, and changed as its mode says, ${when}.`, 'green')
  return exits.nothing
}
