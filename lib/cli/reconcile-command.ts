import { createReconciliation } from '../provisioning/reconcile.ts'
import { type Arguments, positionals } from './arguments.ts'
import { type Exit, exits } from './exits.ts'
import { communityNamed } from './names.ts'
import { say, sayJson, type Terminal } from './terminal.ts'
import type { House } from './wiring.ts'

export const reconcileNow = async (given: Arguments, terminal: Terminal, house: House): Promise<Exit> => {
  const { community } = positionals(given, 'community')
  const asked = await createReconciliation(house).request(await communityNamed(house, community))
  const when = house.access.alone ? 'as soon as npm start runs' : 'within a minute'
  if (given.flag('json')) sayJson(terminal, { asked })
  else say(terminal, `${asked.join(', ')} will be compared ${when}.`, 'green')
  return exits.nothing
}
