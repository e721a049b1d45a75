import { randomUUID } from 'node:crypto'
import {
  CreateTableCommand,
  type DynamoDBClient,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb'
import { afterEach, expect, test } from 'vitest'
import { createAdoptionDesk } from '../../lib/provisioning/adoption.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { previewPlan } from '../../lib/provisioning/preview.ts'
import { createProvisioner } from '../../lib/provisioning/provision.ts'
import { createQuarantineDesk } from '../../lib/provisioning/quarantine.ts'
import { createReconciliation } from '../../lib/provisioning/reconcile.ts'
import { type Bench, day, demo, openBench, soc } from '../provisioning/bench.ts'

// Yesterday's table is restored: as point-in-time recovery does it, under another name.
let bench: Bench
afterEach(() => bench.close())

type Items = Awaited<ReturnType<typeof itemsNow>>
const client = () => bench.client as unknown as DynamoDBClient
const itemsNow = async () =>
  (await client().send(new ScanCommand({ TableName: bench.tableName }))).Items ?? []

const restore = async (items: Items): Promise<Provisioning> => {
  const name = `restored-${randomUUID()}`
  const keys = ['pk', 'sk'] as const
  await client().send(
    new CreateTableCommand({
      TableName: name,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: keys.map((key, n) => ({ AttributeName: key, KeyType: n === 0 ? 'HASH' : 'RANGE' })),
      AttributeDefinitions: keys.map((key) => ({ AttributeName: key, AttributeType: 'S' })),
    }),
  )
  for (const Item of items) await client().send(new PutItemCommand({ TableName: name, Item }))
  return bench.depsFor('restored', { table: bench.tableNamed(name), name })
}

const settle = async (deps: Provisioning): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) {
    bench.clock.advance(6)
    const { finished, woken } = await createDispatcher(deps).sweep()
    if (finished === 0 && woken === 0) return
    if (woken > 0) await createProvisioner(deps).run(soc, bench.later(600))
  }
  throw new Error('does not come to rest')
}
const reconcile = async (deps: Provisioning): Promise<void> => {
  await createReconciliation(deps).request()
  await settle(deps)
}
const none = { fraction: 0, floor: 0 }
const nobodyLeaves = {
  departures: none,
  revocations: none,
  window: day,
  minimumAdmins: 0,
  requiredAdmins: [],
  whileHeld: 'goOn' as const,
  protected: [],
}
const told = (type: string) => bench.events.filter((one) => one.type === type)

