// Stands in for reconciliation: reports the schedule's event.
import { appendFileSync } from 'node:fs'

export const handler = async (event: unknown): Promise<void> => {
  appendFileSync(process.env.REPORT ?? '', `${JSON.stringify(event)}\n`)
}
