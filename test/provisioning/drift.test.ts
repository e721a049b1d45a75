import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { demoShortname } from '../../infra/local/simulators/netography/demo.ts'
import { builtinRoles, demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import type { Community, RoleDefinition, Safety } from '../../lib/core/configuration.ts'
import { roleId, ruleId } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import { planText } from '../../lib/core/plan-text.ts'
import { reportDrift } from '../../lib/provisioning/drift-report.ts'
import { type Bench, day, netographyCredentials, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

const told = (type: string) => bench.events.filter((one) => one.type === type)
const report = async () => {
  const configuration = await bench.deps.configuration()
  const [community] = configuration.communities
  if (community === undefined) throw new Error('no community')
  return reportDrift(bench.deps, configuration, community)
}
const withSafety = (safety: Partial<Safety>) =>
  bench.configure((before) => ({
    ...before,
    communities: before.communities.map((one) => ({ ...one, safety: { ...one.safety, ...safety } })),
  }))
const heldNow = async () => {
  const [hold] = await bench.desk.list()
  if (hold === undefined) throw new Error('nothing held')
  return hold
}

describe('by hand on a platform of several roles', () => {
  let people: readonly Member[]
  const strip = (...names: readonly string[]) => {
    for (const name of names)
      bench.sekoia.edit({
        kind: 'editMember',
        community: demoCommunity,
        email: `${name}@demo.test`,
        roles: [],
      })
  }
  const staff = async (...names: readonly string[]) => {
    people = await Promise.all(names.map((name) => bench.provider.person(name)))
    await bench.provider.group('SOC-Tier1', people)
    await bench.settle()
    bench.activateAll()
    await bench.reconcile()
  }
  beforeEach(async () => {
    bench = await openBench()
  })

  test('is told once and then daily, shown with since when, and gone when it is', async () => {
    await staff('anna', 'bert')
    bench.configure((before) => ({
      ...before,
      communities: before.communities.map((one) => ({ ...one, mode: 'report' })),
    }))
    strip('anna')
    await bench.reconcile()
    const [first] = (await report()).drift
    expect(first).toMatchObject({ kind: 'grantLost', role: 'tier1', corrected: 0 })
    for (let quarter = 0; quarter < 3; quarter++) {
      bench.clock.advance(900)
      await bench.reconcile()
    }
    expect(told('drift.found')).toHaveLength(1)
    expect((await report()).drift).toEqual([first])
    const { plan, verdict } = await bench.preview()
    expect(planText(plan, verdict)).toContain(`lost role tier1 (since ${first?.since})`)
    strip('bert')
    await bench.reconcile()
    bench.clock.advance(day)
    await bench.reconcile()
    expect(told('drift.found')).toMatchObject([{ count: 1 }, { count: 2 }, { count: 2 }])
    bench.configure((before) => ({
      ...before,
      communities: before.communities.map((one) => ({ ...one, mode: 'enforce' })),
    }))
    await bench.reconcile()
    await bench.reconcile()
    expect((await report()).drift).toEqual([])
    expect(told('drift.found')).toHaveLength(3)
  })

  test('corrected three times, the fourth waits; approved, it is corrected once more and counted anew', async () => {
    await staff('anna')
    const again = async () => {
      strip('anna')
      bench.clock.advance(3600)
      await bench.reconcile()
      await bench.reconcile()
    }
    for (let n = 0; n < 3; n++) await again()
    expect(bench.seen().anna?.roles).toEqual(['SOC tier 1'])
    await again()
    expect(bench.seen().anna?.roles).toEqual([])
    const hold = await heldNow()
    expect(hold.held).toMatchObject([
      { change: { kind: 'grant' }, reason: { kind: 'flapping', corrections: 3 } },
    ])
    expect(told('drift.flapping')).toMatchObject([{ change: hold.held[0]?.change.id, corrections: 3 }])
    expect((await report()).drift).toMatchObject([{ corrected: 3, held: { state: 'waiting' } }])
    await bench.desk.approve({ community: soc, digest: hold.digest, by: 'olive', reason: 'mapper is off' })
    await bench.settle()
    expect(bench.seen().anna?.roles).toEqual(['SOC tier 1'])
    for (let n = 0; n < 3; n++) await again()
    expect(bench.seen().anna?.roles).toEqual(['SOC tier 1'])
    await again()
    const next = await heldNow()
    await bench.desk.reject({ community: soc, digest: next.digest, by: 'olive', reason: 'theirs' })
    await again()
    expect(bench.seen().anna?.roles).toEqual([])
    expect(told('drift.flapping')).toHaveLength(2)
    expect((await report()).drift).toMatchObject([{ held: { state: 'rejected' } }])
    // Whoever leaves goes all the same.
    const [anna] = people
    if (anna === undefined) throw new Error('nobody')
    await bench.provider.setActive(anna, false)
    await bench.settle()
    expect(bench.seen().anna?.status).toBe('disabled')
  })

  test('a platform that refuses is no flapping: what was counted once and never made is the same correction', async () => {
    await staff('anna')
    strip('anna')
    const refuses = (method: string) => ({ kind: 'status', status: 422, method, times: 1000 }) as const
    bench.sekoia.faults(['PATCH', 'POST', 'PUT'].map(refuses))
    for (let n = 0; n < 5; n++) {
      bench.clock.advance(3600)
      await bench.reconcile()
    }
    expect(bench.seen().anna?.roles).toEqual([])
    expect((await report()).drift).toMatchObject([{ corrected: 1 }])
    bench.sekoia.faults([])
    bench.clock.advance(3600)
    await bench.reconcile()
    expect(bench.seen().anna?.roles).toEqual(['SOC tier 1'])
  })

  test('what is not ours is listed with the way to take it over, without asking the platform', async () => {
    await staff('anna')
    const [anna] = people
    const bert = await bench.provider.person('bert')
    bench.sekoia.edit({
      kind: 'addMember',
      community: demoCommunity,
      email: 'bert@demo.test',
      builtin: builtinRoles.analyst,
    })
    bench.sekoia.edit({
      kind: 'addMember',
      community: demoCommunity,
      email: 'eve@other.test',
      builtin: builtinRoles.guest,
    })
    await bench.reconcile()
    const first = await report()
    await bench.reconcile()
    const again = await report()
    // Nothing new: the plan that lists it is the same one, and a later look was made.
    expect(again.plan).toBe(first.plan)
    expect(again.lookedAt).not.toBe(first.lookedAt)
    const adoptions = Object.fromEntries(
      again.unmanaged.map((one) => ['email' in one ? (one.email ?? '') : one.kind, one.adoption]),
    )
    expect(adoptions['bert@demo.test']).toEqual({ kind: 'account', connection: 'demo', member: bert.id })
    expect(adoptions['eve@other.test']).toEqual({ kind: 'none', why: 'noMember' })
    expect(anna).toBeDefined()
  })

  test('changes that waited with a hold go on once it is decided, approved or rejected, or gone', async () => {
    await staff(...Array.from({ length: 8 }, (_, n) => `p${n}`))
    withSafety({ whileHeld: 'departuresOnly' })
    const leave = async (active: boolean, ...which: readonly (Member | undefined)[]) => {
      for (const person of which) if (person !== undefined) await bench.provider.setActive(person, active)
      await bench.settle()
    }
    const heldBack = async () => {
      const [one] = (await heldNow()).held
      return people.find(
        ({ id }) => one !== undefined && 'subject' in one.change && one.change.subject.member === id,
      )
    }
    await leave(false, ...people.slice(0, 6))
    expect((await heldNow()).held).toHaveLength(1)
    const joiner = async (name: string) => {
      const person = await bench.provider.person(name)
      await bench.provider.group(name, [person])
      bench.configure((before) => ({
        ...before,
        rules: [
          ...before.rules,
          {
            id: ruleId(name),
            when: { group: { equals: name } },
            grant: [{ community: soc, role: roleId('tier1') }],
          },
        ],
      }))
      await bench.settle()
      return person
    }
    const first = await joiner('first')
    expect(bench.seen().first).toBeUndefined()
    expect(await bench.deps.outcomes.outcomesOf(first.connection, first.id)).toMatchObject([
      { state: 'pending', detail: expect.stringContaining('until somebody has decided') },
    ])
    // The one held back came back: nothing waits any more.
    const back = await heldBack()
    await leave(true, back)
    expect(bench.seen().first?.roles).toEqual(['SOC tier 1'])

    await leave(false, back)
    await joiner('second')
    expect(bench.seen().second).toBeUndefined()
    await bench.desk.reject({ community: soc, digest: (await heldNow()).digest, by: 'olive', reason: 'no' })
    await bench.settle()
    expect(bench.seen().second?.roles).toEqual(['SOC tier 1'])

    await leave(false, people[6])
    await joiner('third')
    expect(bench.seen().third).toBeUndefined()
    await bench.desk.approve({ community: soc, digest: (await heldNow()).digest, by: 'olive', reason: 'yes' })
    await bench.settle()
    expect(bench.seen().third?.roles).toEqual(['SOC tier 1'])
    expect(bench.seen().p6?.status).toBe('disabled')
  })

  test('a required administrator stays when the group empties', async () => {
    withSafety({ requiredAdmins: ['anna@demo.test'] })
    await staff('carl')
    const [anna, bert] = [await bench.provider.person('anna'), await bench.provider.person('bert')]
    const group = await bench.provider.group('SOC-Admins', [anna, bert])
    await bench.settle()
    bench.activateAll()
    await bench.provider.change(group, { remove: [anna, bert] })
    await bench.settle()
    expect(bench.seen()).toMatchObject({
      anna: { status: 'enabled', roles: ['Admin'] },
      bert: { status: 'disabled' },
    })
    expect((await heldNow()).held).toMatchObject([{ reason: { kind: 'requiredAdmin' } }])
    expect((await bench.preview()).plan.warnings).toEqual([])
  })
})

describe('where a SAML mapper gives another role at each login', () => {
  const roles: readonly RoleDefinition[] = [
    { id: roleId('operator'), kind: 'builtin', name: 'operational_manager' },
    { id: roleId('reader'), kind: 'builtin', name: 'readonly' },
    {
      id: roleId('off'),
      kind: 'custom',
      name: 'rolecall_off',
      contents: { description: 'Gives nothing', permissions: [], intakes: [] },
    },
  ]
  const asNetography = (before: Community): Community => ({
    ...before,
    platform: 'netography',
    tenant: demoShortname,
    baseUrl: before.baseUrl.replace('/sekoia', '/netography'),
    credentials: netographyCredentials,
    fallbackRole: roleId('off'),
    roles,
  })
  const role = (name: string): string | undefined =>
    bench.netography
      .world()
      .accounts.find(({ shortname }) => shortname === demoShortname)
      ?.users.find(({ email }) => email === `${name}@demo.test`)
      ?.roles.join()
  const login = async (name: string, given: string) => {
    bench.netography.edit({ kind: 'ssoLogin', email: `${name}@demo.test`, role: given })
    bench.clock.advance(3600)
    await bench.reconcile()
    await bench.reconcile()
  }
  let anna: Member
  beforeEach(async () => {
    bench = await openBench()
    bench.configure((before) => ({
      ...before,
      communities: before.communities.map(asNetography),
      rules: [
        {
          id: ruleId('readers'),
          when: { group: { equals: 'Net-Readers' } },
          grant: [{ community: soc, role: roleId('reader') }],
        },
      ],
    }))
    anna = await bench.provider.person('anna')
    await bench.provider.group('Net-Readers', [anna, await bench.provider.person('carl')])
    await bench.settle()
  })

  test('the role we gave is given back three times, then the mapper is the alarm', async () => {
    for (let n = 0; n < 3; n++) {
      await login('anna', 'report_user')
      expect(role('anna')).toBe('readonly')
    }
    await login('anna', 'report_user')
    expect(role('anna')).toBe('report_user')
    expect((await heldNow()).held).toMatchObject([
      {
        change: { kind: 'grant', replaces: { platformRole: expect.any(String) } },
        reason: { kind: 'flapping' },
      },
    ])
    expect(told('drift.flapping')).toHaveLength(1)
    // Three times in a week is the limit, whatever the mapper gives.
    await login('anna', 'operational_manager')
    expect(role('anna')).toBe('operational_manager')
  })

  test('who left is let in by no login, however often', async () => {
    await bench.provider.setActive(anna, false)
    await bench.settle()
    expect(role('anna')).toBe('rolecall_off')
    for (let n = 0; n < 5; n++) {
      await login('anna', 'readonly')
      expect(role('anna')).toBe('rolecall_off')
    }
    expect(await bench.desk.list()).toEqual([])
  })

  test('a role that was there before us is in the way, and left alone', async () => {
    bench.netography.edit({ kind: 'addUser', email: 'bert@demo.test', role: 'report_user' })
    bench.configure((before) => ({
      ...before,
      communities: before.communities.map((one) => ({ ...one, adopt: 'domain' as const })),
    }))
    const bert = await bench.provider.person('bert')
    await bench.provider.group('more', [bert])
    bench.configure((before) => ({
      ...before,
      rules: before.rules.map((one) => ({ ...one, when: { group: { anyOf: ['Net-Readers', 'more'] } } })),
    }))
    await bench.reconcile()
    await bench.reconcile()
    expect(role('bert')).toBe('report_user')
    expect((await bench.preview()).plan.problems).toMatchObject([{ kind: 'unmanagedRoleInTheWay' }])
  })
})
