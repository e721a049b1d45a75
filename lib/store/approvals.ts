import { ConnectorError } from '../core/errors.ts'
import type { CommunityId } from '../core/ids.ts'
import type { ChangeId } from '../core/plan.ts'
import type { SafetyStore } from '../core/ports/safety.ts'
import type { Approval } from '../core/verdict.ts'
import { chunksBySize, chunksOf, collected, inParallel } from './batches.ts'
import { clearParts, holdRemoval, readHead } from './holds.ts'
import { approvalKey, approvalsPartition } from './keys.ts'
import { expiry, recordOf, withRecord } from './records.ts'
import type { Item, Table } from './table-client.ts'

type Consent = Omit<Approval, 'changes'>

const rowSize = 250 * 1024
const writesAtOnce = 8
/** A condition may hold 300 operators: `contains` and `AND` for each change. */
const usesPerUpdate = 100

const firstRow = '#0000'
const consentOf = ({ sk, at }: Item): string => `${sk.split('#')[0]} ${at}`

const openIn = (row: Item): readonly ChangeId[] => (row.open instanceof Set ? [...row.open] : [])

/**
 * Consents, in rows of change ids still open. The first row is written with the hold's end in one transaction, after the others, which count for
 * nothing without it. A use takes its ids out of the set on the condition that they are in it: each change is let
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
      const items = chunksBySize([...new Set(changes)].sort(), rowSize).map((open, part) => ({
        ...withRecord(approvalKey(consent.community, consent.digest, part), consent),
        open: new Set(open),
        at: consent.at,
        expiresAt: expiry(consent.expiresAt, 0),
      }))
      const [first, ...others] = items
      if (first === undefined) return 'stale'
      await inParallel(others, writesAtOnce, (item) => table.put(item))
      const result = await table.transact([...holdRemoval(head), { put: first }])
      if (result.kind === 'cancelled') return 'stale'
      await clearParts(table, head)
      return 'approved'
    },

    approvals: async (community, now) => {
      const open = new Map<string, Approval>()
      const rows = await rowsOf(community)
      const given = new Set(rows.filter(({ sk }) => sk.endsWith(firstRow)).map(consentOf))
      for (const row of rows.filter((one) => given.has(consentOf(one)))) {
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
