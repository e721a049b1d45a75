import { describe, describeHoldReason } from '../core/describe.ts'
import { communityId } from '../core/ids.ts'
import type { Hold } from '../core/verdict.ts'
import { createHoldDesk, type Decision } from '../provisioning/holds.ts'
import { type Arguments, positionals } from './arguments.ts'
import { deciderFrom, reasonFrom } from './decisions.ts'
import { type Exit, exits } from './exits.ts'
import { communityNamed } from './names.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

const shownDigest = (digest: string): string => digest.slice(0, 12)

/** So that a pasted line reaches the table that was looked at. */
const samePlace = (given: Arguments): string =>
  ['data', 'table', 'region', 'profile']
    .flatMap((name) => {
      const value = given.text(name)
      return value === undefined ? [] : [` --${name} ${/^[\w./:-]+$/.test(value) ? value : `'${value}'`}`]
    })
    .join('')

const holdLines = (
  { community, digest, since, state, held, decidedBy }: Hold,
  place: string,
): readonly string[] => [
  `${community}  ${shownDigest(digest)}  ${state} since ${since}${decidedBy === undefined ? '' : `, by ${decidedBy}`}`,
  ...held.map(({ change, reason }) => `  ${describe(change)} — ${describeHoldReason(reason)}`),
  `  npx rolecall approve ${community} ${shownDigest(digest)} --reason "…"${place}`,
  `  npx rolecall reject ${community} ${shownDigest(digest)} --reason "…"${place}`,
]

export const listHolds = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  positionals(given)
  const holds = await createHoldDesk(house).list()
  if (given.flag('json')) sayJson(terminal, holds)
  else if (holds.length === 0) say(terminal, 'Nothing is held.', 'green')
  else for (const hold of holds) say(terminal, holdLines(hold, samePlace(given)).join('\n'))
  return holds.some(({ state }) => state === 'waiting') ? exits.held : exits.nothing
}

/** The digest is demanded: a person consents to what they saw, not to what is held by now. */
const decisionFrom = async (given: Arguments, house: House): Promise<Decision> => {
  const { community: name, digest } = positionals(given, 'community', 'digest')
  const [reason, by] = [reasonFrom(given), deciderFrom(given, house)]
  // What is held outlives its community's place in the configuration, and can still be decided.
  const hold = await house.safety.hold(communityId(name))
  return { community: hold?.community ?? (await communityNamed(house, name)), digest, by, reason }
}

export const approve = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const decision = await decisionFrom(given, house)
  const approval = await createHoldDesk(house).approve(decision)
  const when = house.access.alone ? 'as soon as npm start runs' : 'within a minute'
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
