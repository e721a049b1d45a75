import { openEngine } from '../../infra/local/dynamodb/engine.ts'
import { createImmybot } from '../../infra/local/simulators/immybot/immybot.ts'
import { createNetography } from '../../infra/local/simulators/netography/netography.ts'
import { createSekoia } from '../../infra/local/simulators/sekoia/sekoia.ts'
import type { PlatformName } from '../../lib/core/configuration.ts'
import type { OperatorEvent } from '../../lib/core/events.ts'
import { type CommunityId, communityId, later, milliseconds } from '../../lib/core/ids.ts'
import type { Due } from '../../lib/core/work.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { dueFrom } from '../../lib/store/due-items.ts'
import { duePrefix, leaseKey, workPartition } from '../../lib/store/keys.ts'
import { tableDefinition } from '../../lib/store/table.ts'
import { createTable } from '../../lib/store/table-client.ts'
import { testClock } from '../platforms/clock.ts'
import { chanceFrom, idsFrom, uuidFrom } from './chance.ts'
import { createHands } from './hands.ts'
import { createFrontDoor } from './logins.ts'
import { createOracle } from './oracle.ts'
import { addressOf, createPeople, impostor, objectIdOf } from './people.ts'
import {
  configurationOf,
  type Draft,
  firstDraft,
  idp,
  noAccess,
  type Place,
  partner,
  placeIds,
  places,
  platformOf,
  rolesOf,
} from './scene.ts'
import { createScim } from './scim.ts'
import { itemFrom, storeClient } from './table.ts'
import { createViews } from './views.ts'
import { createWatch } from './watch.ts'
import { createWire, type Outage } from './wire.ts'
import { createWorker, type Surroundings, type Worker } from './workers.ts'

/** Everything at once, under one clock: directory, three platforms, two workers, the stream and the queue between them. */

const tableName = 'world'
const workPrefix = workPartition(communityId(''))
/** The second worker's clock is ahead by so much. */
const skews = [0, 2] as const

const openTable = async (engine: Awaited<ReturnType<typeof openEngine>>): Promise<void> => {
  const { partitionKey, sortKey } = tableDefinition
  await engine.handle('CreateTable', {
    TableName: tableName,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [
      { AttributeName: partitionKey, KeyType: 'HASH' },
      { AttributeName: sortKey, KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: partitionKey, AttributeType: 'S' },
      { AttributeName: sortKey, AttributeType: 'S' },
    ],
  })
}

