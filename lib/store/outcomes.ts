import type { OutcomeStore } from '../core/ports/ownership.ts'
import type { Outcome } from '../core/work.ts'
import { collected } from './batches.ts'
import { outcomeKey, standingPartition } from './keys.ts'
import { recordOf, withRecord } from './records.ts'
import type { Table } from './table-client.ts'

const outcomePrefix = 'R#'

/** The latest outcome per member and community: a worker that was overtaken does not overwrite a later one. */
export const createOutcomeStore = (table: Table): OutcomeStore => ({
  saveOutcome: async (outcome) => {
    const key = outcomeKey(outcome.connection, outcome.member, outcome.community)
    await table.put(
      { ...withRecord(key, outcome), at: outcome.at },
      {
        expression: 'attribute_not_exists(#pk) OR #at <= :at',
        names: { '#pk': 'pk', '#at': 'at' },
        values: { ':at': outcome.at },
      },
    )
  },
  outcomesOf: (connection, member) =>
    collected(
      table.queryAll({ pk: standingPartition(connection, member), beginsWith: outcomePrefix }),
      (item) => recordOf<Outcome>(item),
    ),
})
