import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Hold } from '../../lib/core/verdict.ts'
import { rolecall } from './command.ts'
import { openTown, quiet, type Town, until } from './town.ts'

// The example's departure budget: the larger of 5 and a fifth of the accounts owned when the window began.
const people = 30
const budget = 6

describe('thirty people deactivated one PATCH at a time', () => {
  let town: Town
  const ids = new Map<string, string>()
  const email = (n: number): string => `person${String(n).padStart(2, '0')}@demo.test`
  const count = async (state: string): Promise<number> =>
    Object.values(await town.platform.standings()).filter((standing) => standing.startsWith(`${state}:`))
      .length

  const holds = async (): Promise<readonly Hold[]> =>
    (await rolecall(town, 'holds', '--json')).json as readonly Hold[]

  beforeAll(async () => {
    // The example, at the pace of a test.
    const configuration = readFileSync('rolecall.yaml', 'utf8').replace(
      '    mode: enforce',
      '    mode: enforce\n    requestsPerSecond: 50',
    )
    town = await openTown({ configuration })
    // Known to the platform: invited people are in at once, so that leaving is a suspension, not a withdrawn invitation.
    for (let n = 1; n <= people; n++) await town.platform.byHand({ kind: 'knownUser', email: email(n) })
    await town.platform.byHand({ kind: 'knownUser', email: 'joiner@demo.test' })
    await town.platform.byHand({ kind: 'knownUser', email: 'stays@demo.test' })
    const stays = await town.idp.createUser('stays@demo.test')
    for (let n = 1; n <= people; n++) ids.set(email(n), (await town.idp.createUser(email(n))).id)
    await town.idp.createGroup('SOC-Analysts', [stays.id, ...ids.values()])
    // Everybody, and the hand-made owner.
    await until(() => count('enabled'), people + 2)
    await quiet(town.house)
  })
  afterAll(() => town.close())

  it('every PATCH is answered 2xx, at most the budget is suspended, the rest is held', async () => {
    for (const id of ids.values()) expect((await town.idp.setActive(id, false)).status).toBe(200)
    const [hold] = await until(holds, (seen) => seen[0]?.held.length === people - budget)
    expect(hold?.community).toBe('demo-soc')
    await quiet(town.house)
    expect(await count('disabled')).toBe(budget)
    expect(await count('enabled')).toBe(2 + people - budget)
  })

  it('a joiner is served meanwhile', async () => {
    const { id } = await town.idp.createUser('joiner@demo.test')
    const [group] = (
      await town.idp.send<{ Resources: readonly { id: string }[] }>(
        'GET',
        '/Groups?filter=displayName%20eq%20%22SOC-Analysts%22',
      )
    ).body.Resources
    expect((await town.idp.addMember(group?.id ?? '', id)).status).toBe(204)
    await until(async () => (await town.platform.standings())['joiner@demo.test'], 'enabled: Analyst')
    expect(await count('disabled')).toBe(budget)
  })

  it('a scheduled reconciliation does not lift the hold either', async () => {
    await town.house.schedule('reconcile')
    await quiet(town.house)
    expect(await count('disabled')).toBe(budget)
  })

  it('approved, everybody who left is out, and the joiner stays', async () => {
    const [hold] = await holds()
    const approved = await rolecall(
      town,
      'approve',
      'demo-soc',
      hold?.digest ?? '',
      '--reason',
      'the merger is real',
    )
    expect(approved.code, approved.errors).toBe(0)
    await town.house.schedule('sweep')
    await until(() => count('disabled'), people)
    const standings = await town.platform.standings()
    expect(standings['joiner@demo.test']).toBe('enabled: Analyst')
    expect(standings['owner@demo.test']).toBe('enabled: Admin')
    expect((await rolecall(town, 'holds', '--json')).json).toEqual([])
  })
})
