import { describe, expect, it } from 'vitest'
import * as make from './changes.ts'
import { failure } from './hand.ts'
import { type Context, person } from './stage.ts'

/** People: found, added, given and losing roles, suspended, resumed, removed and taken back. */
export const accountsContract = ({ traits, profile, roles, stage, hand }: Context): void => {
  const [team, otherTeam] = roles.teams
  const { low, high } = roles
  const mails = profile.mails ? 1 : 0

  it('shows a community without our people as it is', async () => {
    const snapshot = await stage().platform.snapshot()
    expect(snapshot.complete).toBe(true)
    expect(snapshot.scope).toBe('community')
    expect(snapshot.accounts).toHaveLength(stage().members())
    expect(snapshot.accounts.some(({ email }) => email === person)).toBe(false)
    expect((await hand().role(high)).admin).toBe(true)
    expect((await hand().role(low)).admin).toBe(false)
    expect((await hand().account(stage().owner.email)).id).toBe(stage().owner.account)
  })

  it('adds a person with a role, once', async () => {
    const applied = await hand().run(make.invite(person, [low.id]))
    expect(stage().truth(person)).toEqual(hand().joined(low))
    expect(applied).toMatchObject({ kind: 'account', account: { email: person, status: hand().fresh } })
    expect(stage().mailsTo(person)).toBe(mails)
  })

  if (profile.knowsPeople)
    it('adds somebody the platform knows already, with all roles', async () => {
      stage().known(person)
      await hand().prepare(team)
      await hand().join(team)
      expect(stage().truth(person)).toEqual(hand().working(team))
      expect(stage().mailsTo(person)).toBe(0)
    })

  it('finds people whatever the case of their address', async () => {
    await hand().run(make.invite('Ada.LOVELACE@acme.example', [low.id]))
    expect((await hand().account()).email).toBe(person)
  })

  it('does not invite an address that has become a member meanwhile', async () => {
    await hand().join(low)
    await expect(hand().run(make.invite(person, [high.id]))).rejects.toEqual(failure('platformDisagrees'))
    expect(stage().truth(person)).toEqual(hand().joined(low))
    expect(stage().mailsTo(person)).toBe(mails)
  })

  it('shows just the accounts it is asked for, and none that is gone', async () => {
    const account = await hand().join(low)
    const seen = await stage().platform.accounts([account.id])
    expect(seen.scope).toBe('targeted')
    expect(seen.accounts).toEqual([account])
    await hand().run(make.remove(person, account.id))
    expect((await stage().platform.accounts([account.id])).accounts).toEqual([])
  })

  it('promotes and demotes', async () => {
    const account = await hand().join(low)
    stage().accept(person)
    await hand().swap(account, low, high, 'revokeFirst')
    expect(stage().truth(person)).toEqual(hand().working(high))
    await hand().swap(account, high, low, 'revokeFirst')
    expect(stage().truth(person)).toEqual(hand().working(low))
  })

  if (traits.maximumRoles === 1)
    it('holds one role at a time: the next one takes its place in the same write', async () => {
      await hand().prepare(team, otherTeam)
      const account = await hand().join(team)
      const before = stage().writes()
      await hand().swap(account, team, otherTeam)
      expect(stage().truth(person)).toEqual(hand().joined(otherTeam))
      expect(stage().writes()).toBe(before + 1)
    })
  else
    it('gives several roles, keeps them and takes one back', async () => {
      await hand().prepare(team, otherTeam)
      const account = await hand().join(team)
      await hand().grant(account, otherTeam)
      expect(stage().truth(person)).toEqual(hand().joined(team, otherTeam))
      await hand().revoke(account, team)
      expect(stage().truth(person)).toEqual(hand().joined(otherTeam))
    })

  it('moves a person from a built-in to a custom role', async () => {
    await hand().prepare(team)
    const account = await hand().join(low)
    await hand().swap(account, low, team)
    expect(stage().truth(person)).toEqual(hand().joined(team))
  })

  it('suspends and resumes', async () => {
    const account = await hand().join(low)
    stage().accept(person)
    await hand().run(make.suspend(person, account.id))
    expect(stage().truth(person)).toEqual(hand().suspended(low))
    expect((await hand().account()).status).toBe('disabled')
    await hand().comeBack(account, low)
    expect(stage().truth(person)).toEqual(hand().working(low))
    expect((await hand().account()).status).toBe('enabled')
  })

  it('suspends somebody with a role of ours, and gives it back', async () => {
    await hand().prepare(team)
    const account = await hand().join(team)
    stage().accept(person)
    await hand().run(make.suspend(person, account.id))
    expect(stage().truth(person)).toEqual(hand().suspended(team))
    await hand().comeBack(account, team)
    expect(stage().truth(person)).toEqual(hand().working(team))
  })

  it('removes the suspended', async () => {
    const account = await hand().join(low)
    stage().accept(person)
    await hand().run(make.suspend(person, account.id))
    await hand().run(make.remove(person, account.id))
    expect(stage().truth(person)).toBeUndefined()
  })

  it('removes and takes back', async () => {
    const account = await hand().join(low)
    const before = stage().members()
    await hand().run(make.remove(person, account.id))
    expect(stage().truth(person)).toBeUndefined()
    expect(stage().members()).toBe(before - 1)
    expect((await stage().platform.accounts([account.id])).accounts).toEqual([])
    await hand().join(low)
    expect(stage().truth(person)?.roles).toEqual(hand().joined(low).roles)
  })

  it('writes nothing that is so already', async () => {
    const account = await hand().join(low)
    const before = stage().writes()
    await hand().grant(account, low)
    await hand().run(make.resume(person, account.id))
    if (!traits.alwaysOneRole) await hand().revoke(account, high)
    await hand().run(make.adopt(person, account.id))
    expect(stage().writes()).toBe(before)
    await hand().run(make.suspend(person, account.id))
    const suspended = stage().writes()
    await hand().run(make.suspend(person, account.id))
    expect(stage().writes()).toBe(suspended)
    await hand().run(make.remove(person, account.id))
    const removed = stage().writes()
    await hand().run(make.remove(person, account.id))
    expect(stage().writes()).toBe(removed)
  })

  it('leaves everybody else as they were', async () => {
    const other = 'grace.hopper@acme.example'
    stage().byHand(other, low)
    const before = [stage().truth(other), stage().truth(stage().owner.email)]
    const account = await hand().join(low)
    await hand().swap(account, low, high)
    await hand().run(make.suspend(person, account.id))
    await hand().run(make.remove(person, account.id))
    expect([stage().truth(other), stage().truth(stage().owner.email)]).toEqual(before)
    expect(before[0]).toEqual(hand().working(low))
  })

  it('shows two accounts of one address as two', async () => {
    stage().byHand(person, low)
    const twins = stage().twin(person)
    const { accounts } = await stage().platform.snapshot()
    expect(accounts.filter(({ email }) => email === person)).toHaveLength(twins ? 2 : 1)
    expect(accounts).toHaveLength(stage().members())
  })

  describe('its last administrator', () => {
    const outcomes = async (attempt: Promise<unknown>) =>
      await attempt.then(
        () => 'gone',
        (error: { readonly code?: string }) => error.code,
      )
    const kept = {
      removed: profile.keepsLastAdmin !== 'never',
      suspended: profile.keepsLastAdmin === 'always',
    }

    it('is kept where the platform keeps it, and that is said', async () => {
      const { email, account } = stage().owner
      const before = stage().truth(email)
      const outcome = await outcomes(hand().run(make.remove(email, account)))
      expect(outcome).toBe(kept.removed ? 'platformRefused' : 'gone')
      expect(stage().truth(email)).toEqual(kept.removed ? before : undefined)
    })

    it('is kept from being suspended, too', async () => {
      const { email, account } = stage().owner
      const before = stage().truth(email)
      const outcome = await outcomes(hand().run(make.suspend(email, account)))
      expect(outcome).toBe(kept.suspended ? 'platformRefused' : 'gone')
      expect(stage().truth(email)?.status).toBe(kept.suspended ? before?.status : 'disabled')
    })
  })

  if (traits.emailIsIdentity)
    it('has a person under a new address before the old one goes', async () => {
      const married = 'ada.king@acme.example'
      const before = await hand().join(low)
      await hand().run(make.invite(married, [low.id], { attempt: 1, follows: before.id }))
      expect(stage().truth(person)).toEqual(hand().joined(low))
      expect(stage().truth(married)).toEqual(hand().joined(low))
      await hand().run(make.remove(person, before.id, 'readdressed'))
      expect(stage().truth(person)).toBeUndefined()
      expect(stage().truth(married)).toEqual(hand().joined(low))
    })

  if (traits.invitationLifetime !== undefined) {
    it('clears an expired invitation and sends it again', async () => {
      const first = await hand().join(low)
      stage().advance((traits.invitationLifetime ?? 0) + 3600)
      expect(first.invitedAt).toBeDefined()
      await hand().run(make.invite(person, [low.id], { attempt: 2, replaces: first.id }))
      const second = await hand().account()
      expect(second.id).not.toBe(first.id)
      expect(stage().mailsTo(person)).toBe(2 * mails)
      expect(stage().truth(person)).toEqual(hand().joined(low))
    })

    it('keeps a person who accepted before the invitation was cleared', async () => {
      const first = await hand().join(low)
      stage().accept(person)
      await hand().run(make.invite(person, [low.id], { attempt: 2, replaces: first.id }))
      expect((await hand().account()).id).toBe(first.id)
      expect(stage().truth(person)?.status).toBe('enabled')
      expect(stage().mailsTo(person)).toBe(mails)
    })
  }
}
