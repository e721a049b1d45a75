import { type ConnectionId, memberId } from '../core/ids.ts'
import type { ExplainRequest } from '../provisioning/explain.ts'
import { type Arguments, usageError } from './arguments.ts'
import { connectionNamed } from './names.ts'
import type { House } from './wiring.ts'

export const connectionFor = async (given: Arguments, house: House): Promise<ConnectionId> => {
  const wanted = given.text('connection')
  if (wanted !== undefined) return await connectionNamed(house, wanted)
  const { connections } = await house.configuration()
  const [only, ...more] = connections
  if (only !== undefined && more.length === 0) return only.id
  throw usageError(`--connection is missing: one of ${connections.map(({ id }) => id).join(', ')}`)
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** As typed: an id, or a userName. */
export const personFrom = (user: string): ExplainRequest['subject'] =>
  uuid.test(user) ? { by: 'id', id: memberId(user.toLowerCase()) } : { by: 'userName', userName: user }
