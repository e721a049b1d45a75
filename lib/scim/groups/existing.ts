import { ConnectorError } from '../../core/errors.ts'
import { groupId } from '../../core/ids.ts'
import type { Group } from '../../core/member.ts'
import type { Exchange } from '../exchange.ts'
import { isUuid } from '../filter/plan.ts'

/** The live group, or `notFound`. */
export const existing = async ({ directory, request }: Exchange, id: string): Promise<Group> => {
  const group = isUuid(id) ? await directory.group(request.connection, groupId(id)) : undefined
  if (group === undefined) throw new ConnectorError('notFound', 'no Group has this id')
  return group
}
