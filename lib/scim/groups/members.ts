import { ConnectorError } from '../../core/errors.ts'
import { type GroupMemberId, memberId } from '../../core/ids.ts'
import type { Group, GroupMember } from '../../core/member.ts'
import type { Exchange, Operation } from '../exchange.ts'
import { isUuid } from '../filter/plan.ts'
import { countOf, listResponse } from '../paging.ts'
import { type Members, renderMembership } from '../resources.ts'
import { existing } from './existing.ts'

/** Beyond this a group's answers leave the list out and say where to page it. */
export const maximumInline = 1_000

/** The members of a group as far as an answer carries them; never more than one page is read. */
export const readMembers = async ({ directory, request }: Exchange, group: Group): Promise<Members> => {
  if (group.memberCount > maximumInline) return { kind: 'tooMany' }
  const list: GroupMember[] = []
  let after: GroupMemberId | undefined
  do {
    const page = await directory.membersOf(
      request.connection,
      group.id,
      maximumInline + 1 - list.length,
      after,
    )
    list.push(...page.items)
    after = page.next
  } while (after !== undefined && list.length <= maximumInline)
  return list.length > maximumInline ? { kind: 'tooMany' } : { kind: 'inline', list }
}

/**
 * Members page by page, in id order. A cursor is the last id of the page before (so that joins and leaves in between neither repeat nor skip
 * anybody); it grants nothing, since each page is authorised by its own request.
 */
export const listGroupMembers: Operation = async (exchange, id) => {
  const { directory, request } = exchange
  const group = await existing(exchange, id)
  if (request.query.has('filter') || request.query.has('startIndex'))
    throw new ConnectorError('invalidValue', 'the members of a group are paged by cursor and count only')
  const cursor = cursorOf(request.query)
  const count = countOf(request.query)
  const page =
    count === 0 ? { items: [] } : await directory.membersOf(request.connection, group.id, count, cursor)
  const resources = page.items.map((each) => renderMembership(request.baseUrl, each))
  const next: Record<string, string> = page.next === undefined ? {} : { nextCursor: encode(page.next) }
  return { status: 200, body: listResponse(group.memberCount, undefined, resources, next) }
}

const encode = (id: GroupMemberId): string => Buffer.from(id).toString('base64url')

const cursorOf = (query: URLSearchParams): GroupMemberId | undefined => {
  const text = query.get('cursor')
  if (text === null || text === '') return undefined
  const id = Buffer.from(text, 'base64url').toString()
  if (!isUuid(id)) throw new ConnectorError('invalidValue', 'cursor: is none of ours', { field: 'cursor' })
  return memberId(id)
}
