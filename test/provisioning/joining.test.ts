import { afterEach, expect, test } from 'vitest'
import { demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import { connectionId } from '../../lib/core/ids.ts'
import { type Bench, day, demo, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

const mailsTo = (email: string): number => bench.sekoia.world().mails.filter(({ to }) => to === email).length

test('an invitation nobody answers is sent again when it ran out, three times in all, then reported', async () => {
  bench = await openBench()
  const anna = await bench.provider.person('anna')
  await bench.provider.group('SOC-Analysts', [anna])
  await bench.settle()
  for (let turn = 0; turn < 5; turn++) {
    await bench.reconcile()
    bench.clock.advance(day + 60)
    await bench.reconcile()
  }
  expect(mailsTo('anna@demo.test')).toBe(3)
  expect(bench.events).toContainEqual(
    expect.objectContaining({ type: 'problem.found', kind: 'invitationsExhausted' }),
  )
  const [outcome] = await bench.deps.outcomes.outcomesOf(demo, anna.id)
  expect(outcome).toMatchObject({ state: 'failed', detail: expect.stringContaining('invitation') })
})

test('whoever accepted is assigned from the next reconciliation on', async () => {
  bench = await openBench()
  const anna = await bench.provider.person('anna')
  await bench.provider.group('SOC-Analysts', [anna])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  expect(await bench.deps.outcomes.outcomesOf(demo, anna.id)).toMatchObject([{ state: 'assigned' }])
})

test('an account that is there already is adopted only where configuration and domain allow it', async () => {
  bench = await openBench()
  const email = 'anna@demo.test'
  bench.sekoia.edit({ kind: 'addMember', community: demoCommunity, email })
  const anna = await bench.provider.person('anna')
  await bench.provider.group('SOC-Analysts', [anna])
  await bench.settle()
  expect(bench.seen().anna?.roles).toEqual([])
  expect(await bench.deps.outcomes.outcomesOf(demo, anna.id)).toMatchObject([{ state: 'failed' }])
  bench.configure((before) => ({
    ...before,
    communities: before.communities.map((one) => ({ ...one, adopt: 'domain' })),
  }))
  await bench.reconcile()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
  const [owned] = await bench.deps.ownership.ownershipsOf(demo, anna.id)
  expect(owned).toMatchObject({ origin: 'adopted' })
})

test('an administrator’s account is never adopted on its own', async () => {
  bench = await openBench({ community: { adopt: 'domain' } })
  const owner = await bench.provider.person('owner')
  await bench.provider.group('SOC-Analysts', [owner])
  await bench.settle()
  await bench.provider.setActive(owner, false)
  await bench.settle()
  expect(bench.seen().owner).toEqual({ status: 'enabled', roles: ['Admin'] })
  expect(await bench.deps.ownership.ownershipsOf(demo, owner.id)).toEqual([])
})

test('somebody without an address is a problem that is told, and stops nobody', async () => {
  bench = await openBench()
  const anna = await bench.provider.person('anna')
  const nameless = await bench.provider.nameless('svc-robot')
  await bench.provider.group('SOC-Analysts', [anna, nameless])
  await bench.settle()
  await bench.reconcile()
  expect(bench.seen().anna?.roles).toEqual(['Analyst'])
  expect(await bench.deps.outcomes.outcomesOf(demo, nameless.id)).toMatchObject([{ state: 'failed' }])
  expect((await bench.explain(nameless, 'analyst')).communities).toMatchObject([
    { answer: { role: 'analyst', rules: [{ rule: 'analysts', matches: true }] } },
  ])
})

test('explain says why, and why not', async () => {
  bench = await openBench()
  const anna = await bench.provider.person('anna')
  await bench.provider.group('SOC-Analysts', [anna])
  await bench.settle()
  const { communities } = await bench.explain(anna, 'tier1')
  expect(communities).toMatchObject([
    {
      community: soc,
      roles: [
        {
          role: 'analyst',
          state: 'given',
          because: [{ rule: 'analysts', evidence: [{ displayName: 'SOC-Analysts' }] }],
        },
      ],
      answer: { role: 'tier1', state: 'notWanted', rules: [{ rule: 'tier1', matches: false }] },
    },
  ])
  const elsewhere = connectionId('elsewhere')
  await expect(bench.explainIn(elsewhere, anna)).rejects.toMatchObject({ code: 'notFound' })
})

test('the trail of a change says who, what, before, after and by which rule', async () => {
  bench = await openBench()
  const anna = await bench.provider.person('anna')
  await bench.provider.group('SOC-Analysts', [anna])
  await bench.settle()
  const trail = await bench.deps.audit.about({ kind: 'member', id: anna.id, connection: demo }, 100)
  expect(trail.map(({ event }) => event)).toContainEqual(
    expect.objectContaining({
      kind: 'changeApplied',
      change: `invite/demo/${anna.id}/1/analyst`,
      rolesBefore: [],
      rolesAfter: ['analyst'],
      because: ['analysts'],
    }),
  )
})
