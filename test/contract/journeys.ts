import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Community, RoleDefinition } from '../../lib/core/configuration.ts'
import type { PlatformTraits } from '../../lib/core/snapshot.ts'
import { platformTraits } from '../../lib/platforms/traits.ts'
import { type Hand, handOf } from './hand.ts'
import { type Variant, variantsOf } from './pairs.ts'
import type { HarnessRoles, PlatformHarness, Profile, Stage } from './stage.ts'
import { day, openVillage, otherIdp, type Village } from './village.ts'

/**
 * What needs planner, judge and ownership: people's ways through a community from the directory to the simulated platform and back, on every
 * platform in its own way. Nothing but the harness knows which one it is.
 */
type Journey = {
  readonly traits: PlatformTraits
  readonly profile: Profile
  readonly roles: HarnessRoles
  readonly stage: () => Stage
  readonly hand: () => Hand
  /** Opens the village, with its community as given. */
  readonly open: (given?: Partial<Community>) => Promise<Village>
}

const ada = 'ada@acme.example'
const bert = 'bert@acme.example'
/** Where a last person's going is not the question: a directory that names nobody is a danger of its own. */
const stays = 'stays@acme.example'

const isDecisive =
  (names: readonly string[]) =>
  ({ flipped }: Pick<Variant<unknown>, 'flipped'>): boolean =>
    flipped.length <= 1 && flipped.every((name) => names.includes(name) && process.env.EVERY_PAIR === '1')

export const platformJourneys = <Switches>(harness: PlatformHarness<Switches>): void => {
  // Adapters are tried in every variant; what stands above them sees only what adapters make of it, so here the decisive ones do, with EVERY_PAIR=1.
  describe.each(variantsOf(harness.switches).filter(isDecisive(harness.decisive ?? [])))(
    `${harness.name}, $name: journeys`,
    ({ switches, dialect }) => {
      let stage: Stage
      let hand: Hand
      let village: Village | undefined
      const traits = platformTraits(harness.platform)
      beforeEach(async () => {
        stage = await harness.start(switches, dialect)
        hand = handOf(stage, traits, harness.roles)
        village = undefined
      })
      afterEach(async () => {
        await village?.close()
        await stage.close()
      })
      const journey: Journey = {
        traits,
        profile: harness.profile(switches),
        roles: harness.roles,
        stage: () => stage,
        hand: () => hand,
        open: async (given) => {
          village = await openVillage(stage, harness.roles, given)
          return village
        },
      }
      comingAndGoing(journey)
      othersPeople(journey)
      addresses(journey)
      managedRoles(journey)
      dangers(journey)
    },
  )
}

