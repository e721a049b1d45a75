import { ConnectorError } from '../../core/errors.ts'
import { type GroupMemberId, groupId, memberId } from '../../core/ids.ts'
import type { Group, GroupMember } from '../../core/member.ts'
import type { Exchange, Operation } from '../exchange.ts'
import { fittingTexts, listAnswer } from '../lists/answers.ts'
import { cursorCount, onlyOnce } from '../lists/query.ts'
import { type Members, renderMembership } from '../rendering.ts'
import { isUuid } from '../resources.ts'

/** Beyond this a group's answers leave the list out and say where to page it. */
export const maximumInline = 1_000

/** The members of a group as far as an answer carries them; never more than one page is read. */
export const readMembers = async ({ directory, request }: Exchange, group: Group): Promise<Members> => {
  if (group.memberCount === 0) return { kind: 'inline', list: [] }
  if (group.memberCount > maximumInline) return { kind: 'tooMany' }
  const list: GroupMember[] = []
  let after: GroupMemberId | undefined
  do {
    const wanted = maximumInline + 1 - list.length
    const page = await directory.membersOf(request.connection, group.id, wanted, after)
    list.push(...page.items)
    after = page.next
  } while (after !== undefined && list.length <= maximumInline)
  return list.length > maximumInline ? { kind: 'tooMany' } : { kind: 'inline', list }
}

/** Members page by page, in id order: joins and leaves in between neither repeat nor skip anybody. */
export const listGroupMembers: Operation = async (exchange, id) => {
  const { directory, request, cursors } = exchange
  const group = isUuid(id) ? await directory.group(request.connection, groupId(id)) : undefined
  if (group === undefined) throw new ConnectorError('notFound', 'no Group has this id')
  for (const name of ['filter', 'sortBy', 'startIndex'])
    if (request.query.has(name))
      throw new ConnectorError(
        'invalidValue',
        `${name}: the members of a group are paged by cursor and count only`,
        {
          field: name,
        },
      )
  onlyOnce(request.query)
  const count = cursorCount(request.query)
  const bound = JSON.stringify(['members', group.id])
  const cursor = request.query.get('cursor') ?? ''
  const after = cursor === '' ? undefined : memberId(cursors.open(bound, cursor).id)
  const page = await directory.membersOf(request.connection, group.id, count, after)
  const texts = fittingTexts(page.items.map((each) => renderMembership(request.baseUrl, each)))
  const next = page.next && cursors.seal(bound, { type: 'members', id: page.next })
  // The counter still counts whoever was deleted until their rows are gone; a page that holds everybody counts for itself.
  const isAll = after === undefined && page.next === undefined
  return listAnswer(texts, { totalResults: isAll ? page.items.length : group.memberCount, nextCursor: next })
}
