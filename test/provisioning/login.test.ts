import { afterEach, expect, test } from 'vitest'
import { day, demo } from './bench.ts'
import { absent, type LoginBench, openLogins, overflow, present, withLogins } from './logged-in.ts'

let bench: LoginBench
afterEach(() => bench.close())

/** Somebody who is wanted whatever logins show: a plan that leaves nobody is another matter. */
const another = async (): Promise<void> => {
  await bench.provider.group('SOC-Analysts', [await bench.provider.person('zoe')])
}

/** They accepted the invitation. */
const settled = async (): Promise<void> => {
  await bench.settle()
  bench.activateAll()
  await bench.settle()
}

test('a group shown at a login gives the role, as a pushed one does', async () => {
  bench = await openLogins()
  const anna = await bench.provider.person('anna')
  await bench.settle()
  expect(bench.seen().anna).toBeUndefined()
  await bench.enter('anna', { groups: present('SOC-Analysts', 'Chess') })
  await settled()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
  expect(await bench.trailOf(anna)).toContainEqual({
    kind: 'loginShown',
    member: anna.id,
    linked: true,
    groups: 'present',
    concerning: ['SOC-Analysts'],
    shown: 2,
    attributes: [],
  })
})

test('a group that the next login does not show any more is lost with its role', async () => {
  bench = await openLogins()
  await bench.provider.person('anna')
  await bench.enter('anna', { groups: present('SOC-Analysts', 'SOC-Tier1') })
  await settled()
  expect(bench.seen().anna?.roles).toEqual(['SOC tier 1'])
  await bench.enter('anna', { groups: present('SOC-Analysts') })
  await settled()
  expect(bench.seen().anna?.roles).toEqual(['Analyst'])
  await bench.enter('anna', { groups: present() })
  await settled()
  expect(bench.seen().anna).toEqual({ status: 'disabled', roles: ['Analyst'] })
  expect((await bench.history()).revocations.length).toBeGreaterThan(0)
})

test('a login without group information, or with too much of it, takes nothing away', async () => {
  bench = await openLogins()
  const anna = await bench.provider.person('anna')
  await bench.enter('anna', { groups: present('SOC-Analysts') })
  await settled()
  const before = await bench.loginOf(anna)
  bench.clock.advance(2 * day)
  await bench.enter('anna', { groups: absent })
  await bench.enter('anna', { groups: overflow })
  await settled()
  await bench.reconcile()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
  // It keeps its age: nobody is in a group for ever because the identity provider says nothing of groups.
  expect((await bench.loginOf(anna))?.groups).toEqual(before?.groups)
})

test('what a login showed is over at its maximum age: the next look at everybody takes the role away as a revocation', async () => {
  bench = await openLogins()
  await another()
  await bench.provider.person('anna')
  await bench.enter('anna', { groups: present('SOC-Analysts') })
  await settled()
  bench.clock.advance(30 * day - 3600)
  await bench.reconcile()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
  bench.clock.advance(3600)
  await bench.reconcile()
  expect(bench.seen().anna?.status).toBe('disabled')
  expect(await bench.history()).toMatchObject({ departures: [], revocations: [expect.any(String)] })
  // Whoever logs in again is back at once.
  await bench.enter('anna', { groups: present('SOC-Analysts') })
  await settled()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
})

test('many whose logins have become too old are held back by the budget of revocations', async () => {
  bench = await openLogins({
    community: {
      safety: {
        departures: { fraction: 0.2, floor: 5 },
        revocations: { fraction: 0.1, floor: 2 },
        window: day,
        minimumAdmins: 0,
        requiredAdmins: [],
        whileHeld: 'goOn',
        protected: [],
      },
    },
  })
  const names = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5']
  for (const name of names) {
    await bench.provider.person(name)
    await bench.enter(name, { groups: present('SOC-Analysts') })
  }
  await settled()
  bench.clock.advance(31 * day)
  await bench.reconcile()
  const left = names.filter((name) => bench.seen()[name]?.status === 'enabled')
  expect(left.length).toBeGreaterThanOrEqual(4)
  expect(bench.events).toContainEqual(expect.objectContaining({ type: 'plan.held' }))
})

test('an attribute shown at a login counts where the directory says nothing of it', async () => {
  bench = await openLogins()
  bench.configure((before) => ({
    ...before,
    rules: before.rules.map((rule) => ({
      ...rule,
      when: { attribute: 'department', test: { equals: rule.id } },
    })),
  }))
  await bench.provider.person('anna')
  await bench.enter('anna', { attributes: { department: ['analysts'] } })
  await settled()
  expect(bench.seen().anna?.roles).toEqual(['Analyst'])
  await bench.enter('anna', { attributes: { department: ['tier1'] } })
  await settled()
  expect(bench.seen().anna?.roles).toEqual(['SOC tier 1'])
})

test('what SCIM grants outlives a login that does not show it', async () => {
  bench = await openLogins()
  const anna = await bench.provider.person('anna')
  await bench.provider.group('SOC-Analysts', [anna])
  await settled()
  await bench.enter('anna', { groups: present('Chess') })
  await settled()
  await bench.reconcile()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
})

