import type { Departure } from '../core/departures.ts'
import { departureText, unmentionedText } from '../core/departures-text.ts'
import { type CommunityId, type ConnectionId, communityId, type Instant, type MemberId } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import { lastMention } from '../core/mentions.ts'
import { type PageSeen, readDepartures, readUnmentioned } from '../provisioning/departures.ts'
import { type Arguments, positionals } from './arguments.ts'
import { type Exit, exits } from './exits.ts'
import { communityNamed } from './names.ts'
import { progressOn } from './progress.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

type Silent = {
  readonly connection: ConnectionId
  readonly member: MemberId
  readonly userName: string
  readonly mentionedAt: Instant
}
const silentOf = (member: Member): Silent => ({
  connection: member.connection,
  member: member.id,
  userName: member.userName,
  mentionedAt: lastMention(member),
})

const exitOf = (states: ReadonlySet<Departure['state']>): Exit => {
  if (states.has('held')) return exits.held
  return states.has('access') ? exits.pending : exits.nothing
}

/** A community taken out of the configuration, too, as long as accounts of ours are left there. */
const placeNamed = async (house: House, name: string) => {
  const id = communityId(name)
  return (await house.ownership.ownedCount(id)) > 0 ? id : communityNamed(house, name)
}

const styles = { kept: 'dim', access: 'red', held: 'yellow' } as const

/** Prints what comes as it comes; for JSON it is kept until all is there. */
const createSheet = (given: Arguments, terminal: Terminal) => {
  const json = given.flag('json')
  const progress = progressOn(terminal, given)
  return {
    json,
    print: (text: string, style?: Parameters<typeof say>[2]): void => {
      if (!json) say(terminal, text, style)
    },
    told:
      (what: string): PageSeen =>
      (where, read, total) =>
        progress(`${what} ${where}`, read, total),
  }
}
type Sheet = ReturnType<typeof createSheet>

const departures = async (
  house: House,
  only: CommunityId | undefined,
  { json, print, told }: Sheet,
): Promise<{ readonly listed: readonly Departure[]; readonly exit: Exit }> => {
  const listed: Departure[] = []
  const states = new Set<Departure['state']>()
  for await (const one of readDepartures(house, only, told('accounts of'))) {
    if (states.size === 0) print('Departed, and the account is still there:', 'bold')
    states.add(one.state)
    if (json) listed.push(one)
    else print(departureText(one), styles[one.state])
  }
  if (states.size === 0) print('Nobody who departed has an account of ours left.', 'green')
  return { listed, exit: exitOf(states) }
}

const silence = async (house: House, { json, print, told }: Sheet): Promise<readonly Silent[]> => {
  const listed: Silent[] = []
  let first = true
  for await (const one of readUnmentioned(house, told('members of'))) {
    if (first) print('Not spoken of any more (reported, nothing is taken):', 'bold')
    first = false
    if (json) listed.push(silentOf(one))
    else print(unmentionedText(one))
  }
  return listed
}

export const listDeparted = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { 'community?': name } = positionals(given, 'community?')
  const only = name ? await placeNamed(house, name) : undefined
  const sheet = createSheet(given, terminal)
  const { listed: departed, exit } = await departures(house, only, sheet)
  // People of connections, not accounts of one community.
  const unmentioned = only === undefined ? await silence(house, sheet) : []
  if (sheet.json) sayJson(terminal, { departed, unmentioned })
  return exit
}
