import type { Patterns } from '../core/matching.ts'
import type { Clock, Ids } from '../core/ports/clock.ts'
import type { CurrentConfiguration } from '../core/ports/configuration.ts'
import type { DirectoryReads, DirectoryUpkeep } from '../core/ports/directory.ts'
import type { LoginStore } from '../core/ports/logins.ts'
import type { OutcomeStore, OwnershipStore } from '../core/ports/ownership.ts'
import type { PauseStore } from '../core/ports/pauses.ts'
import type { Platforms } from '../core/ports/platform.ts'
import type {
  AuditLog,
  DriftStore,
  Events,
  Leases,
  QuarantineStore,
  ReadingStore,
  RunStore,
  StoreIdentity,
} from '../core/ports/runs.ts'
import type { SafetyStore } from '../core/ports/safety.ts'
import type { WakeUps, WorkQueue } from '../core/ports/work.ts'

/** Fields are ids, counts and codes: never an address, a name or a token. */
export type LogFields = Readonly<Record<string, string | number | boolean>>
export type Log = {
  readonly info: (message: string, fields: LogFields) => void
  readonly warn: (message: string, fields: LogFields) => void
}

/** Everything that stands between a due item and a platform, handed in by whoever runs it. */
export type Provisioning = {
  readonly clock: Clock
  readonly ids: Ids
  /** Uniform in [0, 1): spreads retries. */
  readonly random: () => number
  readonly log: Log
  readonly directory: DirectoryReads
  readonly logins: Pick<LoginStore, 'login' | 'logins' | 'scanLogins'>
  readonly upkeep: DirectoryUpkeep
  readonly work: WorkQueue
  readonly wakeUps: WakeUps
  readonly ownership: OwnershipStore
  readonly outcomes: OutcomeStore
  readonly safety: SafetyStore
  readonly runs: RunStore
  readonly drift: DriftStore
  readonly leases: Leases
  readonly readings: ReadingStore
  readonly quarantine: QuarantineStore
  readonly identity: StoreIdentity
  readonly audit: AuditLog
  readonly pauses: PauseStore
  readonly events: Events
  readonly configuration: CurrentConfiguration
  readonly platforms: Platforms
  readonly patterns: Patterns
}
