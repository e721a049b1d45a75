import { afterEach, describe, expect, it } from 'vitest'
import type { Configuration } from '../../../lib/core/configuration.ts'
import { memberId, roleId, ruleId } from '../../../lib/core/ids.ts'
import { explainMember } from '../../../lib/provisioning/explain.ts'
import { type Bench, day, demo, openBench, soc } from '../../provisioning/bench.ts'
import { adding, type Desk, groupWith, openDesk, personNamed, removing } from './desk.ts'

let bench: Bench
let desk: Desk
afterEach(() => bench.close())

/** The endpoint in front, provisioning and the simulated platform behind, one clock for all. */
const open = async (community: Parameters<typeof openBench>[0] = {}): Promise<void> => {
  bench = await openBench(community)
  desk = openDesk({ directory: () => bench.directory, clock: bench.clock, connection: demo })
}
const names = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `p${n}`)
/** People with an accepted invitation and the role of the group. */
const staffed = async (
  count: number,
  displayName = 'SOC-Analysts',
): Promise<{ readonly ids: readonly string[]; readonly group: string }> => {
  const ids: string[] = []
  for (const name of names(count)) ids.push(await desk.person(name))
  const group = await desk.group(displayName, ids)
  await bench.settle()
  bench.activateAll()
  return { ids, group }
}
const count = (status: string): number =>
  Object.entries(bench.seen()).filter(([name, one]) => name !== 'owner' && one.status === status).length
const setActive = (id: string, active: boolean) =>
  desk.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: active })
const held = async (): Promise<readonly string[]> =>
  (await bench.desk.list()).flatMap((hold) => hold.held.map(({ change }) => change.kind))
const budgets = { fraction: 0.2, floor: 5 }
const safety = {
  departures: budgets,
  revocations: budgets,
  window: day,
  minimumAdmins: 0,
  requiredAdmins: [],
  whileHeld: 'goOn' as const,
  protected: [],
}

describe('pain 1: everything deleted because the source was empty, filtered or failing', () => {
  it('a group filtered down to one is stored as the IdP says it, and costs the platform the budget, not everybody', async () => {
    await open()
    const { ids, group } = await staffed(12)
    const filtered = groupWith('SOC-Analysts', ids.slice(0, 1))
    expect((await desk.put(`/Groups/${group}`, filtered)).status).toBe(200)
    await bench.settle()
    expect((await desk.get(`/Groups/${group}`)).body.members).toHaveLength(1)
    expect(count('disabled')).toBe(5)
    expect(await held()).toHaveLength(6)
    expect(bench.events.filter(({ type }) => type === 'plan.held')).toHaveLength(1)
    // The next push is whole again: nobody else is lost, and there is nothing left to decide.
    expect((await desk.put(`/Groups/${group}`, groupWith('SOC-Analysts', ids))).status).toBe(200)
    await bench.settle()
    expect(count('enabled')).toBe(12)
    expect(await held()).toEqual([])
  })

  it('everybody deleted, deactivated or taken out costs nobody: that nobody at all is left, nobody means', async () => {
    await open()
    const { ids, group } = await staffed(9)
    for (const id of ids.slice(0, 3)) expect((await desk.remove(`/Users/${id}`)).status).toBe(204)
    for (const id of ids.slice(3, 6)) expect((await setActive(id, false)).status).toBe(200)
    expect((await desk.put(`/Groups/${group}`, groupWith('SOC-Analysts', []))).status).toBe(200)
    await bench.settle()
    await bench.reconcile()
    expect(count('disabled')).toBe(0)
    expect(await held()).toHaveLength(9)
  })

  it('a list of the platform that is not whole takes nothing and gives nobody a second account', async () => {
    await open()
    const { ids } = await staffed(12)
    const community = '11111111-1111-4111-8111-111111111111'
    bench.sekoia.edit({ kind: 'editMember', community, email: 'p11@demo.test', builtin: null, roles: [] })
    const before = bench.seen()
    bench.sekoia.faults([{ kind: 'halfList', method: 'GET', times: 1000 }])
    await bench.reconcile()
    expect(bench.seen()).toEqual(before)
    bench.sekoia.faults([])
    bench.clock.advance(3600)
    await setActive(ids[0] ?? '', false)
    await bench.reconcile()
    expect(Object.keys(bench.seen())).toEqual(Object.keys(before))
    expect([bench.seen().p0?.status, bench.seen().p11?.roles]).toEqual(['disabled', ['Analyst']])
  })
})

