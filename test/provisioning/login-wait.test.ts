import { afterEach, expect, test } from 'vitest'
import { ConnectorError } from '../../lib/core/errors.ts'
import { later, milliseconds } from '../../lib/core/ids.ts'
import { createAccessReader } from '../../lib/provisioning/access.ts'
import { createSignIn } from '../../lib/provisioning/sign-in.ts'
import { soc } from './bench.ts'
import { type LoginBench, openLogins, present } from './logged-in.ts'

let bench: LoginBench
afterEach(() => bench.close())

const groups = present('SOC-Analysts')

test('what is open is put in front of all other work, announced, and answered once it is done', async () => {
  bench = await openLogins()
  await bench.provider.person('anna')
  const { member } = await bench.enter('anna', { groups })
  const queued: string[] = []
  // The worker that the announcement wakes, here while somebody waits.
  const signIn = createSignIn({
    ...bench.deps,
    directory: bench.directory,
    logins: bench.logins,
    wakeUps: {
      wake: async (community) => {
        const taken = await bench.deps.work.take(community, bench.later(60), 10)
        queued.push(...taken.map(({ priority }) => priority))
        await bench.run()
      },
    },
  })
  const entries = await signIn.bringUp(member, bench.clock.now(), bench.later(3))
  expect(queued).toEqual(['login'])
  expect(entries).toMatchObject([{ community: soc, role: 'analyst', status: 'pending' }])
  expect(bench.seen().anna).toEqual({ status: 'pending', roles: ['Analyst'] })
  bench.activateAll()
  await bench.settle()
  await bench.reconcile()
  expect(await bench.bringUp(member)).toMatchObject([{ community: soc, role: 'analyst', status: 'assigned' }])
})

test('a worker that does not come leaves it pending, and the wait ends in time', async () => {
  bench = await openLogins()
  await bench.provider.person('anna')
  const { member } = await bench.enter('anna', { groups })
  const until = bench.later(3)
  const signIn = createSignIn({
    ...bench.deps,
    directory: bench.directory,
    logins: bench.logins,
    wakeUps: { wake: () => Promise.reject(new Error('no queue')) },
  })
  const entries = await signIn.bringUp(member, bench.clock.now(), until)
  expect(entries).toMatchObject([{ role: 'analyst', status: 'pending', detail: 'not carried out yet' }])
  expect(milliseconds(bench.clock.now())).toBe(milliseconds(until))
  // Nothing is lost of it.
  await bench.settle()
  expect(bench.seen().anna?.roles).toEqual(['Analyst'])
})

test('a store that is throttled for a moment ends no wait', async () => {
  bench = await openLogins()
  await bench.provider.person('anna')
  const { member } = await bench.enter('anna', { groups })
  let asked = 0
  const { work } = bench.deps
  const signIn = createSignIn({
    ...bench.deps,
    directory: bench.directory,
    logins: bench.logins,
    work: {
      ...work,
      overdue: async (...which) => {
        asked += 1
        if (asked < 3) throw new ConnectorError('storeThrottled', 'slow down', { retryAfter: 1 })
        await bench.run()
        return work.overdue(...which)
      },
    },
  })
  const entries = await signIn.bringUp(member, bench.clock.now(), bench.later(3))
  expect(asked).toBe(3)
  expect(entries).toMatchObject([{ role: 'analyst', status: 'pending' }])
  expect(bench.seen().anna?.roles).toEqual(['Analyst'])
})

test('where everything is in place nothing is queued and nobody waits', async () => {
  bench = await openLogins()
  await bench.provider.person('anna')
  const { member } = await bench.enter('anna', { groups })
  await bench.settle()
  // Invited, and not there yet: that is theirs to do.
  expect(await bench.bringUp(member)).toMatchObject([{ role: 'analyst', status: 'pending' }])
  bench.activateAll()
  await bench.settle()
  await bench.reconcile()
  const [after, woken] = [bench.clock.now(), bench.woken.length]
  expect(await bench.bringUp(member)).toMatchObject([{ role: 'analyst', status: 'assigned' }])
  expect(bench.clock.now()).toBe(after)
  expect(await bench.deps.work.take(soc, later(after, 3600), 10)).toEqual([])
  expect(bench.woken).toHaveLength(woken)
})

test('what is held for a person to decide is told, and waited for by nobody', async () => {
  bench = await openLogins({
    community: {
      safety: {
        departures: { fraction: 0.2, floor: 5 },
        revocations: { fraction: 0, floor: 0 },
        window: 86_400,
        minimumAdmins: 0,
        requiredAdmins: [],
        whileHeld: 'goOn',
        protected: [],
      },
    },
  })
  await bench.provider.person('anna')
  await bench.enter('anna', { groups })
  await bench.settle()
  bench.activateAll()
  await bench.settle()
  const { member } = await bench.enter('anna', { groups: present() })
  await bench.settle()
  const now = bench.clock.now()
  expect(await bench.bringUp(member)).toMatchObject([{ role: 'analyst', status: 'held' }])
  expect(bench.clock.now()).toBe(now)
})

test('a role that is withheld from them is told, with the reason, to nobody but themselves', async () => {
  bench = await openLogins({ settings: { createMembers: true } })
  const { member, created } = await bench.enter('anna', { groups: present('SOC-Admins') })
  const withheld = {
    community: soc,
    role: 'admin',
    status: 'withheld',
    detail:
      'the member was created by a login, the role may administer, and no rule has includeCreatedAtLogin',
  }
  const now = bench.clock.now()
  expect([created, await bench.bringUp(member)]).toMatchObject([true, [withheld]])
  expect(bench.clock.now()).toBe(now)
  const access = createAccessReader({ ...bench.deps, directory: bench.directory, logins: bench.logins })
  expect((await access.accessOf(member.connection, [member])).get(member.id)).toEqual([])
})

test('somebody without any role is answered at once', async () => {
  bench = await openLogins()
  await bench.provider.person('anna')
  const { member } = await bench.enter('anna', { groups: present('Chess') })
  const now = bench.clock.now()
  expect(await bench.bringUp(member)).toEqual([])
  expect(bench.clock.now()).toBe(now)
})
