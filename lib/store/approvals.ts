import { ConnectorError } from '../core/errors.ts'
import type { CommunityId } from '../core/ids.ts'
import type { ChangeId } from '../core/plan.ts'
import type { SafetyStore } from '../core/ports/safety.ts'
import type { Approval } from '../core/verdict.ts'
import { chunksBySize, chunksOf, collected } from './batches.ts'
import { holdRemoval, readHead } from './holds.ts'
import { approvalKey, approvalsPartition } from './keys.ts'
import { expiry, recordOf, withRecord } from './records.ts'
import type { Item, Table } from './table-client.ts'

type Consent = Omit<Approval, 'changes'>

const rowSize = 250 * 1024
/** With the hold's own items, what one transaction takes (25 items). */
const maximumRows = 13
/** A condition may hold 300 operators: `contains` and `AND` for each change. */
const usesPerUpdate = 100

const openIn = (row: Item): readonly ChangeId[] => (row.open instanceof Set ? [...row.open] : [])

/**
 * Consents, in rows of change ids still open. A use takes its ids out of the set on the condition that they are in it: each change is let
 * through once, whoever asks at the same time.
 */
export const createApprovals = (table: Table): Pick<SafetyStore, 'approve' | 'approvals' | 'useApproval'> => {
  const rowsOf = (community: CommunityId, digest = ''): Promise<readonly Item[]> =>
    collected(table.queryAll({ pk: approvalsPartition(community), beginsWith: digest }))

  const use = async (row: Item, changes: readonly ChangeId[]): Promise<void> => {
    const values = Object.fromEntries(changes.map((change, n) => [`:c${n}`, change]))
    // A transaction, because it may be repeated after an unknown end: consent is not lost to a missing answer.
    const result = await table.transact([
      {
        update: row,
        expression: 'DELETE #open :used',
        condition: ['#at = :at', ...Object.keys(values).map((name) => `contains(#open, ${name})`)].join(
          ' AND ',
        ),
        names: { '#open': 'open', '#at': 'at' },
        values: { ...values, ':used': new Set(changes), ':at': row.at },
      },
    ])
    if (result.kind === 'cancelled') throw usedAlready(recordOf<Consent>(row))
  }

  return {
    approve: async ({ changes, ...consent }) => {
      const head = await readHead(table, consent.community)
      if (head?.digest !== consent.digest) return 'stale'
      const rows = chunksBySize([...new Set(changes)].sort(), rowSize)
      if (rows.length > maximumRows)
        throw new ConnectorError(
          'payloadTooLarge',
          `${changes.length} changes are more than one approval can keep`,
        )
      const result = await table.transact([
        ...holdRemoval(head),
        ...rows.map((open, part) => ({
          put: {
            ...withRecord(approvalKey(consent.community, consent.digest, part), consent),
            open: new Set(open),
            at: consent.at,
            expiresAt: expiry(consent.expiresAt, 0),
          },
        })),
      ])
      return result.kind === 'done' ? 'approved' : 'stale'
    },

    approvals: async (community, now) => {
      const open = new Map<string, Approval>()
      for (const row of await rowsOf(community)) {
        const consent = recordOf<Consent>(row)
        const changes = openIn(row)
        if (consent.expiresAt <= now || changes.length === 0) continue
        const before = open.get(consent.digest)?.changes ?? []
        open.set(consent.digest, { ...consent, changes: [...before, ...changes].sort() })
      }
      return [...open.values()]
    },

    useApproval: async (approval, changes) => {
      const rows = await rowsOf(approval.community, approval.digest)
      const current = rows.filter((row) => row.at === approval.at)
      const wanted = new Set(changes)
      const open = new Set(current.flatMap(openIn))
      if (![...wanted].every((change) => open.has(change))) throw usedAlready(approval)
      for (const row of current) {
        const here = openIn(row).filter((change) => wanted.has(change))
        for (const some of chunksOf(here, usesPerUpdate)) await use(row, some)
      }
    },
  }
}

const usedAlready = ({ digest }: Consent): ConnectorError =>
  new ConnectorError(
    'storeConflict',
    `the approval of ${digest.slice(0, 12)} was used, replaced or never given for some of these changes: judge again`,
  )
