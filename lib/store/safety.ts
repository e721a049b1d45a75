import type { SafetyStore } from '../core/ports/safety.ts'
import { createApprovals } from './approvals.ts'
import { createHolds } from './holds.ts'
import { createRemovals } from './removals.ts'
import type { Table } from './table-client.ts'

/** What keeps removals in bounds: their history, the holds, and the consents of people. */
export const createSafetyStore = (table: Table): SafetyStore => ({
  ...createRemovals(table),
  ...createHolds(table),
  ...createApprovals(table),
})
