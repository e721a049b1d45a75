import { explanationText } from '../core/explanation-text.ts'
import { type ConnectionId, roleId } from '../core/ids.ts'
import { type ExplainQuestion, explainMember, type MemberExplanation } from '../provisioning/explain.ts'
import { type Arguments, positionals, usageError } from './arguments.ts'
import { type Exit, exits } from './exits.ts'
import { communityNamed } from './names.ts'
import { connectionFor, personFrom } from './people.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

/** `--role COMMUNITY/ROLE`, or `--role ROLE --community COMMUNITY`. */
const questionFrom = async (given: Arguments, house: House): Promise<ExplainQuestion | undefined> => {
  const [role, apart] = [given.text('role'), given.text('community')]
  if (role === undefined) {
    if (apart !== undefined) throw usageError('--community goes with --role ROLE')
    return undefined
  }
  const [first = '', ...rest] = role.split('/')
  const [community, name] = apart === undefined ? [first, rest.join('/')] : [apart, role]
  if (!community || !name || name.includes('/'))
    throw usageError(
      '--role is written COMMUNITY/ROLE, such as demo-soc/analyst, or ROLE beside --community COMMUNITY',
    )
  return { community: await communityNamed(house, community), role: roleId(name) }
}

const explanationLines = (
  { id, formerName, trailBegins, communities }: MemberExplanation,
  connection: ConnectionId,
): readonly string[] => [
  ...(formerName === true ? [`Member ${id} of ${connection} had that userName before a rename.`] : []),
  ...(communities.length === 0
    ? [`Member ${id} of ${connection}: no rule matches, and nothing is owned for them.`]
    : communities.map(explanationText)),
  ...(trailBegins === undefined
    ? []
    : [`The audit trail of this person begins ${trailBegins}: the requests before are kept no longer.`]),
]

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
