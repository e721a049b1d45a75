import { afterEach, describe, expect, test } from 'vitest'
import { demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import type { Platform } from '../../lib/core/ports/platform.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { reportDrift } from '../../lib/provisioning/drift-report.ts'
import { createPlanDesk } from '../../lib/provisioning/plan-desk.ts'
import { previewPlan } from '../../lib/provisioning/preview.ts'
import { createProvisioner } from '../../lib/provisioning/provision.ts'
import { type Bench, demo, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

const desk = () => createPlanDesk(bench.deps)
const save = async (): Promise<number> => desk().save(await bench.preview())
const ask = (number: number) => desk().ask({ community: soc, number, by: 'Maria', reason: 'looked at it' })
const fate = (number: number) => bench.deps.runs.fate(soc, number)
const mails = () => bench.sekoia.world().mails.map(({ to }) => to.split('@')[0])
/** Ids of what was tried or done, in order. */
const trail = async (kind: 'changeIntended' | 'changeApplied'): Promise<readonly string[]> => {
  const entries = await bench.deps.audit.about({ kind: 'community', id: soc }, 500)
  return entries.flatMap(({ event }) => (event.kind === kind ? [event.change] : [])).reverse()
}

describe('a stored plan that somebody wants carried out', () => {
  test('is carried out as it stands: what was wished since waits for the next look', async () => {
    bench = await openBench()
    const ada = await bench.provider.person('ada')
    const analysts = await bench.provider.group('SOC-Analysts', [ada])
    const number = await save()
    const stored = await desk().stored(soc, number)
    const bea = await bench.provider.person('bea')
    await bench.provider.change(analysts, { add: [bea] })
    expect(await ask(number)).toMatchObject({ number, state: 'asked' })
    expect(await bench.run()).toMatchObject({ ending: 'done', rounds: 1, finished: 1 })
    const ids = stored.verdict.allowed.map(({ id }) => id)
    expect(ids).toHaveLength(2)
    expect(await trail('changeApplied')).toEqual(ids)
    expect(mails()).toEqual(['ada'])
    expect(await fate(number)).toMatchObject({ state: 'applied', applied: 2, failed: 0, why: [] })
    expect((await desk().list(soc)).map((one) => [one.number, one.fate?.state])).toEqual([
      // The first look at everybody, which found an account that is not ours.
      [number + 1, undefined],
      [number, 'applied'],
    ])
    const entries = await bench.deps.audit.about({ kind: 'community', id: soc }, 500)
    expect(entries.filter(({ event }) => event.kind === 'planAsked')).toMatchObject([
      {
        actor: { kind: 'operator', label: 'Maria' },
        event: { number, changes: 2, reason: 'looked at it' },
      },
    ])
    // Asked again it is what it was; the others come in by their own work.
    expect(await ask(number)).toMatchObject({ state: 'applied' })
    await bench.settle()
    expect(mails()).toEqual(['ada', 'bea'])
  })

  test('is refused when a change is no longer wanted, by name, and nothing of it is done', async () => {
    bench = await openBench()
    const [ada, bea] = [await bench.provider.person('ada'), await bench.provider.person('bea')]
    const analysts = await bench.provider.group('SOC-Analysts', [ada, bea])
    const number = await save()
    await bench.provider.change(analysts, { remove: [bea] })
    await ask(number)
    await bench.run()
    expect(await fate(number)).toMatchObject({
      state: 'refused',
      applied: 0,
      why: [`invite/demo/${bea.id}/1/analyst: no longer planned, and not done`],
    })
    expect(await trail('changeIntended')).toEqual([])
    // Wanted again it fits again, and may be asked for again.
    await bench.provider.change(analysts, { add: [bea] })
    await ask(number)
    await bench.run()
    expect(await fate(number)).toMatchObject({ state: 'applied' })
  })

  test('is refused by a mode that withholds it by now, and fits a newer configuration that says the same', async () => {
    bench = await openBench()
    await bench.provider.group('SOC-Analysts', [await bench.provider.person('ada')])
    const number = await save()
    const mode = (value: 'enforce' | 'report') =>
      bench.configure((before) => ({
        ...before,
        number: before.number + 1,
        communities: before.communities.map((one) => ({ ...one, mode: value })),
      }))
    mode('report')
    await ask(number)
    await bench.run()
    const refused = await fate(number)
    expect(refused?.state).toBe('refused')
    expect(refused?.why).toContain(
      'create-role/tier1: withheld now by the mode of the community, or its quarantine',
    )
    const empty = await save()
    await expect(ask(empty)).rejects.toMatchObject({ code: 'invalidValue' })
    mode('enforce')
    await ask(number)
    await bench.run()
    expect(await fate(number)).toMatchObject({ state: 'applied' })
    await expect(ask(99)).rejects.toMatchObject({ code: 'notFound' })
  })

  test('is refused when the configuration no longer names the community', async () => {
    bench = await openBench()
    await bench.provider.group('SOC-Analysts', [await bench.provider.person('ada')])
    const number = await save()
    await ask(number)
    bench.configure((before) => ({ ...before, communities: [] }))
    expect(await bench.run()).toMatchObject({ ending: 'notConfigured' })
    expect(await fate(number)).toMatchObject({ state: 'refused' })
  })

  test('of which an ordinary run did a part in between is finished with what is left', async () => {
    bench = await openBench()
    const ada = await bench.provider.person('ada')
    await bench.provider.group('SOC-Tier1', [ada, await bench.provider.person('bea')])
    const number = await save()
    await bench.settle()
    expect(mails()).toHaveLength(2)
    await ask(number)
    await bench.run()
    expect(mails()).toHaveLength(2)
    const { verdict } = await desk().stored(soc, number)
    expect(await fate(number)).toMatchObject({ state: 'applied', applied: verdict.allowed.length })
  })

  test('crosses many runs when each has little time: everything once, and how far it is can be seen', async () => {
    bench = await openBench({
      wrap: (deps) => ({
        ...deps,
        audit: {
          ...deps.audit,
          append: async (entries) => {
            bench.clock.advance(1)
            await deps.audit.append(entries)
          },
        },
      }),
    })
    const people = []
    for (let n = 0; n < 12; n++) people.push(await bench.provider.person(`person-${n}`))
    await bench.provider.group('SOC-Analysts', people)
    const number = await save()
    await ask(number)
    const endings: string[] = []
    const done: number[] = []
    for (let turn = 0; turn < 20 && (await fate(number))?.state === 'asked'; turn++) {
      endings.push((await bench.runUntil(bench.later(8))).ending)
      done.push((await fate(number))?.applied ?? 0)
    }
    expect(endings.length).toBeGreaterThan(3)
    expect(new Set(endings.slice(0, -1))).toEqual(new Set(['outOfTime']))
    expect(done).toEqual(done.toSorted((a, b) => a - b))
    expect(await fate(number)).toMatchObject({ state: 'applied', applied: 13 })
    expect(mails().toSorted()).toEqual(people.map(({ userName }) => userName.split('@')[0]).toSorted())
  })

  test('gives way to whoever leaves meanwhile, and goes on', async () => {
    let act: (() => Promise<unknown>) | undefined
    let appended = 0
    bench = await openBench({
      wrap: (deps) => ({
        ...deps,
        audit: {
          ...deps.audit,
          append: async (entries) => {
            bench.clock.advance(1)
            await deps.audit.append(entries)
            appended += 1
            if (appended === 8) await act?.()
          },
        },
      }),
    })
    const zoe = await bench.provider.person('zoe')
    const analysts = await bench.provider.group('SOC-Analysts', [zoe])
    await bench.settle()
    bench.activateAll()
    const people = []
    for (let n = 0; n < 8; n++) people.push(await bench.provider.person(`person-${n}`))
    await bench.provider.change(analysts, { add: people })
    const number = await save()
    await ask(number)
    const before = (await trail('changeApplied')).length
    appended = 0
    act = async () => {
      act = undefined
      const since = bench.clock.now()
      await bench.provider.setActive(zoe, false)
      const subject = { kind: 'member', connection: demo, member: zoe.id } as const
      await bench.deps.work.add([{ community: soc, priority: 'departure', subject, since }])
    }
    expect(await bench.run()).toMatchObject({ ending: 'done' })
    const kinds = (await trail('changeApplied')).slice(before).map((id) => id.split('/')[0])
    expect(kinds.filter((kind) => kind === 'invite')).toHaveLength(8)
    expect(kinds.indexOf('suspend')).toBeGreaterThan(0)
    expect(kinds.indexOf('suspend')).toBeLessThan(8)
    expect(await fate(number)).toMatchObject({ state: 'applied', applied: 8, why: [] })
    expect(mails()).toHaveLength(9)
  })

  test('survives a worker that dies after any call', async () => {
    bench = await openBench()
    const names = ['ada', 'bea']
    const people = []
    for (const name of names) people.push(await bench.provider.person(name))
    await bench.provider.group('SOC-Tier1', people)
    const number = await save()
    await ask(number)
    let deaths = -1
    for (let n = 3; (await fate(number))?.state === 'asked'; n += 5) {
      deaths += 1
      await createProvisioner(mortal(bench.depsFor(`mortal-${n}`), n))
        .run(soc, bench.later(600))
        .catch(() => undefined)
      // Until the dead worker's lease has ended, and the plan it put aside may be taken up again.
      bench.clock.advance(700)
    }
    expect(deaths).toBeGreaterThan(5)
    const { verdict } = await desk().stored(soc, number)
    expect(await fate(number)).toMatchObject({ state: 'applied', applied: verdict.allowed.length, why: [] })
    expect(mails().toSorted()).toEqual(names)
  })
})

/** Dies after its n-th call into a port, and does nothing more. */
const mortal = (given: Provisioning, n: number): Provisioning => {
  let calls = 0
  const guarded = <Port extends object>(port: Port): Port =>
    Object.fromEntries(
      Object.entries(port).map(([name, method]) => [
        name,
        typeof method !== 'function' || name === 'traits' || name === 'now'
          ? method
          : async (...values: readonly unknown[]) => {
              calls += 1
              if (calls > n) throw new Error('killed')
              return await method(...values)
            },
      ]),
    ) as Port
  const platforms = guarded(given.platforms)
  const ports = { ...given } as Record<string, unknown>
  for (const [name, port] of Object.entries(given))
    if (typeof port === 'object' && !['ids', 'log', 'patterns', 'clock'].includes(name))
      ports[name] = guarded(port as object)
  return {
    ...(ports as unknown as Provisioning),
    platforms: {
      ...platforms,
      open: async (...values: Parameters<typeof platforms.open>): Promise<Platform> =>
        guarded(await platforms.open(...values)),
    },
  }
}

test('a look for the sake of a stored plan is a look at everybody: what drifted and what is not ours are put down', async () => {
  bench = await openBench()
  const ada = await bench.provider.person('ada')
  const tier1 = await bench.provider.group('SOC-Tier1', [ada])
  await bench.settle()
  bench.activateAll()
  await bench.reconcile()
  const shown = async () => {
    const configuration = await bench.deps.configuration()
    const [community] = configuration.communities
    if (community === undefined) throw new Error('no community')
    return reportDrift(bench.deps, configuration, community)
  }
  expect((await shown()).drift).toEqual([])
  await bench.provider.change(tier1, { add: [await bench.provider.person('bea')] })
  const joining = await save()
  const at = { community: demoCommunity, email: 'ada@demo.test' }
  bench.sekoia.edit({ kind: 'editMember', ...at, roles: [] })
  bench.sekoia.edit({ kind: 'addMember', ...at, email: 'stranger@demo.test', roles: ['Analyst'] })
  await bench.deps.work.finishDue(await bench.deps.work.dueBefore(bench.later(60), 100))
  bench.clock.advance(3600)
  const before = bench.clock.now()
  await ask(joining)
  await bench.run()
  expect(await fate(joining)).toMatchObject({ state: 'applied' })
  // Not of the plan, so not corrected; but seen, and told.
  const found = await shown()
  expect(found).toMatchObject({
    drift: [{ kind: 'grantLost', corrected: 0 }],
    unmanaged: expect.arrayContaining([expect.objectContaining({ email: 'stranger@demo.test' })]),
  })
  expect((found.lookedAt ?? '') >= before).toBe(true)
  expect(bench.events.filter(({ type }) => type === 'drift.found')).toMatchObject([{ count: 1 }])
  const correcting = await save()
  await ask(correcting)
  await bench.run()
  expect((await shown()).drift).toMatchObject([{ corrected: 1 }])
  expect(bench.seen().ada?.roles).toEqual(['SOC tier 1'])
})

test('an ordinary run carries out exactly what it stored', async () => {
  bench = await openBench()
  const people = [await bench.provider.person('ada'), await bench.provider.person('bea')]
  const analysts = await bench.provider.group('SOC-Analysts', people)
  const applied = async (act: () => Promise<unknown>): Promise<void> => {
    const before = (await trail('changeApplied')).length
    const last = (await bench.deps.runs.latestPlan(soc))?.number ?? 0
    await act()
    const plans = (await bench.deps.runs.plans(soc, 50)).filter(({ number }) => number > last).toReversed()
    const stored = await Promise.all(plans.map(({ number }) => bench.deps.runs.plan(soc, number)))
    const allowed = stored.flatMap((one) => one?.verdict.allowed.map(({ id }) => id) ?? [])
    expect(allowed.length).toBeGreaterThan(0)
    expect((await trail('changeApplied')).slice(before)).toEqual(allowed)
  }
  await applied(bench.reconcile)
  bench.activateAll()
  await applied(async () => {
    await bench.provider.change(analysts, { remove: people.slice(0, 1) })
    await bench.settle()
  })
  expect(bench.seen().ada?.status).toBe('disabled')
})

test('whoever waits for a preview is told how far reading has come', async () => {
  bench = await openBench()
  await bench.provider.group('SOC-Analysts', [await bench.provider.person('ada')])
  const told: unknown[] = []
  await previewPlan({ ...bench.deps, told: (...values) => void told.push(values) }, soc)
  expect(told).toContainEqual(['directory', soc, 1, 1])
  expect(told).toContainEqual(['platform', soc, 1, 1])
})
