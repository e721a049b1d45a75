import { afterEach, describe, expect, test } from 'vitest'
import type { Community, Configuration } from '../../lib/core/configuration.ts'
import { ruleId } from '../../lib/core/ids.ts'
import { planText } from '../../lib/core/plan-text.ts'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { createProvisioner } from '../../lib/provisioning/provision.ts'
import { type Bench, demo, openBench, soc } from '../provisioning/bench.ts'
import { type Desk, groupWith, openDesk, personNamed } from '../scim/pains/desk.ts'

// What goes wrong on the other side, by SCIM requests as an identity provider sends them, and what is on the platform afterwards.
let bench: Bench
let desk: Desk
afterEach(() => bench.close())

const staff = 12
/** The larger of a fifth of twelve and five. */
const budget = 5

const open = async (community: Partial<Community> = {}): Promise<void> => {
  bench = await openBench({ community })
  desk = openDesk({ directory: () => bench.directory, clock: bench.clock, connection: demo })
}
type Staff = { readonly ids: readonly string[]; readonly group: string }
/** And one more whom nothing happens to: it is not everybody who goes. */
const staffed = async (more: object = {}): Promise<Staff> => {
  await desk.group('SOC-Tier1', [await desk.person('stays')])
  return team(more)
}
const team = async (more: object = {}): Promise<Staff> => {
  const ids: string[] = []
  for (let n = 0; n < staff; n++) ids.push(await desk.person(`p${n}`))
  const group = await desk.group('SOC-Analysts', ids, more)
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  return { ids, group }
}
const count = (status: string): number =>
  Object.entries(bench.seen()).filter(([name, one]) => name !== 'owner' && one.status === status).length
const hold = async () => (await bench.desk.list())[0]
const told = (type: string) => bench.events.filter((one) => one.type === type)
const setActive = (id: string, value: boolean) =>
  desk.patch(`/Users/${id}`, { op: 'replace', path: 'active', value })
/** Everything the platform knows of its members, ids included. */
const members = () => bench.sekoia.world().avatars.map(({ uuid, status }) => `${uuid} ${status}`)
const shownPlan = async (): Promise<string> => {
  const { plan, verdict } = await bench.preview()
  return planText(plan, verdict)
}

test('the directory is emptied: the budget’s worth is suspended, the rest is held, and nobody is removed', async () => {
  await open()
  const { ids, group } = await team()
  const before = bench.seen()
  const accounts = members().length
  await desk.remove(`/Groups/${group}`)
  for (const id of ids) {
    expect((await desk.remove(`/Users/${id}`)).status).toBe(204)
    await bench.settle()
  }
  await bench.reconcile()
  expect(count('disabled')).toBe(budget)
  expect((await hold())?.held).toHaveLength(staff - budget)
  expect(told('plan.held').at(-1)).toMatchObject({ community: soc, changes: staff - budget })
  const shown = await shownPlan()
  expect(shown).toContain('Held, waiting for approval')
  expect(shown).toMatch(/held before and waiting for approval|is the directory empty by mistake\?/)

  // The source comes back as it was: the same people, the same group, nothing to approve.
  const again: string[] = []
  for (let n = 0; n < staff; n++) again.push(await desk.person(`p${n}`))
  expect(new Set(again)).toEqual(new Set(ids))
  await desk.group('SOC-Analysts', again)
  await bench.settle()
  await bench.reconcile()
  expect(bench.seen()).toEqual(before)
  expect(members()).toHaveLength(accounts)
  expect(await hold()).toBeUndefined()
})