const comingAndGoing = ({ traits, profile, roles, stage, hand, open }: Journey): void => {
  const { low, high, teams, narrow } = roles
  const mails = profile.mails ? 1 : 0

  it('comes, is promoted, goes to the narrow role, is suspended, comes back, leaves and is removed', async () => {
    const village = await open()
    await village.person(stays, [low])
    const member = await village.person(ada, [low])
    await village.settle()
    expect(stage().truth(ada)).toEqual(hand().joined(low))
    stage().accept(ada)
    for (const [from, to] of [
      [low, high],
      [high, teams[0]],
      [teams[0], narrow],
    ] as const) {
      await village.give(member, to)
      await village.take(member, from)
      await village.settle()
      expect(stage().truth(ada)).toEqual(hand().working(to))
    }
    await village.take(member, narrow)
    await village.settle()
    expect(stage().truth(ada)).toEqual(hand().suspended(narrow))
    await village.give(member, low)
    await village.settle()
    expect(stage().truth(ada)).toEqual(hand().working(low))
    await village.setActive(member, false)
    await village.settle()
    expect(stage().truth(ada)).toEqual(hand().suspended(low))
    await village.setActive(member, true)
    await village.settle()
    expect(stage().truth(ada)).toEqual(hand().working(low))
    await village.leave(member)
    await village.settle()
    expect(stage().truth(ada)).toEqual(hand().suspended(low))
    village.days(29)
    await village.reconcile()
    expect(stage().truth(ada)).toEqual(hand().suspended(low))
    village.days(2)
    await village.reconcile()
    expect(stage().truth(ada)).toBeUndefined()
    expect(await village.ownerships(member)).toEqual([])
    // The identity provider restores the person, without any group of the life before.
    await village.give(await village.setActive(member, true), low)
    await village.settle()
    expect(stage().truth(ada)?.roles).toEqual(hand().joined(low).roles)
  })

  it('gives several roles, or the one that comes first in the configuration', async () => {
    const village = await open()
    const member = await village.person(ada, teams)
    await village.settle()
    const [winner, loser] = teams
    const { communities } = await village.explain(member)
    if (traits.maximumRoles === 1) {
      expect(stage().truth(ada)).toEqual(hand().joined(winner))
      expect(JSON.stringify(communities)).toContain('maximumRoles')
      await village.take(member, winner)
      await village.settle()
      expect(stage().truth(ada)).toEqual(hand().joined(loser))
    } else expect(stage().truth(ada)).toEqual(hand().joined(...teams))
  })

  it('repeats no pending invitation and makes no second account', async () => {
    const village = await open()
    await village.person(ada, [low])
    await village.settle()
    const { members, writes } = { members: stage().members(), writes: stage().writes() }
    await village.settle()
    await village.reconcile()
    await village.reconcile()
    expect(stage().members()).toBe(members)
    expect(stage().mailsTo(ada)).toBe(mails)
    expect(stage().writes()).toBe(writes)
  })

  it('sends an expired invitation again, so often and no more; without invitations time changes nothing', async () => {
    const village = await open()
    await village.person(ada, [low])
    await village.settle()
    for (let round = 0; round < traits.maximumInvitations + 2; round += 1) {
      village.days(2)
      await village.reconcile()
    }
    const invited = traits.invitationLifetime !== undefined
    expect(stage().mailsTo(ada)).toBe(mails * (invited ? traits.maximumInvitations : 1))
    expect((await village.problems()).map(({ kind }) => kind)).toEqual(
      invited ? ['invitationsExhausted'] : [],
    )
    expect(stage().truth(ada)).toEqual(hand().joined(low))
  })

  it('finishes what an outage cut short', async () => {
    const village = await open()
    const names = ['one', 'two', 'three', 'four', 'five'].map((name) => `${name}@acme.example`)
    for (const email of names) await village.person(email, [teams[0]])
    stage().outageAfter(3)
    await village.settle()
    expect(names.every((email) => stage().truth(email)?.roles.length === 1)).toBe(false)
    stage().trouble('unavailable', 0)
    for (let turn = 0; turn < 3; turn += 1) {
      stage().advance(3600)
      await village.settle()
      await village.reconcile()
    }
    for (const email of names) {
      expect(stage().truth(email)).toEqual(hand().joined(teams[0]))
      expect(stage().mailsTo(email)).toBe(mails)
    }
  })

  it('repairs what was undone by hand', async () => {
    const village = await open()
    await village.person(ada, [teams[0]])
    await village.settle()
    stage().accept(ada)
    await village.reconcile()
    if (!traits.alwaysOneRole) {
      stage().rolesByHand(ada, [])
      expect(stage().truth(ada)).toEqual(hand().working())
      await village.reconcile()
    }
    expect(stage().truth(ada)).toEqual(hand().working(teams[0]))
  })
}

