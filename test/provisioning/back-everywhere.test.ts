import { afterEach, describe, expect, test } from 'vitest'
import type { Community } from '../../lib/core/configuration.ts'
import type { Member } from '../../lib/core/member.ts'
import { platformTraits } from '../../lib/platforms/traits.ts'
import { createAdoptionDesk } from '../../lib/provisioning/adoption.ts'
import { handOf } from '../contract/hand.ts'
import { immybotHarness } from '../contract/immybot.ts'
import { netographyHarness } from '../contract/netography.ts'
import { sekoiaHarness } from '../contract/sekoia.ts'
import type { Stage } from '../contract/stage.ts'
import { openVillage, type Village } from '../contract/village.ts'

// Somebody who left comes back as another record with the same address, on each platform, whose suspensions are three different things.
let village: Village
let stage: Stage
afterEach(async () => {
  await village.close()
  await stage.close()
})

const ada = 'ada@acme.example'
const harnesses = [sekoiaHarness, netographyHarness, immybotHarness] as const

describe.each(harnesses)('$name', (harness) => {
  const { low, high, teams } = harness.roles
  const [team] = teams
  const hand = () => handOf(stage, platformTraits(harness.platform), harness.roles)
  const shown = () => stage.truth(ada)

  /** Ada with these roles, and somebody who stays. */
  const joined = async (role = low, given: Partial<Community> = { adopt: 'domain' }): Promise<Member> => {
    stage = await harness.start({}, {})
    village = await openVillage(stage, harness.roles, given)
    await village.person('stays@acme.example', [low])
    const member = await village.person(ada, [role])
    await village.settle()
    stage.accept(ada)
    await village.reconcile()
    expect(shown()).toEqual(hand().working(role))
    return member
  }
  const again = async (role = team): Promise<Member> => {
    const member = await village.namesake(ada, [role])
    await village.settle()
    return member
  }
  const recordOf = async (member: Member) => (await village.ownerships(member))[0]

  test.each([
    ['after the suspension', true],
    ['before anybody looked', false],
  ])(
    'deleted and made anew, %s: the same account, with what the new record is to have',
    async (_, between) => {
      const before = await joined()
      const record = await recordOf(before)
      const members = stage.members()
      await village.leave(before)
      if (between) {
        await village.settle()
        expect(shown()).toEqual(hand().suspended(low))
      }
      const member = await again()
      expect(shown()).toEqual(hand().working(team))
      expect(stage.members()).toBe(members)
      expect(await village.ownerships(before)).toEqual([])
      const after = await recordOf(member)
      expect(after).toMatchObject({ account: record?.account, takenOver: { from: { member: before.id } } })
      expect(after?.grants.map(({ role }) => role)).toEqual([team.id])
      expect(after).not.toHaveProperty('suspended')
      village.days(31)
      await village.reconcile()
      expect(shown()).toEqual(hand().working(team))
      expect((await village.preview()).plan).toMatchObject({ changes: [], problems: [] })

      // And leaves for good.
      await village.leave(member)
      await village.settle()
      expect(shown()).toEqual(hand().suspended(team))
      village.days(31)
      await village.reconcile()
      expect(shown()).toBeUndefined()
      expect(await village.ownerships(member)).toEqual([])
    },
  )

  test('with the roles of before, and there and back between two records', async () => {
    const one = await joined()
    await village.setActive(one, false)
    await village.settle()
    const two = await again(low)
    expect(shown()).toEqual(hand().working(low))
    await village.setActive(two, false)
    await village.setActive(one, true)
    await village.settle()
    expect(shown()).toEqual(hand().working(low))
    expect(await recordOf(one)).toMatchObject({ takenOver: { from: { member: two.id } } })
    expect(await village.ownerships(two)).toEqual([])
  })

  test('an administrator’s account waits for a person, whatever the suspension left of it', async () => {
    const before = await joined(high)
    await village.leave(before)
    await village.settle()
    expect(shown()).toEqual(hand().suspended(high))
    const member = await again(low)
    expect(await village.problems()).toMatchObject([
      { kind: 'adoptionNeeded', why: 'admin', from: { member: before.id } },
    ])
    expect(shown()).toEqual(hand().suspended(high))
    await createAdoptionDesk(village.deps).adopt({
      community: stage.community.id,
      connection: member.connection,
      subject: { by: 'id', id: member.id },
      roles: false,
      by: 'olive',
      reason: 'she is back',
    })
    await village.settle()
    expect(shown()).toEqual(hand().working(low))
    expect((await recordOf(member))?.grants.map(({ role }) => role)).toEqual([low.id])
  })
})
