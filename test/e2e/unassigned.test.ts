import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rolecall } from './command.ts'
import { openTown, quiet, type Town, until } from './town.ts'

describe("a person moved out of every rule's group", () => {
  let town: Town
  let user: string
  let group: string
  const standing = async (): Promise<string | undefined> =>
    (await town.platform.standings())['mover@demo.test']

  beforeAll(async () => {
    town = await openTown()
    await town.platform.byHand({ kind: 'knownUser', email: 'mover@demo.test' })
    user = (await town.idp.createUser('mover@demo.test')).id
    group = (await town.idp.createGroup('SOC-Analysts', [user])).id
    await until(standing, 'enabled: Analyst')
    await quiet(town.house)
  })
  afterAll(() => town.close())

  it('is explained while the role is there: by which rule, group and request, since when', async () => {
    const { out } = await rolecall(town, 'explain', 'mover@demo.test')
    expect(out).toMatch(
      /rule soc-analysts \(configuration 1\): group "SOC-Analysts" \([0-9a-f-]+\) since 20\S+Z \(request \S+ by npm start\)/,
    )
  })

  it('is suspended, as onUnassigned says, though still active at the identity provider', async () => {
    expect((await town.idp.removeMember(group, user)).status).toBe(204)
    await until(standing, 'disabled: Analyst')
    expect((await town.idp.send('GET', `/Users/${user}`)).body.active).toBe(true)
  })

  it('is explained without the role', async () => {
    const explained = await rolecall(town, 'explain', 'mover@demo.test')
    expect(explained.code).toBe(0)
    expect(explained.out).toMatch(/demo-soc/)
    expect(explained.out).toMatch(/suspended/i)
    expect(explained.out).toMatch(/active, and no role is left here/)
    expect(explained.out).toMatch(/\(unassigned\)/)
  })

  it('and is back with the same role when the group is given again', async () => {
    expect((await town.idp.addMember(group, user)).status).toBe(204)
    await until(standing, 'enabled: Analyst')
  })
})