test.each([
  [
    'switched off and on again',
    (id: string) => setActive(id, false),
    async (ids: readonly string[]) => {
      for (const id of ids) await setActive(id, true)
    },
  ],
  [
    'deleted and created again',
    (id: string) => desk.remove(`/Users/${id}`),
    async (ids: readonly string[], group: string) => {
      for (let n = 0; n < ids.length; n++) await desk.person(`p${n}`)
      await desk.put(`/Groups/${group}`, groupWith('SOC-Analysts', ids))
    },
  ],
])('the app is unassigned from everybody and assigned again within the hour: %s', async (_, off, on) => {
  await open()
  const { ids, group } = await staffed()
  const [before, accounts] = [bench.seen(), members()]
  const records = (await bench.deps.ownership.ownerships(soc, 100)).items
  for (const id of ids) await off(id)
  await bench.settle()
  await bench.reconcile()
  expect(count('disabled')).toBe(budget)
  bench.clock.advance(45 * 60)
  await on(ids, group)
  await bench.settle()
  await bench.reconcile()
  expect(bench.seen()).toEqual(before)
  expect(members()).toEqual(accounts)
  const after = (await bench.deps.ownership.ownerships(soc, 100)).items
  expect(after.map(({ member, account }) => [member, account])).toEqual(
    records.map(({ member, account }) => [member, account]),
  )
  expect(after.filter(({ suspended }) => suspended !== undefined)).toEqual([])
  expect(await hold()).toBeUndefined()
  // A month later, when the grace period of the ones switched off would have ended.
  bench.clock.advance(31 * 86_400)
  await bench.reconcile()
  expect(bench.seen()).toEqual(before)
})

/** The rule names the group by what does not change with its name. */
const byIdentity = (value: string): void =>
  bench.configure((given) => ({
    ...given,
    number: given.number + 1,
    rules: given.rules.map((rule) =>
      rule.id === ruleId('analysts') ? { ...rule, when: { group: { equals: value } } } : rule,
    ),
  }))
const rename = (group: string, displayName: string) =>
  desk.patch(`/Groups/${group}`, { op: 'replace', path: 'displayName', value: displayName })

describe('a group is renamed', () => {
  test('matched by name: what was granted by it is held beyond the budget, and back with the name', async () => {
    await open()
    const { group } = await staffed()
    const before = bench.seen()
    await rename(group, 'SOC Analysts EMEA')
    await bench.settle()
    await bench.reconcile()
    expect(count('disabled')).toBe(budget)
    expect((await hold())?.held).toHaveLength(staff - budget)
    expect(told('plan.held')).not.toEqual([])
    await rename(group, 'SOC-Analysts')
    await bench.settle()
    await bench.reconcile()
    expect(bench.seen()).toEqual(before)
    expect(await hold()).toBeUndefined()
  })

  test.each(['id', 'externalId'])('matched by %s: nothing happens', async (by) => {
    await open()
    const { group } = await staffed({ externalId: 'g-17' })
    byIdentity(by === 'id' ? group : 'g-17')
    await bench.reconcile()
    const before = bench.seen()
    const writes = members()
    await rename(group, 'SOC Analysts EMEA')
    await bench.settle()
    await bench.reconcile()
    expect(bench.seen()).toEqual(before)
    expect(members()).toEqual(writes)
    expect(await hold()).toBeUndefined()
  })
})

describe('a group is deleted and made again with another id', () => {
  test('matched by name: whoever lost their role has it back, and nobody was removed', async () => {
    await open()
    const { ids, group } = await staffed()
    const [before, accounts] = [bench.seen(), members()]
    await desk.remove(`/Groups/${group}`)
    await bench.settle()
    expect(count('disabled')).toBe(budget)
    expect((await hold())?.held).toHaveLength(staff - budget)
    expect(await desk.group('SOC-Analysts', ids)).not.toBe(group)
    await bench.settle()
    expect(bench.seen()).toEqual(before)
    expect(members()).toEqual(accounts)
    expect(await hold()).toBeUndefined()
  })

  test('matched by id: it stays held until the configuration names the new one', async () => {
    await open()
    const { ids, group } = await staffed()
    byIdentity(group)
    await bench.reconcile()
    const before = bench.seen()
    await desk.remove(`/Groups/${group}`)
    const made = await desk.group('SOC-Analysts', ids)
    await bench.settle()
    await bench.reconcile()
    expect(count('disabled')).toBe(budget)
    expect((await hold())?.held).toHaveLength(staff - budget)
    byIdentity(made)
    await bench.reconcile()
    expect(bench.seen()).toEqual(before)
    expect(await hold()).toBeUndefined()
  })
})

