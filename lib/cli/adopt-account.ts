import { type Adoption, createAdoptionDesk } from '../provisioning/adoption.ts'
import type { AdoptionRequest } from '../provisioning/adoption-search.ts'
import { type Arguments, positionals } from './arguments.ts'
import { deciderFrom, reasonFrom } from './decisions.ts'
import { type Exit, exits } from './exits.ts'
import { communityNamed } from './names.ts'
import { connectionFor, personFrom } from './people.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

const list = (names: readonly string[]): string => names.join(', ')

const standingOf = ({ administrator, protected: kept, departed, status }: Adoption): string =>
  [
    status,
    ...(administrator ? ['administrator'] : []),
    ...(kept ? ['protected'] : []),
    ...(departed ? ['their identity provider says they left: access will be taken'] : []),
  ].join(', ')

const linesOf = (one: Adoption): readonly string[] => [
  `Account ${one.account} (${one.email}) in ${one.community}: ${standingOf(one)}`,
  `  becomes the account of member ${one.member} of ${one.connection}${one.owned ? ', which it is already' : ''}`,
  ...(one.from === undefined
    ? []
    : [`  taken over from member ${one.from.member} of ${one.from.connection}, who left`]),
  ...(one.takes.length === 0 ? [] : [`  takes over ${list(one.takes)}`]),
  ...(one.loses.length === 0
    ? []
    : [`  of these no rule grants ${list(one.loses)}: taken away, as the safety settings allow`]),
  ...(one.leaves.length === 0 ? [] : [`  left as it is, unmanaged: ${list(one.leaves)}`]),
]

/** Without `--yes` it is shown only: a person consents to what they saw. */
export const adoptAccount = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { community, user } = positionals(given, 'community', 'user')
  const [reason, by] = [reasonFrom(given), deciderFrom(given, house)]
  const request: AdoptionRequest = {
    community: await communityNamed(house, community),
    connection: await connectionFor(given, house),
    subject: personFrom(user),
    roles: given.flag('roles'),
  }
  const desk = createAdoptionDesk(house)
  const [json, yes] = [given.flag('json'), given.flag('yes')]
  const adoption = yes ? await desk.adopt({ ...request, by, reason }) : await desk.show(request)
  const idle = adoption.owned && adoption.takes.length === 0
  if (json) sayJson(terminal, { ...adoption, adopted: yes && !idle })
  else {
    say(terminal, linesOf(adoption).join('\n'))
    if (idle) say(terminal, 'It is ours already; there is nothing to do.', 'green')
    else if (yes) say(terminal, 'Adopted; the member is looked at next.', 'green')
    else say(terminal, 'Nothing was written; the same command with --yes does it.')
  }
  return yes || idle ? exits.nothing : exits.pending
}
