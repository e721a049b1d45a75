import { afterEach, expect, test } from 'vitest'
import { seeded } from '../../infra/local/dynamodb/seeded.ts'
import type { Member } from '../../lib/core/member.ts'
import { createProvisioner } from '../../lib/provisioning/provision.ts'
import { createReconciliation } from '../../lib/provisioning/reconcile.ts'
import { soc } from './bench.ts'
import { openPressed, type Pressed } from './pressed.ts'

let pressed: Pressed
afterEach(() => pressed.bench.close())

/** 20,000 where that is asked for: it takes the better part of an hour. */
const joiners = Number(process.env.SCALE_JOINS ?? 60)

const people = async (name: string, count: number): Promise<readonly Member[]> => {
  const all: Member[] = []
  for (let n = 0; n < count; n += 1) all.push(await pressed.bench.provider.person(`${name}${n}`))
  return all
}
/** Invocations of half a minute each, until nothing waits any more. */
const workOff = async (most: number): Promise<number> => {
  const provisioner = createProvisioner(pressed.bench.deps)
  for (let invocations = 1; invocations <= most; invocations += 1) {
    await provisioner.run(soc, pressed.bench.later(30))
    const left = await pressed.bench.deps.work.take(soc, pressed.bench.later(3600), 1)
    if (left.length === 0) return invocations
    pressed.bench.clock.advance(1)
  }
  throw new Error('does not come to an end')
}
const settled = async (members: readonly Member[], group: string): Promise<void> => {
  await pressed.bench.provider.group(group, members)
  await pressed.dispatch()
  await workOff(1000)
  pressed.bench.activateAll()
}
/** At random: right behind each other as well as far apart. */
const moments = (count: number, over: number): readonly number[] => {
  const random = seeded(Number(process.env.FUZZ_SEED ?? 20_261_122))
  return Array.from({ length: count }, () => random() * over)
}

test('behind a queue of joins at five requests a second, who leaves is out within a minute, and every join happens once', async () => {
  pressed = await openPressed()
  const { bench } = pressed
  const leavers = await people('leaver', 8)
  await settled(leavers, 'SOC-Analysts')
  const joining = await people('joiner', joiners)
  await bench.provider.group('SOC-Tier1', joining)
  await pressed.dispatch()
  const random = moments(leavers.length, joiners * 0.6)
  for (const [n, leaver] of leavers.entries()) pressed.plan(random[n] ?? 0, () => pressed.leaves(leaver))
  const invocations = await workOff(10 * joiners)
  expect(invocations).toBeGreaterThan(1)
  expect(pressed.open()).toBe(0)
  expect(pressed.waits()).toHaveLength(leavers.length)
  expect(Math.max(...pressed.waits())).toBeLessThanOrEqual(60)
  for (const { userName } of joining) expect(pressed.mails(userName)).toBe(1)
  const seen = bench.seen()
  for (const { userName } of joining)
    expect(seen[userName.split('@')[0] ?? '']).toMatchObject({ roles: ['SOC tier 1'] })
  for (const { userName } of leavers)
    expect(seen[userName.split('@')[0] ?? '']).toMatchObject({ status: 'disabled' })
}, 3_600_000)

test('a look at everybody that finds much to do gives way, and what is left of it is nobody’s to lose', async () => {
  pressed = await openPressed()
  const { bench } = pressed
  const leavers = await people('leaver', 4)
  await settled(leavers, 'SOC-Analysts')
  const joining = await people('joiner', 60)
  await bench.provider.group('SOC-Tier1', joining)
  // The dispatch was lost: only the look at everybody knows of them.
  await bench.deps.work.finishDue(await bench.deps.work.dueBefore(bench.later(60), 1000))
  await createReconciliation(bench.deps).request()
  for (const [n, leaver] of leavers.entries()) pressed.plan(3 + n * 4, () => pressed.leaves(leaver))
  await workOff(200)
  expect(Math.max(...pressed.waits())).toBeLessThanOrEqual(20)
  expect(pressed.waits()).toHaveLength(leavers.length)
  for (const { userName } of joining) expect(pressed.mails(userName)).toBe(1)
})

test('putting down where everybody stands gives way, too', async () => {
  let meanwhile = async (): Promise<void> => {}
  pressed = await openPressed({
    wrap: (given) => ({
      ...given,
      outcomes: {
        ...given.outcomes,
        outcomesOf: async (...who) => {
          await given.clock.sleep(0.5)
          await meanwhile()
          return given.outcomes.outcomesOf(...who)
        },
      },
    }),
  })
  const { bench } = pressed
  const [leaver, ...others] = await people('one', 60)
  if (leaver === undefined) throw new Error('nobody is there')
  await settled([leaver, ...others], 'SOC-Analysts')
  await workOff(10)
  // Under another configuration everybody's outcome is read once.
  bench.configure((before) => ({ ...before, number: before.number + 1 }))
  await createReconciliation(bench.deps).request()
  meanwhile = async () => {
    meanwhile = async () => {}
    await pressed.leaves(leaver)
  }
  await createProvisioner(bench.deps).run(soc, bench.later(600))
  await workOff(10)
  expect(pressed.waits()).toHaveLength(1)
  expect(Math.max(...pressed.waits())).toBeLessThanOrEqual(15)
  await createReconciliation(bench.deps).request()
  await workOff(100)
  const { checked } = await bench.deps.outcomes.openOutcomes(soc)
  expect(checked?.configuration).toBe(2)
})
