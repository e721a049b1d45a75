import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { configurationOf, ruleFor } from './configuration.ts'
import { openTown, type Town, until } from './town.ts'

const many = 50
const roles = Array.from({ length: many }, (_, n) => `role-${String(n).padStart(2, '0')}`)

/** Fifty groups, each of which gives a custom role of its own. */
const configuration = configurationOf({
  roles: roles.map(
    (role) =>
      `{ id: ${role}, custom: ${role}, description: made by a test as one of fifty, permissions: [SIC_READ_ALERTS] }`,
  ),
  rules: roles.map((role) => ruleFor(`G-${role}`, role)),
})

describe('concurrent requests with injected conflicts', () => {
  let town: Town
  beforeAll(async () => {
    town = await openTown({ configuration })
    town.house.engine.inject({
      seed: 7,
      rules: [
        { fault: 'conflict', probability: 0.15, operations: ['TransactWriteItems', 'UpdateItem', 'PutItem'] },
      ],
    })
  })
  afterAll(() => town.close())

  it('fifty PATCHes, each adding another member to one group: all fifty are there, in both directions', async () => {
    const users = await Promise.all(
      Array.from({ length: many }, (_, n) => town.idp.createUser(`member${n}@demo.test`)),
    )
    const group = await town.idp.createGroup('Everyone')
    const answers = await Promise.all(users.map((user) => town.idp.addMember(group.id, user.id)))
    expect(answers.map((answer) => answer.status)).toEqual(users.map(() => 204))

    const read = await town.idp.send<{ members: readonly { value: string }[] }>('GET', `/Groups/${group.id}`)
    expect(read.body.members.map((member) => member.value).sort()).toEqual(
      users.map((user) => user.id).sort(),
    )
    for (const user of users) {
      const { body } = await town.idp.send<{ groups: readonly { value: string }[] }>(
        'GET',
        `/Users/${user.id}`,
      )
      expect(body.groups.map((each) => each.value)).toEqual([group.id])
    }
  })

  it('fifty group additions for one new user: all its roles arrive', async () => {
    const groups = await Promise.all(roles.map((role) => town.idp.createGroup(`G-${role}`)))
    await town.platform.byHand({ kind: 'knownUser', email: 'busy@demo.test' })
    const user = await town.idp.createUser('busy@demo.test')
    const answers = await Promise.all(groups.map((group) => town.idp.addMember(group.id, user.id)))
    expect(answers.map((answer) => answer.status)).toEqual(groups.map(() => 204))
    // Conflicts may cost a wake-up; the sweep is what a minute would bring.
    const seen = async (): Promise<string> => {
      await town.house.schedule('sweep')
      return (await town.platform.standings())['busy@demo.test'] ?? 'absent'
    }
    expect(await until(seen, `enabled: ${roles.join(' + ')}`, 60_000)).toBeDefined()
  })
})