test('where groups come from SCIM alone, what a login shows of groups is nobody’s', async () => {
  bench = await openLogins({
    connection: { groups: { from: ['scim'], samlAttribute: 'groups', maximumAge: day } },
  })
  const anna = await bench.provider.person('anna')
  await bench.enter('anna', { groups: present('SOC-Analysts') })
  expect(await bench.settle()).toEqual([])
  expect(bench.seen().anna).toBeUndefined()
  expect(await bench.trailOf(anna)).toContainEqual(
    expect.objectContaining({ kind: 'loginShown', linked: true, concerning: [], shown: 0 }),
  )
})

test('whoever is deactivated by SCIM is refused, and stays gone', async () => {
  bench = await openLogins()
  const anna = await bench.provider.person('anna')
  await bench.enter('anna', { groups: present('SOC-Analysts') })
  await settled()
  await bench.provider.setActive(anna, false)
  await settled()
  expect(bench.seen().anna?.status).toBe('disabled')
  const refusal = { kind: 'refused', code: 'member.departed', member: anna.id }
  expect(await bench.accept('anna', { groups: present('SOC-Analysts') })).toEqual(refusal)
  await settled()
  expect(bench.seen().anna?.status).toBe('disabled')
  await bench.provider.remove(anna)
  await settled()
  expect(await bench.accept('anna', { groups: present('SOC-Analysts') })).toEqual(refusal)
  // Not by another identity either: the address leads to them.
  expect(await bench.accept('anna', { identity: 'another', groups: present('SOC-Analysts') })).toEqual(
    refusal,
  )
})

test('a restored member has a new life: what earlier logins showed does not count in it', async () => {
  bench = await openLogins()
  const anna = await bench.provider.person('anna')
  await bench.enter('anna', { groups: present('SOC-Analysts') })
  await settled()
  await bench.provider.remove(anna)
  await settled()
  const gone = await bench.directory.memberOrTombstone(demo, anna.id)
  if (gone === undefined) throw new Error('no tombstone')
  const { userName, externalId, attributes } = anna
  const back = await bench.directory.updateMember(bench.stamp(), gone, {
    userName,
    ...(externalId === undefined ? {} : { externalId }),
    active: true,
    attributes,
  })
  expect(back).toMatchObject({ kind: 'written', member: { id: anna.id, incarnation: 2 } })
  await settled()
  await bench.reconcile()
  expect(bench.seen().anna?.status).toBe('disabled')
  // The same person all the same.
  const signed = await bench.enter('anna', { groups: present('SOC-Analysts') })
  expect(signed.member.id).toBe(anna.id)
  await settled()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
})

test('a login that shows nothing new costs reads alone, and renews what is an hour old', async () => {
  bench = await openLogins()
  const anna = await bench.provider.person('anna')
  await bench.enter('anna', { groups: present('SOC-Analysts') })
  await settled()
  const writes = async (): Promise<readonly string[]> => {
    const before = bench.requests.length
    await bench.enter('anna', { groups: present('SOC-Analysts') })
    return bench.requests
      .slice(before)
      .map(({ operation }) => operation)
      .filter((operation) => /Put|Update|Delete|Write/.test(operation))
  }
  expect(await writes()).toEqual([])
  bench.clock.advance(3601)
  expect(await writes()).toEqual(['PutItem'])
  expect((await bench.loginOf(anna))?.groups?.at).toBe(bench.clock.now())
  // Nothing is due of it.
  expect(await bench.settle()).toEqual([])
  const told = (await bench.trailOf(anna)).filter(({ kind }) => kind === 'loginShown')
  expect(told).toHaveLength(1)
})

test('two hundred logins of one person at once are one person with one role', async () => {
  bench = await openLogins({ settings: { createMembers: true } })
  const groups = present('SOC-Analysts')
  const all = await Promise.all(Array.from({ length: 200 }, () => bench.enter('anna', { groups })))
  expect(new Set(all.map(({ member }) => member.id)).size).toBe(1)
  expect(all.filter(({ created }) => created).length).toBeLessThanOrEqual(1)
  await settled()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
  const [first] = all
  const told = first && (await bench.trailOf(first.member)).filter(({ kind }) => kind === 'loginShown')
  expect(told).toHaveLength(1)
  const { total } = await bench.directory.listMembers(demo, 1, 0)
  expect(total).toBe(1)
})

test('a connection that has no logins any more counts none', async () => {
  bench = await openLogins()
  await another()
  await bench.provider.person('anna')
  await bench.enter('anna', { groups: present('SOC-Analysts') })
  await settled()
  bench.configure((before) => ({
    ...before,
    connections: before.connections.map(({ saml: _, ...one }) => one),
  }))
  await bench.reconcile()
  expect(bench.seen().anna?.status).toBe('disabled')
  bench.configure(withLogins())
  await bench.reconcile()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
})