const othersPeople = ({ roles, stage, hand, open }: Journey): void => {
  const { low, high } = roles

  it('leaves accounts that are not ours alone, and says so', async () => {
    stage().byHand('hand@acme.example', low)
    const before = ['hand@acme.example', stage().owner.email].map(stage().truth)
    const village = await open()
    await village.person(bert, [low])
    await village.settle()
    const writes = stage().writes()
    await village.reconcile()
    expect(['hand@acme.example', stage().owner.email].map(stage().truth)).toEqual(before)
    expect(before[0]).toEqual(hand().working(low))
    expect(stage().writes()).toBe(writes)
    const { plan } = await village.preview()
    const unmanaged = plan.unmanaged.flatMap((one) => (one.kind === 'account' ? [one.email] : []))
    expect(unmanaged).toEqual(expect.arrayContaining(['hand@acme.example', stage().owner.email]))
    expect(unmanaged).not.toContain(bert)
    // Keys and machines hold roles, and are listed as what they are.
    const { accounts } = await stage().platform.snapshot()
    const machines = plan.unmanaged.flatMap((one) =>
      one.kind === 'account' && one.service === true ? [one.account] : [],
    )
    expect(machines.toSorted()).toEqual(
      accounts.flatMap(({ id, service }) => (service ? [id] : [])).toSorted(),
    )
  })

  it('adopts an account of a declared domain, and suspends it when the person goes', async () => {
    stage().byHand(ada, low)
    const village = await open({ adopt: 'domain' })
    const member = await village.person(ada, [low])
    await village.settle()
    expect(await village.ownerships(member)).toMatchObject([{ origin: 'adopted' }])
    // Held twice where what a hand gave and what we give are two things: adopting an account adopts no grant.
    expect(new Set(stage().truth(ada)?.roles)).toEqual(new Set(hand().working(low).roles))
    expect(stage().mailsTo(ada)).toBe(0)
    await village.setActive(member, false)
    await village.settle()
    expect(stage().truth(ada)?.status).toBe('disabled')
  })

  it.each([
    ['of another domain', 'ada@elsewhere.example', 'low', 'domain', 'domain'],
    ['of an administrator', ada, 'high', 'domain', 'admin'],
    ['without the community’s consent', ada, 'low', 'explicit', 'explicit'],
  ] as const)('does not adopt an account %s', async (_, email, role, adopt, why) => {
    stage().byHand(email, role === 'low' ? low : high)
    const before = stage().truth(email)
    const village = await open({ adopt })
    const member = await village.person(email, [low])
    await village.settle()
    expect(await village.problems()).toMatchObject([{ kind: 'adoptionNeeded', why }])
    await village.setActive(member, false)
    await village.settle()
    await village.reconcile()
    expect(stage().truth(email)).toEqual(before)
    expect(before?.status).toBe('enabled')
  })

  it('lets two connections work in one community, each on its own people', async () => {
    const village = await open()
    const mine = await village.person(ada, [low])
    await village.settle()
    await village.person('carl@beta.example', [low], otherIdp)
    // The other directory claims a person who is ours already.
    const theirs = await village.person(ada, [roles.teams[0]], otherIdp)
    await village.settle()
    stage().accept(ada)
    stage().accept('carl@beta.example')
    expect(stage().truth('carl@beta.example')).toEqual(hand().working(low))
    expect(stage().truth(ada)).toEqual(hand().working(low))
    expect((await village.problems()).map(({ kind }) => kind)).toContain('ownedElsewhere')
    await village.setActive(theirs, false)
    await village.settle()
    await village.reconcile()
    expect(stage().truth(ada)).toEqual(hand().working(low))
    await village.setActive(mine, false)
    await village.settle()
    expect(stage().truth(ada)).toEqual(hand().suspended(low))
    expect(stage().truth('carl@beta.example')).toEqual(hand().working(low))
  })

  it('touches neither of two accounts of one address', async () => {
    stage().byHand(ada, low)
    const twins = stage().twin(ada)
    const { members } = { members: stage().members() }
    const village = await open({ adopt: 'domain' })
    const member = await village.person(ada, [roles.teams[0]])
    const writesOnPeople = async () => {
      await village.settle()
      return (await village.ownerships(member)).flatMap(({ account }) => account ?? [])
    }
    const owned = await writesOnPeople()
    expect(stage().members()).toBe(members)
    const kinds = (await village.problems()).map(({ kind }) => kind)
    if (twins) {
      expect(owned).toEqual([])
      expect(kinds).toEqual(['duplicateAccounts'])
      expect(stage().truth(ada)).toEqual(hand().working(low))
    } else expect(owned).toHaveLength(1)
  })
}

const addresses = ({ traits, roles, stage, hand, open }: Journey): void => {
  const { low } = roles

  it('finds people whatever the case of their address', async () => {
    stage().byHand(ada, low)
    const { members } = { members: stage().members() }
    const village = await open({ adopt: 'domain' })
    const member = await village.person('ADA@Acme.Example', [low])
    await village.settle()
    expect(await village.ownerships(member)).toMatchObject([{ origin: 'adopted' }])
    expect(stage().members()).toBe(members)
    expect(new Set(stage().truth(ada)?.roles)).toEqual(new Set(hand().working(low).roles))
  })

  it('follows a person to a new address', async () => {
    const village = await open()
    const member = await village.person(ada, [low])
    await village.settle()
    stage().accept(ada)
    await village.reconcile()
    const { members } = { members: stage().members() }
    await village.readdress(member, 'ada.king@acme.example')
    await village.settle()
    await village.reconcile()
    await village.reconcile()
    const [old, next] = [ada, 'ada.king@acme.example'].map(stage().truth)
    expect(stage().members()).toBe(members)
    expect([old, next].filter((one) => one !== undefined)).toEqual([hand().working(low)])
    if (traits.emailIsIdentity) expect(next).toBeDefined()
    await village.setActive(member, false)
    await village.settle()
    const suspended = [ada, 'ada.king@acme.example'].map(stage().truth)
    expect(suspended.filter((one) => one !== undefined)).toEqual([hand().suspended(low)])
  })
}

