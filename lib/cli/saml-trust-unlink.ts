import { memberNamed } from '../provisioning/explain.ts'
import { type Arguments, positionals } from './arguments.ts'
import { deciderFrom, reasonFrom } from './decisions.ts'
import { type Exit, exits } from './exits.ts'
import { connectionFor, personFrom } from './people.ts'
import { stampOf } from './saml-trust-names.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

/** For a person whose account at the identity provider was made anew: the next login links it again. */
export const unlinkUser = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { user } = positionals(given, 'user')
  const [reason, by] = [reasonFrom(given), deciderFrom(given, house)]
  const connection = await connectionFor(given, house)
  const member = await memberNamed(house, { connection, subject: personFrom(user) })
  const login = await house.logins.login(connection, member.id)
  const linked = login?.identity !== undefined
  if (login !== undefined && linked) await house.logins.unlink(stampOf(house, connection, by), login, reason)
  if (given.flag('json')) sayJson(terminal, { connection, member: member.id, unlinked: linked })
  else if (linked)
    say(terminal, `Member ${member.id} is linked to no identity; the next login links one.`, 'green')
  else say(terminal, `Member ${member.id} is linked to no identity; there is nothing to do.`)
  return exits.nothing
}