describe('pain 6: reactivation answers 409', () => {
  it('somebody deactivated and created again has the account and the role they had', async () => {
    await open()
    const { ids } = await staffed(2)
    await setActive(ids[0] ?? '', false)
    await bench.settle()
    expect(bench.seen().p0).toEqual({ status: 'disabled', roles: ['Analyst'] })
    const again = await desk.send({ method: 'POST', path: '/Users', body: personNamed('p0'), headers: {} })
    expect([again.status, again.body.id]).toEqual([201, ids[0]])
    await bench.settle()
    expect(bench.seen().p0).toEqual({ status: 'enabled', roles: ['Analyst'] })
    expect(Object.keys(bench.seen()).sort()).toEqual(['owner', 'p0', 'p1'])
  })
})

describe('pain 7: tombstone renames corrupt identities', () => {
  it('the account keeps its address through soft delete and restore', async () => {
    await open()
    const { ids } = await staffed(2)
    const [id = ''] = ids
    const name = `${'0123456789abcdef'.repeat(2)}p0@demo.test`
    const renamed = await desk.patch(
      `/Users/${id}`,
      { op: 'Replace', path: 'active', value: 'False' },
      { op: 'Replace', path: 'userName', value: name },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: name },
    )
    expect(renamed.status).toBe(200)
    await bench.settle()
    expect(bench.seen().p0).toEqual({ status: 'disabled', roles: ['Analyst'] })
    await desk.patch(
      `/Users/${id}`,
      { op: 'Replace', path: 'active', value: 'True' },
      { op: 'Replace', path: 'userName', value: 'p0@demo.test' },
    )
    await bench.settle()
    expect(bench.seen()).toMatchObject({ p0: { status: 'enabled', roles: ['Analyst'] } })
    expect(Object.keys(bench.seen()).sort()).toEqual(['owner', 'p0', 'p1'])
  })
})

describe('pain 8: renames create duplicates', () => {
  it('somebody renamed keeps the account, and their trail says that the name changed', async () => {
    await open()
    const { ids } = await staffed(2)
    const [id = ''] = ids
    await desk.patch(`/Users/${id}`, { op: 'replace', path: 'userName', value: 'married@demo.test' })
    await bench.settle()
    await bench.reconcile()
    expect(Object.keys(bench.seen()).sort()).toEqual(['owner', 'p0', 'p1'])
    expect(bench.seen().p0).toEqual({ status: 'enabled', roles: ['Analyst'] })
    const trail = await bench.deps.audit.about({ kind: 'member', id, connection: demo }, 50)
    expect(trail.map(({ event }) => event)).toContainEqual({
      kind: 'memberUpdated',
      member: id,
      changed: ['userName'],
      active: true,
    })
  })

  it('who asks for the old name is led to the trail of the person, until somebody else has it', async () => {
    await open()
    const { ids } = await staffed(3)
    const [first = '', second = '', third = ''] = ids
    const ask = (userName: string) =>
      explainMember(bench.deps, { connection: demo, subject: { by: 'userName', userName } })
    const rename = (id: string, value: string) =>
      desk.patch(`/Users/${id}`, { op: 'replace', path: 'userName', value })
    const nameOf = async (id: string) => (await bench.directory.member(demo, memberId(id)))?.userName ?? ''
    const [old, next] = [await nameOf(first), await nameOf(second)]

    await rename(first, 'married@demo.test')
    expect(await ask(old.toUpperCase())).toMatchObject({
      id: first,
      formerName: true,
      communities: [{ community: soc, roles: [{ state: 'given' }] }],
    })
    expect(await ask('married@demo.test')).not.toHaveProperty('formerName')
    // For the identity provider the name is free, and nobody has it.
    const filtered = await desk.get(`/Users?filter=${encodeURIComponent(`userName eq "${old}"`)}`)
    expect(filtered.body).toMatchObject({ totalResults: 0 })

    await rename(second, old)
    expect(await ask(old)).toMatchObject({ id: second })
    expect(await ask(old)).not.toHaveProperty('formerName')
    await rename(second, 'moved@demo.test')
    await expect(ask(old)).rejects.toMatchObject({ code: 'invalidValue' })
    expect(await ask(next)).toMatchObject({ id: second, formerName: true })
    expect(await ask(await nameOf(third))).toMatchObject({ id: third })
  })
})

