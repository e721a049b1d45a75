import { describe, expect, it } from 'vitest'
import * as make from './changes.ts'
import { failure, rolesOf } from './hand.ts'
import { type Context, person, type Trouble } from './stage.ts'

/** Rate limits, outages, lists that are not whole, answers that never come. */
export const troubleContract = (context: Context): void => {
  readings(context)
  writings(context)
}

const readings = ({ profile, stage }: Context): void => {
  const noticed = <T>(rows: readonly (readonly [Trouble, T])[]) =>
    rows.filter(([kind]) => profile.unnoticed[kind] === undefined)

  describe('in trouble', () => {
    it.each(
      noticed([
        ['throttled', 'platformThrottled'],
        ['throttledWithDate', 'platformThrottled'],
        ['unavailable', 'platformUnavailable'],
        ['outageMidway', 'platformUnavailable'],
        ['halfList', 'platformUnreadable'],
        ['movingList', 'platformUnreadable'],
        ['html', 'platformUnreadable'],
      ] as const),
    )('calls a list that is %s no community', async (kind, code) => {
      stage().crowd(250)
      stage().trouble(kind, 100)
      await expect(stage().platform.snapshot()).rejects.toEqual(failure(code))
    })

    it('does not wait for a platform that hangs', async () => {
      const impatient = await stage().opened('impatient')
      stage().trouble('hang', 100)
      await expect(impatient.snapshot()).rejects.toEqual(failure('platformUnavailable'))
    })

    it.each(
      noticed([
        ['unavailable', 1],
        ['outageMidway', 1],
        ['halfList', 1],
        ['movingList', 1],
        ['exchangedWhilePaged', 1],
      ] as const),
    )('reads it whole once %s is over', async (kind, times) => {
      stage().crowd(250)
      stage().trouble(kind, times)
      const { accounts } = await stage().platform.snapshot()
      expect(accounts).toHaveLength(stage().members())
      expect(new Set(accounts.map(({ id }) => id)).size).toBe(accounts.length)
    })

    it('leaves the platform alone when it says so', async () => {
      stage().trouble('throttled', 1)
      const first = await stage()
        .platform.snapshot()
        .catch((error: unknown) => error)
      expect(stage().pauses()).toContain(profile.throttlePause)
      // A short pause is waited out; a longer one is the caller's to keep.
      if (profile.throttlePause > 5) expect(first).toMatchObject({ retryAfter: profile.throttlePause })
      else expect(first).toMatchObject({ complete: true })
      stage().advance(profile.throttlePause + 1)
      expect((await stage().platform.snapshot()).complete).toBe(true)
    })

    it('says so when the credentials are for another tenant, or revoked', async () => {
      const foreign = await stage().opened('foreignTenant')
      await expect(foreign.snapshot()).rejects.toEqual(failure(profile.foreignTenant))
      const revoked = await stage().opened('revoked')
      await expect(revoked.snapshot()).rejects.toEqual(failure('platformUnauthorized'))
    })

    it('is told by the check-up, which throws for nothing', async () => {
      const well = await stage().platform.checkup()
      expect(well.filter(({ state }) => state === 'problem')).toEqual([])
      expect(well.map(({ subject }) => subject)).toContain('credentials')
      const revoked = await (await stage().opened('revoked')).checkup()
      expect(revoked.find(({ subject }) => subject === 'credentials')).toMatchObject({
        state: 'problem',
        remedy: expect.any(String),
      })
      stage().trouble('unavailable', 1000)
      expect((await stage().platform.checkup()).some(({ state }) => state !== 'ok')).toBe(true)
    })
  })
}

const writings = ({ traits, profile, roles, stage, hand }: Context): void => {
  const { low, high } = roles
  const [team] = roles.teams
  const mails = profile.mails ? 1 : 0

  describe('in trouble while it writes', () => {
    it('does not know whether a change was done when its answer never comes, and sends it once', async () => {
      const known = await rolesOf(stage().platform, stage().community)
      const impatient = await stage().opened('impatient')
      stage().trouble('hangOnWrite', 1)
      const change = make.invite(person, [low.id])
      await expect(impatient.apply(change, known)).rejects.toEqual(failure('platformUncertain'))
      expect(stage().writes()).toBe(1)
      expect(stage().truth(person)).toBeUndefined()
    })

    it('fails a change in an outage, and the same change succeeds afterwards', async () => {
      const account = await hand().join(low)
      const known = await rolesOf(stage().platform, stage().community)
      stage().trouble('unavailable', 50)
      const change = make.suspend(person, account.id)
      await expect(stage().platform.apply(change, known)).rejects.toEqual(failure('platformUnavailable'))
      expect(stage().truth(person)).toEqual(hand().joined(low))
      stage().trouble('unavailable', 0)
      stage().advance(700)
      await stage().platform.apply(change, known)
      expect(stage().truth(person)).toEqual(hand().suspended(low))
    })

    it.each([0, 1, 2, 3])('finishes what an outage cut short after %i writes', async (writes) => {
      await hand().prepare(team)
      const known = await rolesOf(stage().platform, stage().community)
      stage().outageAfter(writes)
      const change = make.invite(person, [team.id])
      await stage()
        .platform.apply(change, known)
        .catch(() => undefined)
      stage().trouble('unavailable', 0)
      stage().advance(700)
      const account = await hand()
        .account()
        .catch(() => undefined)
      if (account === undefined) await hand().run(change)
      else if (account.roles.length === 0) await hand().grant(account, team)
      expect(stage().truth(person)).toEqual(hand().joined(team))
      expect(stage().mailsTo(person)).toBe(mails)
    })

    it('finds an account whose answer was lost, and makes no second one', async () => {
      stage().loseNextAnswer()
      await hand().join(low)
      expect(stage().truth(person)).toEqual(hand().joined(low))
      expect(stage().mailsTo(person)).toBe(mails)
      const { accounts } = await stage().platform.snapshot()
      expect(accounts.filter(({ email }) => email === person)).toHaveLength(1)
    })

    it('finds every other write whose answer was lost', async () => {
      stage().loseNextAnswer()
      await hand().prepare(team)
      const account = await hand().join(low)
      stage().accept(person)
      stage().loseNextAnswer()
      await hand().run(make.suspend(person, account.id))
      expect(stage().truth(person)).toEqual(hand().suspended(low))
      stage().loseNextAnswer()
      await hand().comeBack(account, low)
      expect(stage().truth(person)).toEqual(hand().working(low))
      stage().loseNextAnswer()
      await hand().swap(account, low, team)
      expect(stage().truth(person)).toEqual(hand().working(team))
      stage().loseNextAnswer()
      await hand().swap(account, team, high)
      expect(stage().truth(person)).toEqual(hand().working(high))
      stage().loseNextAnswer()
      if (!traits.alwaysOneRole) {
        await hand().revoke(account, high)
        expect(stage().truth(person)).toEqual(hand().working())
        stage().loseNextAnswer()
      }
      await hand().run(make.remove(person, account.id))
      expect(stage().truth(person)).toBeUndefined()
      const { roles: present } = await stage().platform.snapshot()
      expect(present.filter(({ name }) => name === team.name)).toHaveLength(1)
    })
  })
}