test('compared and not written until released: what came since is unmanaged, and nobody of since is removed', async () => {
  bench = await openBench()
  const [ada, bert, kim] = [
    await bench.provider.person('ada'),
    await bench.provider.person('bert'),
    await bench.provider.person('kim'),
  ]
  const analysts = await bench.provider.group('SOC-Analysts', [ada, bert])
  await bench.provider.group('SOC-Admins', [kim])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  const yesterday = await itemsNow()

  // Since then: somebody came, somebody was given another role, and somebody left.
  const zoe = await bench.provider.person('zoe')
  await bench.provider.change(analysts, { add: [zoe], remove: [ada] })
  await bench.provider.group('SOC-Tier1', [ada])
  await bench.provider.setActive(bert, false)
  await bench.settle()
  bench.activateAll()
  const today = bench.seen()
  expect(today).toMatchObject({
    ada: { status: 'enabled', roles: ['SOC tier 1'] },
    bert: { status: 'disabled' },
    zoe: { status: 'enabled', roles: ['Analyst'] },
  })

  const deps = await restore(yesterday)
  // The first run of all finds it out, whatever it was for.
  await reconcile(deps)
  await reconcile(deps)
  expect(bench.seen()).toEqual(today)
  expect(told('community.quarantined')).toHaveLength(1)
  const [quarantine] = await deps.quarantine.quarantines()
  expect(quarantine).toMatchObject({ community: soc, reason: expect.stringContaining('copy') })
  const trail = await deps.audit.about({ kind: 'community', id: soc }, 100)
  expect(trail.filter(({ event }) => event.kind === 'quarantined')).toHaveLength(1)

  // What there is to see before it is released.
  const { plan, verdict } = await previewPlan(deps, soc)
  expect(verdict.allowed).toEqual([])
  expect(plan.warnings[0]).toMatchObject({ kind: 'quarantined' })
  const unmanaged = plan.unmanaged.map((one) => (one.kind === 'account' ? one.email : one.roleName))
  expect(unmanaged).toEqual(expect.arrayContaining(['zoe@demo.test', 'SOC tier 1']))
  const about = plan.changes.flatMap((one) => ('subject' in one ? [one.subject.email] : []))
  expect(about).not.toContain('zoe@demo.test')
  expect(about).not.toContain('kim@demo.test')

  // The identity provider says again how everybody stands, and a person takes over what was made since.
  const provider = bench.providerOver(deps.directory as Bench['directory'])
  const [zoeAgain] = [await provider.person('zoe')]
  await provider.change(analysts, { add: [zoeAgain], remove: [ada] })
  await provider.group('SOC-Tier1', [ada])
  await provider.setActive(bert, false)
  await settle(deps)
  expect(bench.seen()).toEqual(today)
  const adopt = (member: typeof ada) =>
    createAdoptionDesk(deps).adopt({
      community: soc,
      connection: demo,
      subject: { by: 'id', id: member.id },
      roles: true,
      by: 'olive',
      reason: 'made since the backup',
    })
  expect(await adopt(zoeAgain)).toMatchObject({ takes: ['analyst'], leaves: [] })
  expect(await adopt(ada)).toMatchObject({ takes: ['tier1'], loses: [] })
  await settle(deps)
  expect(bench.seen()).toEqual(today)

  const desk = createQuarantineDesk(deps)
  await desk.release(soc, { by: 'olive', reason: 'compared' })
  await settle(deps)
  expect(told('community.released')).toMatchObject([{ community: soc }])
  expect(await desk.list()).toEqual([])
  expect(bench.seen()).toEqual(today)
  expect((await previewPlan(deps, soc)).plan).toMatchObject({ changes: [], warnings: [] })

  // And it goes on: the table is no copy of another one any more.
  await provider.setActive(zoeAgain, false)
  await settle(deps)
  expect(bench.seen().zoe?.status).toBe('disabled')
  bench.clock.advance(3600)
  await reconcile(deps)
  expect(told('community.quarantined')).toHaveLength(1)
})

test('quarantined by hand: what is held stays held, removals wait, and a second time nothing is new', async () => {
  bench = await openBench({ community: { safety: nobodyLeaves } })
  const people = [await bench.provider.person('ada'), await bench.provider.person('bert')]
  await bench.provider.group('SOC-Analysts', people)
  await bench.settle()
  bench.activateAll()
  const [ada, bert] = people
  if (ada === undefined || bert === undefined) throw new Error('nobody')
  await bench.provider.setActive(ada, false)
  await bench.settle()
  const [hold] = await bench.desk.list()
  expect(hold?.held).toHaveLength(1)

  const desk = createQuarantineDesk(bench.deps)
  const decision = { by: 'olive', reason: 'the data directory is of yesterday' }
  expect(await desk.impose('all', decision)).toEqual([soc])
  expect(await desk.impose(soc, decision)).toEqual([])
  await bench.provider.setActive(bert, false)
  await bench.settle()
  await bench.reconcile()
  expect(bench.seen()).toMatchObject({ ada: { status: 'enabled' }, bert: { status: 'enabled' } })
  expect(await bench.desk.list()).toEqual([hold])
  expect((await bench.preview()).verdict.withheld.map(({ kind }) => kind)).toEqual(['suspend', 'suspend'])

  expect(await desk.release(soc, decision)).toMatchObject({ community: soc, reason: decision.reason })
  await expect(desk.release(soc, decision)).rejects.toMatchObject({ code: 'notFound' })
  await bench.settle()
  expect((await bench.desk.list())[0]?.held).toHaveLength(2)
})
