import { describe, describeHoldReason } from '../core/describe.ts'
import { communityId } from '../core/ids.ts'
import type { Hold } from '../core/verdict.ts'
import { createHoldDesk, type Decision } from '../provisioning/holds.ts'
import { type Arguments, positionals } from './arguments.ts'
import { deciderFrom, reasonFrom } from './decisions.ts'
import { type Exit, exits } from './exits.ts'
import { communityNamed } from './names.ts'
import { samePlace } from './place.ts'
import { warnOfQuarantine } from './quarantine-commands.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

const shownDigest = (digest: string): string => digest.slice(0, 12)

/** More of them are for `holds show`. */
const listed = 20

const standing = ({ state, since, decidedBy, decidedAt }: Hold): string =>
  decidedBy === undefined
    ? `${state} since ${since}`
    : `${state} since ${since}, by ${decidedBy} ${decidedAt}`

const decisionLines = ({ community, digest }: Hold, place: string): readonly string[] =>
  ['approve', 'reject'].map(
    (word) => `  npx rolecall ${word} ${community} ${shownDigest(digest)} --reason "…"${place}`,
  )

const holdLines = (hold: Hold, place: string): readonly string[] => {
  const { community, digest, held } = hold
  const more = held.length - listed
  return [
    `${community}  ${shownDigest(digest)}  ${standing(hold)}`,
    ...held
      .slice(0, listed)
      .map(({ change, reason }) => `  ${describe(change)} — ${describeHoldReason(reason)}`),
    ...(more > 0 ? [`  and ${more} more: npx rolecall holds show ${community}${place}`] : []),
    ...decisionLines(hold, place),
  ]
}

export const listHolds = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  positionals(given)
  const holds = await createHoldDesk(house).list()
  for (const one of await house.quarantine.quarantines()) warnOfQuarantine(terminal, given, one)
  if (given.flag('json')) sayJson(terminal, holds)
  else if (holds.length === 0) say(terminal, 'Nothing is held.', 'green')
  else for (const hold of holds) say(terminal, holdLines(hold, samePlace(given)).join('\n'))
  return holds.some(({ state }) => state === 'waiting') ? exits.held : exits.nothing
}

/** Every change, below the reason it waits for. */
const wholeHold = (hold: Hold, place: string): readonly string[] => {
  const byReason = Map.groupBy(hold.held, ({ reason }) => describeHoldReason(reason))
  return [
    `${hold.community}: ${hold.held.length} change(s), ${standing(hold)}`,
    `  digest ${hold.digest}`,
    ...[...byReason].flatMap(([why, those]) => [
      `  ${why}:`,
      ...those.map(({ change }) => `    ${describe(change)}`),
    ]),
    ...decisionLines(hold, place),
  ]
}

/** What is held outlives its community's place in the configuration. */
const holdOf = async (house: House, name: string): Promise<Hold | undefined> => {
  const hold = await house.safety.hold(communityId(name))
  if (hold === undefined) await communityNamed(house, name)
  return hold
}

export const showHold = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { community } = positionals(given, 'community')
  const hold = await holdOf(house, community)
  const quarantine = await house.quarantine.quarantine(communityId(community))
  if (quarantine !== undefined) warnOfQuarantine(terminal, given, quarantine)
  if (given.flag('json')) sayJson(terminal, hold ?? null)
  else if (hold === undefined) say(terminal, `Nothing is held in ${community}.`, 'green')
  else say(terminal, wholeHold(hold, samePlace(given)).join('\n'))
  return hold?.state === 'waiting' ? exits.held : exits.nothing
}

/** The digest is demanded: a person consents to what they saw, not to what is held by now. */
const decisionFrom = async (given: Arguments, house: House): Promise<Decision> => {
  const { community: name, digest } = positionals(given, 'community', 'digest')
  const [reason, by] = [reasonFrom(given), deciderFrom(given, house)]
  const hold = await holdOf(house, name)
  return { community: hold?.community ?? communityId(name), digest, by, reason }
}

export const approve = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const decision = await decisionFrom(given, house)
  const approval = await createHoldDesk(house).approve(decision)
  const quarantine = await house.quarantine.quarantine(approval.community)
  if (quarantine !== undefined) warnOfQuarantine(terminal, given, quarantine)
  const soon = house.access.alone ? 'as soon as npm start runs' : 'within a minute'
  const when = quarantine === undefined ? soon : 'once it is released'
  if (given.flag('json')) sayJson(terminal, approval)
  else
    say(
      terminal,
      `Approved ${approval.changes.length} change(s) in ${approval.community} until ${approval.expiresAt}; they are made ${when}.`,
      'green',
    )
  return exits.nothing
}

export const reject = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const hold = await createHoldDesk(house).reject(await decisionFrom(given, house))
  if (given.flag('json')) sayJson(terminal, hold)
  else
    say(
      terminal,
      `Rejected ${hold.held.length} change(s) in ${hold.community}: they stay undone, silently, until the set changes.`,
    )
  return exits.nothing
}
