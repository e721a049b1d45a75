import { describe } from '../core/describe.ts'
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

const sentence = ({ number, plan: { community } }: StoredPlan, fate: PlanFate): string => {
  const name = `plan ${number} of ${community}`
  const before = fate.applied === 0 ? 'nothing of it was done' : `${fate.applied} change(s) were done before`
  switch (fate.state) {
    case 'applied':
      return `Carried out ${name}: ${fate.applied} change(s), ${fate.at}.`
    case 'asked':
      return `${name} is ${fateText(fate)}; npx rolecall plans ${community} says when it is done`
    case 'refused':
      return `${name} no longer fits, and ${before}`
    case 'failed':
      return `of ${name} ${fate.applied} change(s) were carried out, and ${fate.failed} were not`
  }
}

const tell = (terminal: Terminal, given: Arguments, stored: StoredPlan, fate: PlanFate): Exit => {
  if (given.flag('json')) sayJson(terminal, fate)
  const text = sentence(stored, fate)
  if (fate.state === 'applied') {
    if (!given.flag('json')) say(terminal, text, 'green')
    return exits.nothing
  }
  if (fate.state === 'asked') {
    if (!given.flag('json')) say(terminal, `Not yet: ${text}${samePlace(given)}.`)
    return exits.pending
  }
  const why = fate.why.map((line) => `\n  ${inWords(stored, line)}`).join('')
  const next = `npx rolecall plan ${stored.plan.community} --save${samePlace(given)}`
  complain(terminal, 'error', `${text}:${why}\nSee what is to be done now: ${next}`)
  return exits.error
}

/** Exactly the stored plan, carried out by the worker; waits until it says what became of it. */
export const applyPlan = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { community: name, number: text } = positionals(given, 'community', 'number')
  const [reason, by, number] = [reasonFrom(given), deciderFrom(given, house), numberFrom(text, 'number')]
  const community = await communityNamed(house, name)
  const desk = createPlanDesk(house)
  const stored = await desk.stored(community, number)
  const asked = await desk.ask({ community, number, by, reason })
  // Nobody is there to take it up while this runs.
  if (house.access.alone) return tell(terminal, given, stored, asked)
  const total = stored.verdict.allowed.length
  const fate = await ended(house, { community, number, total }, asked, progressOn(terminal, given))
  return tell(terminal, given, stored, fate)
}
