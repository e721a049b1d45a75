import type { Engine } from '../../infra/local/dynamodb/engine.ts'
import { createPatterns } from '../../lib/config/patterns.ts'
import type { Configuration } from '../../lib/core/configuration.ts'
import type { OperatorEvent } from '../../lib/core/events.ts'
import { type CommunityId, instant, later, milliseconds } from '../../lib/core/ids.ts'
import type { Clock } from '../../lib/core/ports/clock.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import type { Transport } from '../../lib/platforms/transport.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { createHoldDesk } from '../../lib/provisioning/holds.ts'
import { previewPlan } from '../../lib/provisioning/preview.ts'
import { createProvisioner, type RunReport } from '../../lib/provisioning/provision.ts'
import { createQuarantineDesk } from '../../lib/provisioning/quarantine.ts'
import { createReconciliation } from '../../lib/provisioning/reconcile.ts'
import { createAuditLog } from '../../lib/store/audit.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createDriftStore } from '../../lib/store/drift.ts'
import { createStoreIdentity } from '../../lib/store/identity.ts'
import { createLeases } from '../../lib/store/leases.ts'
import { createLoginStore } from '../../lib/store/logins.ts'
import { createOutcomeStore } from '../../lib/store/outcomes.ts'
import { createOwnershipStore } from '../../lib/store/ownership.ts'
import { createPace } from '../../lib/store/pace.ts'
import { createPauseStore } from '../../lib/store/pauses.ts'
import { createRunStore } from '../../lib/store/plans.ts'
import { createQuarantineStore } from '../../lib/store/quarantine.ts'
import { createReadingStore } from '../../lib/store/readings.ts'
import { createSafetyStore } from '../../lib/store/safety.ts'
import { createTable } from '../../lib/store/table-client.ts'
import { createUpkeep } from '../../lib/store/upkeep.ts'
import { createWorkQueue } from '../../lib/store/work-queue.ts'
import type { TestClock } from '../platforms/clock.ts'
import { type Chance, idsFrom } from './chance.ts'
import { secretOf } from './scene.ts'
import { type Crossing, storeClient } from './table.ts'
import type { Passage } from './wire.ts'

/** One process with all that stands between a due item and a platform. It may have a wrong clock, be put to sleep, or die between any two calls. */

export type Surroundings = {
  readonly engine: Engine
  readonly tableName: string
  readonly clock: TestClock
  readonly chance: Chance
  readonly configuration: () => Configuration
  readonly transport: (worker: string, passage: Passage) => Transport
  readonly wake: (community: CommunityId) => void
  readonly told: (event: OperatorEvent) => void
  readonly note: (what: string) => void
  readonly warned: (text: string) => void
}

const gone = (): Error => new Error('the process is no more')

const clockOf = (base: TestClock, skew: number, alive: () => void): Clock => ({
  now: () => later(base.now(), skew),
  sleep: async (seconds) => {
    alive()
    await base.sleep(seconds)
    alive()
  },
})

/** What happens at the n-th call from now on. */
const createFate = () => {
  let dead = false
  let awaited: { left: number; readonly happen: () => Promise<void> } | undefined
  const alive = (): void => {
    if (dead) throw gone()
  }
  const crossing: Crossing = async () => {
    alive()
    if (awaited === undefined) return
    awaited.left -= 1
    if (awaited.left > 0) return
    const { happen } = awaited
    awaited = undefined
    await happen()
    alive()
  }
  return {
    alive,
    crossing,
    isDead: () => dead,
    die: () => {
      dead = true
    },
    after: (calls: number, happen: () => Promise<void>) => {
      awaited = { left: calls, happen }
    },
    never: () => {
      awaited = undefined
    },
  }
}

export const createWorker = (around: Surroundings, skew: number) => {
  const { engine, tableName, chance } = around
  const fate = createFate()
  const clock = clockOf(around.clock, skew, fate.alive)
  const ids = idsFrom(chance, clock)
  const client = storeClient(engine, fate.crossing, around.note)
  const table = createTable({ client, name: tableName, clock, ids, random: chance })
  const holder = ids.uuid()
  const pace = createPace(table, { egress: 'world' })
  const deps: Provisioning = {
    clock,
    ids,
    random: chance,
    log: { info: () => {}, warn: (text, fields) => around.warned(`${text} ${JSON.stringify(fields)}`) },
    directory: createDirectory(table),
    logins: createLoginStore(table),
    upkeep: createUpkeep(table),
    work: createWorkQueue(table),
    wakeUps: {
      wake: async (community) => {
        await fate.crossing('wake')
        around.wake(community)
      },
    },
    ownership: createOwnershipStore(table),
    outcomes: createOutcomeStore(table),
    safety: createSafetyStore(table),
    runs: createRunStore(table),
    readings: createReadingStore(table),
    drift: createDriftStore(table),
    leases: createLeases(table, { holder }),
    audit: createAuditLog(table),
    quarantine: createQuarantineStore(table),
    identity: createStoreIdentity(table, { client, name: tableName }),
    pauses: createPauseStore(table),
    events: {
      emit: async (event) => {
        await fate.crossing('emit')
        around.told(event)
      },
    },
    configuration: async () => around.configuration(),
    platforms: createPlatforms({
      secrets: async (reference) => secretOf(reference),
      pace,
      clock,
      allowLoopback: true,
      timeout: 8,
      random: chance,
      transport: around.transport(holder, fate),
    }),
    patterns: createPatterns(),
  }
  const provisioner = createProvisioner(deps)
  return {
    holder,
    deps,
    table,
    fate,
    dispatcher: createDispatcher(deps),
    reconciliation: createReconciliation(deps),
    desk: createHoldDesk(deps),
    quarantine: createQuarantineDesk(deps),
    preview: (community: CommunityId) => previewPlan(deps, community),
    run: (community: CommunityId, seconds: number): Promise<RunReport> =>
      provisioner.run(community, later(clock.now(), seconds)),
    farAhead: () => instant(milliseconds(clock.now()) + 400 * 86_400_000),
  }
}
export type Worker = ReturnType<typeof createWorker>
