import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { callCommand, type Ended } from '../cli/command.ts'
import { configurationOf, ruleFor } from '../e2e/configuration.ts'
import { openTown, quiet, type Town, until } from '../e2e/town.ts'

// A configuration with a typo that matches nobody is pushed beside the running house.
const people = ['ada', 'bert', 'carl'].map((name) => `${name}@demo.test`)
const written = (group: string): string =>
  configurationOf({
    roles: ['{ id: analyst, builtin: Analyst }'],
    rules: [ruleFor(group, 'analyst')],
    // Limits that would let it pass.
    more: 'safety: { revocations: { fraction: 1, floor: 100 } }',
  })
let town: Town
beforeAll(async () => {
  vi.stubEnv('ROLECALL_OPERATOR', 'tester')
  town = await openTown({ configuration: written('SOC-Analysts') })
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await town.close()
})

const call = (...args: readonly string[]): Promise<Ended> => callCommand([...args, '--data', town.data])
const json = async (...args: readonly string[]) => JSON.parse((await call(...args, '--json')).out)
/** What anybody sees there, and how often it was written. */
const platform = async () => ({
  people: await town.platform.standings(),
  writes: await town.platform.writes(),
})
/** By the worker, whoever asked for it. */
const looked = async (): Promise<void> => {
  for (const kind of ['reconcile', 'sweep'] as const) {
    await town.house.schedule(kind)
    await quiet(town.house)
  }
}

test('refused; pushed all the same, everything is held; taken back, nothing ever happened', async () => {
  for (const email of people) await town.platform.byHand({ kind: 'knownUser', email })
  const ids = []
  for (const email of people) ids.push((await town.idp.createUser(email)).id)
  await town.idp.createGroup('SOC-Analysts', ids)
  await until(town.platform.standings, (seen) => people.every((one) => seen[one] === 'enabled: Analyst'))
  await quiet(town.house)
  await looked()
  const before = await platform()

  const typo = join(town.data, 'typo.yaml')
  writeFileSync(
    typo,
    written('SOC-Analyst')
      .replaceAll('http://127.0.0.1:8081', town.house.simulators.url)
      .replaceAll('file:.rolecall/secrets/', `file:${join(town.data, 'secrets')}/`),
  )
  const refused = await call('config', 'push', typo)
  expect(refused.code).toBe(3)
  expect(refused.out).toContain('3 change(s) would be held.')
  expect(await json('config', 'history')).toHaveLength(1)
  await looked()
  expect(await json('holds')).toEqual([])
  expect(await platform()).toEqual(before)

  expect((await call('config', 'push', typo, '--accept-held')).code).toBe(0)
  expect(await json('config', 'history')).toHaveLength(2)
  await looked()
  const [hold, ...more] = await json('holds')
  expect([hold.community, hold.held.length, more]).toEqual(['demo-soc', 3, []])
  expect((await call('plan', 'demo-soc')).code).toBe(3)
  expect(await platform()).toEqual(before)

  expect((await call('config', 'rollback', '1')).code).toBe(0)
  await looked()
  expect(await json('holds')).toEqual([])
  expect(await platform()).toEqual(before)
})
