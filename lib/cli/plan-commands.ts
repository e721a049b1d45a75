import type { CommunityId } from '../core/ids.ts'
import { planMarkdown, planText } from '../core/plan-text.ts'
import type { PlanFate, StoredPlan } from '../core/ports/runs.ts'
import { createPlanDesk, type ListedPlan } from '../provisioning/plan-desk.ts'
import { type Preview, previewPlan } from '../provisioning/preview.ts'
import { type Arguments, positionals, usageError } from './arguments.ts'
import { type Exit, exitFor, exits } from './exits.ts'
import { communityNamed } from './names.ts'
import { samePlace } from './place.ts'
import { readingOn } from './progress.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

export const numberFrom = (text: string, of: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw usageError(`${of} must be the number of a stored plan`)
  return Number(text)
}

export const fateText = ({ state, at, applied, failed }: PlanFate): string => {
  switch (state) {
    case 'asked':
      return `asked for since ${at}${applied === 0 ? '' : `, ${applied} done so far`}`
    case 'applied':
      return `carried out ${at}: ${applied} change(s)`
    case 'refused':
      return `refused ${at}: something has moved on`
    case 'failed':
      return `carried out in part ${at}: ${applied} change(s), ${failed} failed`
  }
}

/** Everything a stored plan was made from, so that two of them can be told apart. */
const inputsOf = ({ number, at, plan }: StoredPlan): string =>
  `Plan ${number} of ${at}: configuration ${plan.configuration}, directory ${plan.directoryAt}, platform ${plan.snapshotAt}`

const shown = (given: Arguments, { plan, verdict }: Preview): string =>
  given.flag('markdown') ? planMarkdown(plan, verdict) : planText(plan, verdict)

const showStored = async (
  given: Arguments,
  terminal: Terminal,
  house: House,
  community: CommunityId,
): Promise<Exit> => {
  const desk = createPlanDesk(house)
  const stored = await desk.stored(community, numberFrom(given.text('number') ?? '', '--number'))
  const fate = await desk.fate(community, stored.number)
  if (given.flag('json')) sayJson(terminal, { ...stored, ...(fate === undefined ? {} : { fate }) })
  else {
    const head = [inputsOf(stored), ...(fate === undefined ? [] : [`${fateText(fate)}.`])].join('; ')
    say(
      terminal,
      given.flag('markdown') ? `${shown(given, stored)}\n\n${head}` : `${head}\n${shown(given, stored)}`,
    )
  }
  return exitFor([stored.verdict])
}

/** What a reconciliation would do now, or what a stored plan says. */
export const showPlan = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { community: name } = positionals(given, 'community')
  const community = await communityNamed(house, name)
  const save = given.flag('save')
  if (given.text('number') !== undefined) {
    if (save)
      throw usageError('--number shows a plan that is stored, --save stores a new one: only one of them')
    return await showStored(given, terminal, house, community)
  }
  const preview = await previewPlan({ ...house, told: readingOn(terminal, given) }, community)
  const number = save ? await createPlanDesk(house).save(preview) : undefined
  const { plan, verdict } = preview
  if (given.flag('json')) sayJson(terminal, { ...(number === undefined ? {} : { number }), plan, verdict })
  else say(terminal, shown(given, preview))
  if (number !== undefined && !given.flag('json'))
    say(
      terminal,
      `\nStored as plan ${number}; carry out exactly this: npx rolecall apply ${community} ${number} --reason "…"${samePlace(given)}`,
    )
  return exitFor([verdict])
}

const row = ({ number, at, configuration, scope, changes, allowed, held, fate }: ListedPlan): string =>
  [
    String(number).padStart(6),
    at,
    `configuration ${configuration}`,
    `${changes} change(s): ${allowed} to do, ${held} held`,
    ...(scope === 'community' ? [] : ['part of the community']),
    ...(fate === undefined ? [] : [fateText(fate)]),
  ].join('  ')

export const listPlans = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { community: name } = positionals(given, 'community')
  const community = await communityNamed(house, name)
  const plans = await createPlanDesk(house).list(community)
  if (given.flag('json')) sayJson(terminal, plans)
  else if (plans.length === 0)
    say(terminal, `No plan is stored; make one: npx rolecall plan ${community} --save${samePlace(given)}`)
  else say(terminal, plans.map(row).join('\n'))
  return exits.nothing
}
