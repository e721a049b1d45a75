import { pastText } from '../core/explain-past-text.ts'
import { explanationText } from '../core/explanation-text.ts'
import { type ConnectionId, type Instant, roleId } from '../core/ids.ts'
import { type ExplainQuestion, explainMember, type MemberExplanation } from '../provisioning/explain.ts'
import { explainMemberPast, type MemberPast } from '../provisioning/explain-past.ts'
import { type Arguments, positionals, usageError } from './arguments.ts'
import { type Exit, exits } from './exits.ts'
import { momentFrom } from './moments.ts'
import { communityNamed } from './names.ts'
import { connectionFor, personFrom } from './people.ts'
import { progressOn } from './progress.ts'
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

const beginningLines = (trailBegins: Instant | undefined): readonly string[] =>
  trailBegins === undefined
    ? []
    : [`The audit trail of this person begins ${trailBegins}: the requests before are kept no longer.`]

const nameLines = (
  { id, formerName }: { readonly id: string; readonly formerName?: true },
  connection: ConnectionId,
): readonly string[] =>
  formerName === true ? [`Member ${id} of ${connection} had that userName before a rename.`] : []

const explanationLines = (explained: MemberExplanation, connection: ConnectionId): readonly string[] => [
  ...nameLines(explained, connection),
  ...(explained.communities.length === 0
    ? [`Member ${explained.id} of ${connection}: no rule matches, and nothing is owned for them.`]
    : explained.communities.map(explanationText)),
  ...beginningLines(explained.trailBegins),
]

const pastLines = (past: MemberPast): readonly string[] => [
  ...nameLines({ id: past.member, ...past }, past.connection),
  pastText(past),
  past.noConfiguration === undefined
    ? `By configuration ${past.configuration}, current since ${past.configurationSince}.`
    : `No rule was asked: ${past.noConfiguration}.`,
  ...(past.communities.length === 0 ? ['No roles, and no rule that wanted any.'] : []),
  ...beginningLines(past.trailBegins),
]

type Asked = Parameters<typeof explainMember>[1]

const explainNow = async (asked: Asked, given: Arguments, terminal: Terminal, house: House) => {
  const explained = await explainMember(house, asked)
  if (given.flag('json')) sayJson(terminal, explained)
  else say(terminal, explanationLines(explained, asked.connection).join('\n'))
}

const explainThen = async (at: Instant, asked: Asked, given: Arguments, terminal: Terminal, house: House) => {
  const progress = progressOn(terminal, given)
  let read = 0
  const past = await explainMemberPast(house, { ...asked, at }, (entries) => {
    read += entries
    progress('audit trail', read)
  })
  if (given.flag('json')) sayJson(terminal, past)
  else say(terminal, pastLines(past).join('\n'))
}

export const explainUser = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { user } = positionals(given, 'user')
  const connection = await connectionFor(given, house)
  const question = await questionFrom(given, house)
  const asked: Asked = {
    connection,
    subject: personFrom(user),
    ...(question === undefined ? {} : { question }),
  }
  const at = given.text('at')
  if (at === undefined) await explainNow(asked, given, terminal, house)
  else await explainThen(momentFrom(at, house.clock.now()), asked, given, terminal, house)
  return exits.nothing
}
