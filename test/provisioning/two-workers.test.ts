import { afterEach, expect, test } from 'vitest'
import { instant, later, milliseconds } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { createTransport, type Transport } from '../../lib/platforms/transport.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { createProvisioner } from '../../lib/provisioning/provision.ts'
import { createLeases } from '../../lib/store/leases.ts'
import { type Bench, day, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

/** Where a worker may stand still: waiting for its permit, with a request on its way out, with the answer on its way in, in a call to the table. */
type Where = 'permit' | 'leaving' | 'answered' | 'table'
type Pause = { readonly where: Where; readonly at: number; readonly meanwhile: () => Promise<void> }

const limits = { departures: { fraction: 1, floor: 10_000 }, revocations: { fraction: 1, floor: 10_000 } }
const open = () =>
  openBench({
    community: {
      safety: {
        ...limits,
        window: day,
        minimumAdmins: 0,
        requiredAdmins: [],
        whileHeld: 'goOn' as const,
        protected: [],
      },
    },
  })

/** A worker that stands still once, far beyond its lease, while everything else goes on; its clock may be off by some seconds. */
const worker = (holder: string, skew: number, pause?: Pause) => {
  let calls = 0
  let resumed = false
  let sentSince = 0
  const passing = async (where: Where): Promise<void> => {
    if (pause === undefined || where !== pause.where || resumed) return
    calls += 1
    if (calls !== pause.at) return
    await pause.meanwhile()
    resumed = true
  }
  const send = createTransport(true)
  const transport: Transport = async (outgoing) => {
    if (resumed) sentSince += 1
    await passing('leaving')
    const answer = await send(outgoing)
    await passing('answered')
    return answer
  }
  const given = bench.depsFor(holder)
  const clock = { ...given.clock, now: () => later(bench.clock.now(), skew) }
  const table = { ...bench.table, clock }
  const deps: Provisioning = {
    ...given,
    clock,
    leases: createLeases(table, { holder }),
    audit: {
      ...given.audit,
      append: async (entries) => {
        await passing('table')
        await given.audit.append(entries)
      },
    },
    platforms: createPlatforms({
      secrets: async () => 'demo-sekoia-key',
      pace: { permit: () => passing('permit'), pause: async () => {} },
      clock,
      allowLoopback: true,
      timeout: 5,
      random: () => 0.5,
      transport,
    }),
  }
  return { deps, resumed: () => resumed, sentSince: () => sentSince }
}

const run = (deps: Provisioning) =>
  createProvisioner(deps).run(soc, instant(milliseconds(bench.clock.now()) + 600_000))

type Scene = { readonly joins: Member; readonly leaves: Member; readonly changes: Member }

/** One who joins, one who leaves, and one whose role changes. */
const scene = async (name: string): Promise<Scene> => {
  const { provider } = bench
  const [joins, leaves, changes] = [
    await provider.person(`joins-${name}`),
    await provider.person(`leaves-${name}`),
    await provider.person(`changes-${name}`),
  ]
  await provider.group('SOC-Analysts', [leaves, changes])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  await provider.setActive(leaves, false)
  await provider.group('SOC-Tier1', [joins, changes])
  bench.clock.advance(6)
  await createDispatcher(bench.deps).sweep()
  return { joins, leaves, changes }
}
const asWished = async ({ joins, leaves, changes }: Scene, mails = 1): Promise<void> => {
  const seen = bench.seen()
  const of = ({ userName }: Member) => seen[userName.split('@')[0] ?? '']
  expect(of(joins)).toEqual({ status: 'pending', roles: ['SOC tier 1'] })
  expect(of(changes)).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
  expect(of(leaves)).toMatchObject({ status: 'disabled' })
  const { avatars, users } = bench.sekoia.world()
  for (const member of [joins, leaves, changes]) {
    const user = users.find(({ email }) => email === member.userName)
    expect(avatars.filter((avatar) => avatar.user === user?.uuid)).toHaveLength(1)
    const owned = await bench.deps.ownership.ownershipsOf(member.connection, member.id)
    expect(owned).toHaveLength(1)
  }
  const invitations = bench.sekoia.world().mails.filter(({ to }) => to === joins.userName).length
  expect(invitations).toBeLessThanOrEqual(mails)
}

/** Each place a worker may stand still at, in turn, where `EVERY_CALL` is set; else a few of them. */
const places = (some: readonly number[]): readonly number[] =>
  process.env.EVERY_CALL === undefined ? some : Array.from({ length: 60 }, (_, n) => n + 1)

test.each([
  ['in the wait for its turn', 'permit', 0, [3, 10, 19]],
  ['in the wait for its turn, with clocks that differ', 'permit', -4, [12]],
  ['in the wait for its turn, with clocks that differ the other way', 'permit', 4, [15]],
  ['between two calls of a change', 'answered', 0, [5, 12]],
  ['between changes', 'table', 0, [2, 3]],
] as const)(
  'a worker that stands still %s and is overtaken makes no call any more',
  async (_, where, skew, some) => {
    bench = await open()
    let reached = 0
    for (const at of places(some)) {
      const wished = await scene(`${where}${at}`)
      let logged = 0
      const meanwhile = async (): Promise<void> => {
        bench.clock.advance(60)
        expect((await run(worker(`second-${at}`, -skew).deps)).ending).toBe('done')
        logged = bench.sekoia.requests().length
      }
      const first = worker(`first-${at}`, skew, { where, at, meanwhile })
      const report = await run(first.deps)
      if (!first.resumed()) break
      reached = at
      expect(report.ending).toBe('leaseLost')
      expect(first.sentSince()).toBe(0)
      expect(bench.sekoia.requests()).toHaveLength(logged)
      await asWished(wished)
      bench.clock.advance(60)
      await bench.settle()
      await asWished(wished)
    }
    expect(reached).toBeGreaterThanOrEqual(some.at(-1) ?? 0)
  },
)

test('a request that was on its way when the other took over does no harm: what it did is known, or put right, at the next look', async () => {
  bench = await open()
  let reached = 0
  for (const at of places([7, 14])) {
    const wished = await scene(`leaving${at}`)
    const meanwhile = async (): Promise<void> => {
      bench.clock.advance(60)
      await run(worker(`second-${at}`, 0).deps)
    }
    const first = worker(`first-${at}`, 0, { where: 'leaving', at, meanwhile })
    const report = await run(first.deps)
    if (!first.resumed()) break
    reached = at
    // The last of its requests may have been the last thing it had to do.
    expect(['leaseLost', 'done']).toContain(report.ending)
    expect(first.sentSince()).toBe(0)
    bench.clock.advance(60)
    await bench.reconcile()
    // The invitation that was on its way reaches somebody who was invited meanwhile: the same mail twice, the same account.
    await asWished(wished, 2)
  }
  expect(reached).toBeGreaterThanOrEqual(14)
})
