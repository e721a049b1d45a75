import { describe } from '../core/describe.ts'
import { isConnectorError } from '../core/errors.ts'
import type { CommunityId } from '../core/ids.ts'
import type { PlanFate, StoredPlan } from '../core/ports/runs.ts'
import { createPlanDesk } from '../provisioning/plan-desk.ts'
import { type Arguments, positionals } from './arguments.ts'
import { deciderFrom, reasonFrom } from './decisions.ts'
import { type Exit, exits } from './exits.ts'
import { communityNamed } from './names.ts'
import { samePlace } from './place.ts'
import { fateText, numberFrom } from './plan-commands.ts'
import { type Progress, progressOn } from './progress.ts'
import { complain, say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

/** Seconds. Without a word of it for so long nobody waits any longer; the wish stays. */
const [askEvery, patience] = [0.5, 15 * 60]

/** The wish is stored: that nobody answers just now is no failure of it. */
const unlessSilent = async (terminal: Terminal, wait: () => Promise<PlanFate>, last: PlanFate) => {
  try {
    return await wait()
  } catch (error) {
    if (!isConnectorError(error, 'storeUnavailable', 'storeThrottled')) throw error
    complain(terminal, 'warning', error.message)
    return last
  }
}

const ended = async (
  house: House,
  {
    community,
    number,
    total,
  }: { readonly community: CommunityId; readonly number: number; readonly total: number },
  first: PlanFate,
  progress: Progress,
): Promise<PlanFate> => {
  let [fate, quiet] = [first, 0]
  while (fate.state === 'asked' && quiet < patience) {
    progress(`carrying out plan ${number} of ${community}`, fate.applied, total)
    await house.clock.sleep(askEvery)
    const next = (await house.runs.fate(community, number)) ?? fate
    quiet = next.applied === fate.applied ? quiet + askEvery : 0
    fate = next
  }
  return fate
}

/** The trail names changes by their ids; who reads it here may see whom they are about. */
const inWords = ({ plan }: StoredPlan, line: string): string => {
  const change = plan.changes.find(({ id }) => line.startsWith(`${id}: `))
  return change === undefined ? line : `${describe(change)} — ${line.slice(change.id.length + 2)}`
}

const notYet = (
  given: Arguments,
  { number, plan: { community } }: StoredPlan,
  fate: PlanFate,
  alone: boolean,
) => {
  const soon = alone ? ', and is carried out as soon as npm start runs' : ''
  const look = `npx rolecall plans ${community}${samePlace(given)}`
  return `Not yet: plan ${number} of ${community} is ${fateText(fate)}${soon}; how it went says ${look}`
}

const sentence = (
  { number, plan: { community } }: StoredPlan,
  fate: PlanFate,
  state: Exclude<PlanFate['state'], 'asked'>,
): string => {
  const name = `plan ${number} of ${community}`
  const before = fate.applied === 0 ? 'nothing of it was done' : `${fate.applied} change(s) were done before`
  switch (state) {
    case 'applied':
      return `Carried out ${name}: ${fate.applied} change(s), ${fate.at}.`
    case 'refused':
      return `${name} no longer fits, and ${before}`
    case 'failed':
      return `of ${name} ${fate.applied} change(s) were carried out, and ${fate.failed} were not`
  }
}

type Told = { readonly given: Arguments; readonly terminal: Terminal; readonly alone: boolean }

const tell = ({ given, terminal, alone }: Told, stored: StoredPlan, fate: PlanFate): Exit => {
  const json = given.flag('json')
  if (json) sayJson(terminal, fate)
  switch (fate.state) {
    case 'asked':
      if (!json) say(terminal, notYet(given, stored, fate, alone))
      return exits.pending
    case 'applied':
      if (!json) say(terminal, sentence(stored, fate, fate.state), 'green')
      return exits.nothing
    case 'refused':
    case 'failed': {
      const why = fate.why.map((line) => `\n  ${inWords(stored, line)}`).join('')
      const next = `npx rolecall plan ${stored.plan.community} --save${samePlace(given)}`
      complain(
        terminal,
        'error',
        `${sentence(stored, fate, fate.state)}:${why}\nSee what is to be done now: ${next}`,
      )
      return exits.error
    }
  }
}

/** Exactly the stored plan, carried out by the worker; waits until it says what became of it. */
export const applyPlan = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { community: name, number: text } = positionals(given, 'community', 'number')
  const [reason, by, number] = [reasonFrom(given), deciderFrom(given, house), numberFrom(text, 'number')]
  const community = await communityNamed(house, name)
  const desk = createPlanDesk(house)
  const stored = await desk.stored(community, number)
  const asked = await desk.ask({ community, number, by, reason })
  const { alone } = house.access
  const told = { given, terminal, alone }
  // Nobody is there to take it up while this runs.
  if (alone) return tell(told, stored, asked)
  const wish = { community, number, total: stored.verdict.allowed.length }
  const progress = progressOn(terminal, given)
  return tell(told, stored, await unlessSilent(terminal, () => ended(house, wish, asked, progress), asked))
}
