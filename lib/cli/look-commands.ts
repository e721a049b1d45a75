import { explanationText } from '../core/explanation-text.ts'
import { type ConnectionId, memberId, roleId } from '../core/ids.ts'
import { planMarkdown, planText } from '../core/plan-text.ts'
import {
  type ExplainQuestion,
  type ExplainRequest,
  explainMember,
  type MemberExplanation,
} from '../provisioning/explain.ts'
import { previewPlan } from '../provisioning/preview.ts'
import { createReconciliation } from '../provisioning/reconcile.ts'
import { type Arguments, positionals, usageError } from './arguments.ts'
import { type Exit, exitFor, exits } from './exits.ts'
import { communityNamed, connectionNamed } from './names.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

export const showPlan = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { community } = positionals(given, 'community')
  const { plan, verdict } = await previewPlan(house, await communityNamed(house, community))
  if (given.flag('json')) sayJson(terminal, { plan, verdict })
  else say(terminal, given.flag('markdown') ? planMarkdown(plan, verdict) : planText(plan, verdict))
  return exitFor([verdict])
}

export const connectionFor = async (given: Arguments, house: House): Promise<ConnectionId> => {
  const wanted = given.text('connection')
  if (wanted !== undefined) return await connectionNamed(house, wanted)
  const { connections } = await house.configuration()
  const [only, ...more] = connections
  if (only !== undefined && more.length === 0) return only.id
  throw usageError(`--connection is missing: one of ${connections.map(({ id }) => id).join(', ')}`)
}

const questionFrom = async (given: Arguments, house: House): Promise<ExplainQuestion | undefined> => {
  const role = given.text('role')
  if (role === undefined) return undefined
  const [community, name, ...rest] = role.split('/')
  if (!community || !name || rest.length > 0)
    throw usageError('--role is written COMMUNITY/ROLE, such as demo-soc/analyst')
  return { community: await communityNamed(house, community), role: roleId(name) }
}

const explanationLines = (
  { id, formerName, communities }: MemberExplanation,
  connection: ConnectionId,
): readonly string[] => [
  ...(formerName === true ? [`Member ${id} of ${connection} had that userName before a rename.`] : []),
  ...(communities.length === 0
    ? [`Member ${id} of ${connection}: no rule matches, and nothing is owned for them.`]
    : communities.map(explanationText)),
]

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** As typed: an id, or a userName. */
export const personFrom = (user: string): ExplainRequest['subject'] =>
  uuid.test(user) ? { by: 'id', id: memberId(user.toLowerCase()) } : { by: 'userName', userName: user }

export const explainUser = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { user } = positionals(given, 'user')
  const connection = await connectionFor(given, house)
  const question = await questionFrom(given, house)
  const explained = await explainMember(house, {
    connection,
    subject: personFrom(user),
    ...(question === undefined ? {} : { question }),
  })
  if (given.flag('json')) sayJson(terminal, explained)
  else say(terminal, explanationLines(explained, connection).join('\n'))
  return exits.nothing
}

export const reconcileNow = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { community } = positionals(given, 'community')
  const asked = await createReconciliation(house).request(await communityNamed(house, community))
  const when = house.access.alone ? 'as soon as npm start runs' : 'within a minute'
  if (given.flag('json')) sayJson(terminal, { asked })
  else say(terminal, `${asked.join(', ')} will be compared ${when}.`, 'green')
  return exits.nothing
}
