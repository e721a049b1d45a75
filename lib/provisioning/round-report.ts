import type { Application } from './apply.ts'
import type { Settlement } from './settle.ts'

export type RoundReport = Settlement & {
  readonly applied: number
  readonly failed: number
  readonly held: number
  readonly ending: Application['ending']
}