describe('pain 11: the last administrator is removed', () => {
  it('of all administrators taken at once as many stay as must, visibly held', async () => {
    await open({ community: { safety: { ...safety, minimumAdmins: 2 } } })
    await staffed(1)
    const admins = [await desk.person('anna'), await desk.person('bert'), await desk.person('cleo')]
    const group = await desk.group('SOC-Admins', admins)
    await bench.settle()
    bench.activateAll()
    expect((await desk.put(`/Groups/${group}`, groupWith('SOC-Admins', []))).status).toBe(200)
    await bench.settle()
    const left = Object.entries(bench.seen()).filter(
      ([, { status, roles }]) => status === 'enabled' && roles.includes('Admin'),
    )
    // The one made by hand, and one of ours.
    expect(left).toHaveLength(2)
    expect((await bench.desk.list()).flatMap((hold) => hold.held.map(({ reason }) => reason.kind))).toEqual([
      'minimumAdmins',
    ])
    const states = await Promise.all(admins.map((id) => bench.deps.outcomes.outcomesOf(demo, memberId(id))))
    expect(states.flat().filter(({ state }) => state === 'held')).toHaveLength(1)
  })

  it('a protected account is not touched, whoever asks, and says so', async () => {
    await open()
    const { ids, group } = await staffed(2, 'SOC-Admins')
    bench.configure((before) => ({
      ...before,
      communities: before.communities.map((each) => ({
        ...each,
        safety: { ...safety, protected: ['p1@demo.test'] },
      })),
    }))
    expect((await desk.patch(`/Groups/${group}`, removing(ids[1] ?? ''))).status).toBe(204)
    await bench.settle()
    expect((await desk.remove(`/Users/${ids[1]}`)).status).toBe(204)
    await bench.settle()
    expect(bench.seen().p1).toEqual({ status: 'enabled', roles: ['Admin'] })
    expect((await bench.desk.list()).flatMap((hold) => hold.held.map(({ reason }) => reason.kind))).toEqual([
      'protected',
    ])
  })
})

describe('pain 12: roles vanish or stick', () => {
  const community = '11111111-1111-4111-8111-111111111111'
  const byHand = '33333333-3333-4333-8333-333333333333'
  /** One more reason for the role: another group, known by the id its own directory gives it. */
  const withSecondReason = (before: Configuration): Configuration => ({
    ...before,
    rules: [
      ...before.rules,
      {
        id: ruleId('second-reason'),
        when: { group: { equals: 'object-id-of-the-group' } },
        grant: [{ community: soc, role: roleId('tier1') }],
      },
    ],
  })

  it('a role given by hand stays through every SCIM update', async () => {
    await open()
    const { ids, group } = await staffed(2, 'SOC-Tier1')
    const ours = bench.sekoia.world().roles.find(({ name }) => name === 'SOC tier 1')
    if (ours === undefined) throw new Error('no role of ours')
    bench.sekoia.edit({ kind: 'addRole', role: { ...ours, uuid: byHand, name: 'By hand' } })
    const email = 'p0@demo.test'
    bench.sekoia.edit({ kind: 'editMember', community, email, roles: [ours.uuid, byHand] })
    await desk.put(`/Users/${ids[0]}`, personNamed('p0', { title: 'Changed' }))
    await setActive(ids[0] ?? '', false)
    await bench.settle()
    await setActive(ids[0] ?? '', true)
    await bench.settle()
    await bench.reconcile()
    expect(bench.seen().p0).toEqual({ status: 'enabled', roles: ['By hand', 'SOC tier 1'] })
    // The mapping takes what the mapping gave.
    await desk.patch(`/Groups/${group}`, removing(ids[0] ?? ''))
    await bench.settle()
    expect(bench.seen().p0?.roles).toEqual(['By hand'])
  })

  it('a role with two reasons goes with the last of them, and each can be told', async () => {
    await open()
    bench.configure(withSecondReason)
    const id = await desk.person('anna')
    await desk.group('SOC-Analysts', [id])
    const first = await desk.group('SOC-Tier1', [id])
    const second = await desk.group('Also', [id], { externalId: 'object-id-of-the-group' })
    await bench.settle()
    bench.activateAll()
    const reasons = async (): Promise<readonly string[]> => {
      const member = await bench.directory.member(demo, memberId(id))
      if (member === undefined) throw new Error('nobody')
      const { communities } = await bench.explain(member, 'tier1')
      return communities.flatMap(({ roles }) =>
        roles
          .filter(({ role }) => role === 'tier1')
          .flatMap(({ because }) => because.map(({ rule }) => rule)),
      )
    }
    expect(await reasons()).toEqual(['tier1', 'second-reason'])
    await desk.patch(`/Groups/${first}`, removing(id))
    await bench.settle()
    expect(bench.seen().anna?.roles).toEqual(['SOC tier 1'])
    expect(await reasons()).toEqual(['second-reason'])
    await desk.patch(`/Groups/${second}`, removing(id))
    await bench.settle()
    expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
    expect(await reasons()).toEqual([])
  })

  it('a group mapped by its id keeps its role under any name', async () => {
    await open()
    bench.configure(withSecondReason)
    const id = await desk.person('anna')
    const group = await desk.group('Before', [id], { externalId: 'object-id-of-the-group' })
    await bench.settle()
    bench.activateAll()
    await desk.patch(`/Groups/${group}`, { op: 'replace', path: 'displayName', value: 'After' })
    await bench.settle()
    expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['SOC tier 1'] })
  })
})