export const openTown = async (seed: number) => {
  const chance = chanceFrom(seed)
  const clock = testClock()
  const now = (): number => milliseconds(clock.now())
  const engine = await openEngine()
  await openTable(engine)

  const shared = { now, newId: () => uuidFrom(chance) }
  const sekoia = createSekoia(shared)
  const netography = createNetography(shared)
  const immybot = createImmybot(shared)
  const controls = { soc: sekoia.control, net: netography.control, immy: immybot.control }
  controls.soc.switches({ requestBlock: { requests: 100, seconds: 1, block: 30 } })
  controls.net.edit({ kind: 'addRole', name: noAccess, description: 'Nothing at all' })
  for (let slot = 0; slot < impostor; slot++)
    controls.immy.edit({ kind: 'addPerson', email: addressOf(slot), objectId: objectIdOf(slot) })

  let draft: Draft = firstDraft
  const outages = new Map<PlatformName, Outage>()
  const pending: Due[] = []
  const queue: CommunityId[] = []
  const events: OperatorEvent[] = []
  const warnings: string[] = []
  /** Rows that say that something is still to be done: partition and sort key. */
  const open = new Map<string, readonly [pk: string, sk: string]>()
  const keepOpen = (pk: string, sk: string, there: boolean): void => {
    if (!pk.startsWith(duePrefix) && !pk.startsWith(workPrefix)) return
    if (there) open.set(`${pk} ${sk}`, [pk, sk])
    else open.delete(`${pk} ${sk}`)
  }
  const counts = new Map<string, number>()
  const note = (what: string): void => void counts.set(what, (counts.get(what) ?? 0) + 1)
  const quarantined = new Map<Place, 'surely' | 'perhaps'>()
  const standing = { unannounced: false, storeTrouble: false, lookedAt: 0 }
  const frontClient = storeClient(engine, async () => {}, note)
  const front = createTable({
    client: frontClient,
    name: tableName,
    clock,
    ids: idsFrom(chance, clock),
    random: chance,
  })
  const scim = createScim(front, clock)
  await scim.admit(idp)
  await scim.admit(partner)
  const door = createFrontDoor(
    () => auditor,
    note,
    (what) => watch.wrong(what),
  )
  const people = createPeople(createDirectory(front), scim, door)
  const wanted = createOracle(() => draft, people.groupNamesOf, now)
  const views = createViews(controls, now)
  const roleName = (place: Place, role: string): string =>
    rolesOf(draft)[place].find(({ id }) => id === role)?.name ?? role
  const watch = createWatch({
    views,
    people,
    wanted,
    roleName,
    now,
    draft: () => draft,
    quarantined: (place) => quarantined.get(place) === 'surely',
  })

  engine.tap((images) => {
    for (const { after, before } of images) {
      const { pk, sk } = itemFrom(after ?? before ?? {})
      keepOpen(String(pk), String(sk), after !== undefined)
      if (after === undefined || before !== undefined) continue
      const item = itemFrom(after)
      if (String(item.pk).startsWith(duePrefix)) pending.push(dueFrom({ pk: '', sk: '', ...item }))
    }
  })

  const auditors = new Set<string>()
  const leaving = async (holder: string, platform: PlatformName): Promise<void> => {
    if (auditors.has(holder)) return
    const place = places.find((one) => platformOf[one] === platform) ?? 'soc'
    const lease = await front.get(leaseKey(placeIds[place]))
    note('call')
    if (lease?.holder !== holder)
      watch.wrong(`${place}: a worker called the platform after another one took the community over`)
  }
  const around: Surroundings = {
    engine,
    tableName,
    clock,
    chance,
    configuration: () => configurationOf(draft),
    transport: createWire({
      simulators: { sekoia, netography, immybot },
      clock,
      now,
      chance,
      outages,
      note,
      leaving,
      served: watch.served,
    }),
    wake: (community) => {
      if (!queue.includes(community)) queue.push(community)
    },
    told: (event) => void events.push(event),
    note,
    warned: (text) => void warnings.push(text),
  }
  const newWorker = (index: number): Worker => createWorker(around, skews[index] ?? 0)
  // It only looks, as the command line does, and needs no lease for that.
  const auditor = createWorker(around, 0)
  auditors.add(auditor.holder)
  const workers = skews.map((_, index) => newWorker(index))

  return {
    clock,
    now,
    chance,
    engine,
    controls,
    views,
    people,
    wanted,
    roleName,
    watch,
    outages,
    open,
    counts,
    note,
    quarantined,
    standing,
    pending,
    queue,
    events,
    hands: createHands({
      controls,
      views,
      isoNow: () => clock.now(),
      later: (seconds) => later(clock.now(), seconds),
    }),
    draft: () => draft,
    push: (next: Omit<Draft, 'number'>) => {
      draft = { ...next, number: draft.number + 1 }
    },
    /** A dead one is replaced by another process of the same kind. */
    worker: (index: number): Worker => {
      const place = index % workers.length
      const known = workers[place]
      if (known !== undefined && !known.fate.isDead()) return known
      const fresh = newWorker(place)
      workers[place] = fresh
      return fresh
    },
    auditor,
    lastWarning: () => warnings.at(-1) ?? 'nothing was said',
    close: () => engine.close(),
  }
}
export type Town = Awaited<ReturnType<typeof openTown>>
