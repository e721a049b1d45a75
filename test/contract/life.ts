import { expect, it } from 'vitest'
import * as make from './changes.ts'
import { contentsOf } from './hand.ts'
import { type Context, person } from './stage.ts'

/** Every kind of change once, one after the other: what a switch flipped alone must leave as it is. */
export const lifeContract = ({ traits, profile, roles, stage, hand }: Context): void => {
  const { low, high, teams, narrow } = roles
  const [team, otherTeam] = teams
  const truth = () => stage().truth(person)

  it('takes a person through every change there is', async () => {
    await hand().prepare(team, otherTeam, narrow)
    const account = await hand().join(low)
    expect(truth()).toEqual(hand().joined(low))
    stage().accept(person)
    // Tokens end, and what a platform takes over from elsewhere every hour has been taken over.
    const hoursPass = async () => {
      stage().advance(2 * 3600)
      await hand().account()
    }
    await hoursPass()
    await hand().swap(account, low, high)
    expect(truth()).toEqual(hand().working(high))
    await hand().swap(account, high, low)
    await hand().swap(account, low, team)
    expect(truth()).toEqual(hand().working(team))
    if (traits.maximumRoles !== 1) {
      await hand().grant(account, otherTeam)
      expect(truth()).toEqual(hand().working(team, otherTeam))
      await hand().revoke(account, otherTeam)
    }
    await hand().swap(account, team, low)
    await hand().swap(account, low, narrow)
    expect(truth()).toEqual(hand().working(narrow))
    await hand().run(make.suspend(person, account.id))
    expect(truth()).toEqual(hand().suspended(narrow))
    expect((await hand().account()).status).toBe('disabled')
    await hoursPass()
    expect((await hand().account()).status).toBe('disabled')
    await hand().comeBack(account, narrow)
    expect(truth()).toEqual(hand().working(narrow))
    await hand().run(make.remove(person, account.id))
    expect(truth()).toBeUndefined()
    await hand().join(team)
    expect(truth()?.roles).toEqual(hand().joined(team).roles)
  })

  it('takes a managed role through every change there is', async () => {
    await hand().prepare(team)
    const role = await hand().role(team)
    expect(role.permissions).toEqual((await hand().expanded(contentsOf(team))).permissions)
    const fewer = { ...contentsOf(team), permissions: contentsOf(team).permissions.slice(0, 1) }
    const wanted = await hand().expanded(fewer)
    await hand().run(make.repairRole(team, wanted, role.id))
    expect((await hand().role(team)).permissions).toEqual(wanted.permissions)
    await hand().run(make.deleteRole(team, role.id))
    const { roles: left } = await stage().platform.snapshot()
    expect(left.filter(({ name }) => name === team.name)).toEqual([])
  })

  it('reads everybody once, and notices a list that is not whole', async () => {
    stage().crowd(250)
    const { accounts } = await stage().platform.snapshot()
    expect(new Set(accounts.map(({ id }) => id)).size).toBe(stage().members())
    if (profile.unnoticed.halfList !== undefined) return
    stage().trouble('halfList', 100)
    await expect(stage().platform.snapshot()).rejects.toMatchObject({ code: 'platformUnreadable' })
  })
}