describe('pain 14: changes do not reach the target, and nobody knows', () => {
  it('a lost wake-up costs a sweep, a platform that fails costs a wait, and how far everybody is can be seen', async () => {
    await open()
    const id = await desk.person('anna')
    const group = await desk.group('SOC-Analysts', [id])
    const state = async (): Promise<string | undefined> => {
      const member = await bench.directory.member(demo, memberId(id))
      const explained = member && (await bench.explain(member))
      return explained?.communities[0]?.roles.find(({ role }) => role === 'analyst')?.state
    }
    bench.sekoia.faults([{ kind: 'status', status: 503, times: 1000 }])
    await bench.settle()
    expect(bench.seen().anna).toBeUndefined()
    expect(await state()).toBe('waiting')
    bench.sekoia.faults([])
    bench.clock.advance(3600)
    await bench.settle()
    bench.activateAll()
    await bench.reconcile()
    expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
    expect(await state()).toBe('given')
    // Who was added, and by which request, stands with the group and with the person.
    const trailOf = async (kind: 'group' | 'member', of: string): Promise<readonly object[]> =>
      (await bench.deps.audit.about({ kind, id: of, connection: demo }, 50)).map(({ event }) => event)
    expect(await trailOf('group', group)).toContainEqual(expect.objectContaining({ added: [id] }))
    expect(await trailOf('member', id)).toContainEqual(
      expect.objectContaining({ kind: 'groupJoined', member: id, group }),
    )
  })

  it('what was changed behind our back is found by the schedule, repaired and reported', async () => {
    await open()
    await staffed(2)
    const community = '11111111-1111-4111-8111-111111111111'
    bench.sekoia.edit({ kind: 'editMember', community, email: 'p0@demo.test', builtin: null, roles: [] })
    expect(bench.seen().p0?.roles).toEqual([])
    await bench.reconcile()
    expect(bench.seen().p0).toEqual({ status: 'enabled', roles: ['Analyst'] })
    expect(bench.events).toContainEqual(expect.objectContaining({ type: 'drift.found', count: 1 }))
  })
})

describe('also frequent: people deactivated by SCIM come in again by another door', () => {
  it('nobody inactive is given a role, whatever group they are put into or rule they come under', async () => {
    await open()
    const { ids, group } = await staffed(2)
    await setActive(ids[0] ?? '', false)
    await bench.settle()
    const admins = await desk.group('SOC-Admins', ids)
    await desk.patch(`/Groups/${group}`, removing(ids[0] ?? ''))
    await desk.patch(`/Groups/${group}`, adding(ids[0] ?? ''))
    await bench.settle()
    await bench.reconcile()
    expect(bench.seen().p0).toEqual({ status: 'disabled', roles: ['Analyst'] })
    expect(bench.seen().p1?.roles).toEqual(['Admin'])
    // Joined while inactive, never known to the platform: not even invited.
    const late = await desk.person('late', { active: false })
    await desk.patch(`/Groups/${admins}`, adding(late))
    await bench.settle()
    expect(bench.seen().late).toBeUndefined()
  })
})