test('a configuration whose rule matches nobody: everything is held, nothing is taken, and the way back is open', async () => {
  await open()
  await team()
  const before = bench.seen()
  let good: Configuration | undefined
  bench.configure((given) => {
    good = given
    return given
  })
  byIdentity('SOC-Analsyts')
  expect(await shownPlan()).toContain('is the directory empty by mistake?')
  await bench.reconcile()
  await bench.reconcile()
  expect(bench.seen()).toEqual(before)
  expect((await hold())?.held).toHaveLength(staff)
  expect(told('plan.held')).toMatchObject([{ changes: staff, reasons: ['emptyDesired'] }])
  // Somebody comes meanwhile, by a rule that works: they are not made to wait, and nobody else has to go for them.
  await desk.group('SOC-Tier1', [await desk.person('zoe')])
  await bench.settle()
  expect(bench.seen().zoe).toEqual({ status: 'pending', roles: ['SOC tier 1'] })
  expect(count('disabled')).toBe(0)
  if (good === undefined) throw new Error('no configuration')
  const back = good
  bench.configure(() => back)
  await bench.reconcile()
  const { zoe: _zoe, ...others } = bench.seen()
  expect(others).toEqual(before)
  expect(await hold()).toBeUndefined()
})

describe('a dispatch message is lost', () => {
  test('the stream’s record, the wake-up, and the worker after it took the work: a minute and a lease later it is done', async () => {
    await open()
    const ada = await desk.person('ada')
    await desk.group('SOC-Analysts', [ada])
    // No stream ever told anybody. The sweep writes the work, and its wake-up is lost as well.
    bench.clock.advance(6)
    expect((await createDispatcher(bench.deps).sweep()).woken).toBe(1)
    expect(bench.seen().ada).toBeUndefined()
    // The next one reaches a worker that dies with the work in its hands, and gives nothing back.
    const killed = () => Promise.reject(new Error('killed'))
    const dying = bench.depsFor('dying')
    const worker = {
      ...dying,
      work: {
        ...dying.work,
        take: async (...given: Parameters<typeof dying.work.take>) => {
          await dying.work.take(...given)
          return killed()
        },
        defer: killed,
        finish: killed,
      },
      leases: { ...dying.leases, release: killed },
    }
    expect(await createProvisioner(worker).run(soc, bench.later(600))).toMatchObject({ ending: 'failed' })
    expect((await bench.run()).ending).toBe('busy')
    bench.clock.advance(60)
    await bench.settle()
    expect(bench.seen().ada).toEqual({ status: 'pending', roles: ['Analyst'] })
    // What left is as sure to go.
    bench.activateAll()
    await setActive(ada, false)
    bench.clock.advance(6)
    await createDispatcher({ ...bench.deps, wakeUps: { wake: async () => {} } }).sweep()
    bench.clock.advance(60)
    await bench.settle()
    expect(bench.seen().ada?.status).toBe('disabled')
  })
})

test('the sender repeats what it sent, in another order: nothing is done twice', async () => {
  await open()
  const { ids, group } = await staffed()
  const before = bench.seen()
  const accounts = members()
  await desk.put(`/Groups/${group}`, groupWith('SOC-Analysts', ids.toReversed()))
  for (const [n, id] of ids.entries()) await desk.put(`/Users/${id}`, personNamed(`p${n}`))
  await bench.settle()
  expect(bench.seen()).toEqual(before)
  expect(members()).toEqual(accounts)
})
