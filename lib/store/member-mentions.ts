import { dayOf } from '../core/mentions.ts'
import type { DirectoryMentions } from '../core/ports/directory.ts'
import { memberKey } from './keys.ts'
import type { Table } from './table-client.ts'

/**
 * Beside the record, which is not written: no version moves, and a writer that read the member before goes on. At most one write a day and member:
 * whoever comes second on a day fails the condition.
 */
export const createMentions = (table: Table): DirectoryMentions => ({
  mention: async ({ connection, id }, at) => {
    await table.update(memberKey(connection, id), {
      expression: 'SET #mentioned = :at',
      condition: 'attribute_exists(#pk) AND (attribute_not_exists(#mentioned) OR #mentioned < :day)',
      names: { '#pk': 'pk', '#mentioned': 'mentionedAt' },
      values: { ':at': at, ':day': dayOf(at) },
    })
  },
})