describe('also frequent: nested groups', () => {
  const groupsOf = async (id: string): Promise<Readonly<Record<string, string>>> => {
    const { groups = [] } = (await desk.get(`/Users/${id}`)).body as never as {
      readonly groups?: readonly { readonly display: string; readonly type: string }[]
    }
    return Object.fromEntries(groups.map(({ display, type }) => [display, type]))
  }

  it('people below a group have its role, however deep, and can be told directly from indirectly', async () => {
    await open()
    const anna = await desk.person('anna')
    const bert = await desk.person('bert')
    const team = await desk.group('Team', [anna])
    const department = await desk.group('Department', [team])
    const outer = await desk.group('SOC-Tier1', [department, bert])
    await bench.settle()
    bench.activateAll()
    expect(bench.seen()).toMatchObject({ anna: { roles: ['SOC tier 1'] }, bert: { roles: ['SOC tier 1'] } })
    expect(await groupsOf(anna)).toEqual({ Team: 'direct', Department: 'indirect', 'SOC-Tier1': 'indirect' })
    expect(await groupsOf(bert)).toEqual({ 'SOC-Tier1': 'direct' })
    const { body } = await desk.get(`/Groups/${outer}`)
    const members = body.members as readonly { readonly value: string; readonly type: string }[]
    expect(new Map(members.map(({ value, type }) => [value, type]))).toEqual(
      new Map([
        [department, 'Group'],
        [bert, 'User'],
      ]),
    )
    // A membership deep down counts at once, and so does a group taken out in between.
    const cleo = await desk.person('cleo')
    await desk.patch(`/Groups/${team}`, adding(cleo))
    await bench.settle()
    expect(bench.seen().cleo?.roles).toEqual(['SOC tier 1'])
    bench.activateAll()
    await desk.patch(`/Groups/${department}`, removing(team))
    await bench.settle()
    expect([bench.seen().anna?.status, bench.seen().cleo?.status, bench.seen().bert?.status]).toEqual([
      'disabled',
      'disabled',
      'enabled',
    ])
    expect(await groupsOf(anna)).toEqual({ Team: 'direct' })
  })

  it('a circle is stored as it is said, followed once, and cut when it is taken apart', async () => {
    await open()
    const anna = await desk.person('anna')
    const one = await desk.group('SOC-Tier1', [anna])
    const two = await desk.group('Two', [one])
    expect((await desk.patch(`/Groups/${one}`, adding(two))).status).toBe(204)
    expect((await desk.patch(`/Groups/${one}`, adding(one))).status).toBe(204)
    await bench.settle()
    bench.activateAll()
    expect(bench.seen().anna?.roles).toEqual(['SOC tier 1'])
    expect(await groupsOf(anna)).toEqual({ 'SOC-Tier1': 'direct', Two: 'indirect' })
    const reported = async (): Promise<readonly object[]> => {
      await bench.reconcile()
      const { plan } = await bench.preview()
      return plan.problems.filter(({ kind }) => kind === 'groupCycle')
    }
    expect(await reported()).toEqual([{ kind: 'groupCycle', connection: demo, groups: [one, two].sort() }])
    expect(bench.events).toContainEqual(
      expect.objectContaining({ type: 'problem.found', kind: 'groupCycle' }),
    )
    const bert = await desk.person('bert')
    await desk.patch(`/Groups/${two}`, adding(bert))
    await bench.settle()
    expect(await groupsOf(bert)).toEqual({ Two: 'direct', 'SOC-Tier1': 'indirect' })
    bench.activateAll()
    expect(bench.seen().bert?.roles).toEqual(['SOC tier 1'])
    await desk.patch(`/Groups/${one}`, removing(two), removing(one))
    await bench.settle()
    expect(await groupsOf(bert)).toEqual({ Two: 'direct' })
    expect(await reported()).toEqual([])
    expect([bench.seen().anna?.status, bench.seen().bert?.status]).toEqual(['enabled', 'disabled'])
  })
})
