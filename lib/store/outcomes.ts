import {
  isOpen,
  type OpenOutcomes,
  type OutcomeStore,
  type OutcomesChecked,
} from '../core/ports/ownership.ts'
import type { Outcome } from '../core/work.ts'
import { collected } from './batches.ts'
import {
  openOutcomeKey,
  openOutcomesPartition,
  outcomeKey,
  outcomesCheckedKey,
  standingPartition,
} from './keys.ts'
import { recordOf, withRecord } from './records.ts'
import type { Condition, Item, Table } from './table-client.ts'

const outcomePrefix = 'R#'

const notLater = (at: Outcome['at']): Condition => ({
  expression: 'attribute_not_exists(#pk) OR #at <= :at',
  names: { '#pk': 'pk', '#at': 'at' },
  values: { ':at': at },
})

/** The latest outcome per member and community: a worker that was overtaken does not overwrite a later one. */
export const createOutcomeStore = (table: Table): OutcomeStore => ({
  saveOutcome: async (outcome) => {
    const { community, connection, member, state, detail, at } = outcome
    const put = (item: Item) => table.put({ ...item, at }, notLater(at))
    // Listed first: stopped in between, somebody is looked up once too often, and never forgotten.
    if (isOpen(outcome))
      await put(
        withRecord(openOutcomeKey(community, connection, member), { connection, member, state, detail }),
      )
    await put(withRecord(outcomeKey(connection, member, community), outcome))
  },
  outcomesOf: (connection, member) =>
    collected(
      table.queryAll({ pk: standingPartition(connection, member), beginsWith: outcomePrefix }),
      (item) => recordOf<Outcome>(item),
    ),
  openOutcomes: async (community) => {
    const items = await collected(table.queryAll({ pk: openOutcomesPartition(community) }), (item) => item)
    const mark = outcomesCheckedKey(community).sk
    const checked = items.find(({ sk }) => sk === mark)
    return {
      open: items.filter(({ sk }) => sk !== mark).map((item) => recordOf<OpenOutcomes['open'][number]>(item)),
      ...(checked === undefined ? {} : { checked: recordOf<OutcomesChecked>(checked) }),
    }
  },
  closeOutcome: async ({ community, connection, member, at }) => {
    await table.delete(openOutcomeKey(community, connection, member), notLater(at))
  },
  markChecked: async (community, checked) => {
    await table.put(withRecord(outcomesCheckedKey(community), checked))
  },
})