const managedRoles = ({ traits, roles, stage, hand, open }: Journey): void => {
  const { low, teams } = roles
  const [team] = teams
  const without =
    (role: RoleDefinition) =>
    (community: Community): Community => ({
      ...community,
      roles: community.roles.filter(({ id }) => id !== role.id),
    })
  const namesOf = async () => (await stage().platform.snapshot()).roles.map(({ name }) => name)

  it('renames a managed role where the platform can, and says so where it cannot', async () => {
    const village = await open()
    await village.person(ada, [team])
    await village.settle()
    stage().accept(ada)
    const name = `${team.name.slice(0, 20)}-B`
    village.configure((before) => ({
      ...before,
      roles: before.roles.map((role) =>
        role.id === team.id ? { ...role, name, previously: [team.name] } : role,
      ) as Community['roles'],
    }))
    await village.reconcile()
    await village.reconcile()
    const names = await namesOf()
    expect([names.includes(team.name), names.includes(name)]).toEqual(
      traits.roleNamesFixed ? [true, false] : [false, true],
    )
    expect((await village.problems()).map(({ kind }) => kind)).toEqual(
      traits.roleNamesFixed ? ['roleNameFixed'] : [],
    )
    expect(stage().truth(ada)).toEqual(hand().working(traits.roleNamesFixed ? team : { ...team, name }))
  })

  it('repairs a managed role’s contents', async () => {
    const village = await open()
    await village.person(ada, [team])
    await village.settle()
    stage().accept(ada)
    const before = await hand().role(team)
    village.configure((community) => ({
      ...community,
      roles: community.roles.map((role) =>
        role.id === team.id && role.kind !== 'builtin' && role.contents !== undefined
          ? { ...role, contents: { ...role.contents, permissions: role.contents.permissions.slice(0, 1) } }
          : role,
      ),
    }))
    await village.reconcile()
    const after = await hand().role(team)
    expect(after.id).toBe(before.id)
    expect(after.permissions.length).toBeLessThan(before.permissions.length)
    expect(stage().truth(ada)).toEqual(hand().working(team))
  })

  it('holds the end of a role that people have', async () => {
    const village = await open()
    await village.person(stays, [low])
    const member = await village.person(ada, [team])
    await village.settle()
    stage().accept(ada)
    village.rules((rules) => rules.filter((rule) => rule.grant.every(({ role }) => role !== team.id)))
    village.configure(without(team))
    await village.reconcile()
    expect(stage().truth(ada)).toEqual(hand().working(team))
    expect((await village.holds()).map(({ kind }) => kind)).toContain('roleDropped')
    expect(await namesOf()).toContain(team.name)
    expect(await village.ownerships(member)).toHaveLength(1)
  })

  it('deletes a role of ours that the configuration dropped and nobody has', async () => {
    const village = await open()
    const member = await village.person(ada, [team])
    await village.settle()
    stage().accept(ada)
    await village.give(member, low)
    await village.take(member, team)
    await village.settle()
    expect(await namesOf()).toContain(team.name)
    village.rules((rules) => rules.filter((rule) => rule.grant.every(({ role }) => role !== team.id)))
    village.configure(without(team))
    await village.reconcile()
    expect(await namesOf()).not.toContain(team.name)
    expect(stage().truth(ada)).toEqual(hand().working(low))
  })
}

const dangers = ({ profile, roles, stage, hand, open }: Journey): void => {
  const { low, high } = roles
  const budget = { fraction: 0, floor: 0 }

  it('keeps the last administrator until a person decides', async () => {
    const village = await open({
      safety: {
        departures: { fraction: 1, floor: 9 },
        revocations: budget,
        window: day,
        minimumAdmins: 2,
        requiredAdmins: [],
        whileHeld: 'goOn' as const,
        protected: [],
      },
    })
    await village.person(stays, [low])
    const member = await village.person(ada, [high])
    await village.settle()
    stage().accept(ada)
    await village.reconcile()
    await village.setActive(member, false)
    await village.settle()
    expect(stage().truth(ada)).toEqual(hand().working(high))
    expect((await village.holds()).map(({ kind }) => kind)).toEqual(['minimumAdmins'])
  })

  it('takes nothing from anybody by a list that is not whole', async () => {
    const village = await open()
    await village.person(stays, [low])
    const member = await village.person(ada, [low])
    await village.settle()
    stage().accept(ada)
    if (profile.list.kind === 'capped') stage().crowd(profile.list.cap - stage().members())
    else stage().trouble('outageMidway', 100)
    await village.leave(member)
    await village.reconcile()
    village.days(31)
    await village.reconcile()
    expect(stage().truth(ada)).not.toBeUndefined()
    stage().trouble('unavailable', 0)
  })

  it('holds what is more than the budget', async () => {
    const village = await open({
      safety: {
        departures: { fraction: 0, floor: 1 },
        revocations: budget,
        window: day,
        minimumAdmins: 0,
        requiredAdmins: [],
        whileHeld: 'goOn' as const,
        protected: [],
      },
    })
    await village.person(stays, [low])
    const members = [await village.person(ada, [low]), await village.person(bert, [low])]
    await village.settle()
    for (const email of [ada, bert]) stage().accept(email)
    await village.reconcile()
    for (const member of members) await village.setActive(member, false)
    await village.settle()
    const states = [ada, bert].map((email) => stage().truth(email)?.status)
    expect(states.toSorted()).toEqual(['disabled', 'enabled'])
    expect((await village.holds()).map(({ kind }) => kind)).toEqual(['budget'])
  })
}
