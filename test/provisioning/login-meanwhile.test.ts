import { afterEach, expect, test } from 'vitest'
import type { LoginStore } from '../../lib/core/ports/logins.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { createSignIn } from '../../lib/provisioning/sign-in.ts'
import { day } from './bench.ts'
import { identityOf, type LoginBench, openLogins, present } from './logged-in.ts'

/** Logins while something else happens to the same person. */

let bench: LoginBench
afterEach(() => bench.close())

const settled = async (): Promise<void> => {
  await bench.settle()
  bench.activateAll()
  await bench.settle()
}

test('who logs in while everybody is looked at loses nothing of what the look found too old', async () => {
  let meanwhile: (() => Promise<unknown>) | undefined
  const wrap = (given: Provisioning): Provisioning => ({
    ...given,
    directory: {
      ...given.directory,
      // Behind the logins, before anything is decided.
      scanMembers: async (...values) => {
        const happens = meanwhile
        meanwhile = undefined
        await happens?.()
        return given.directory.scanMembers(...values)
      },
    },
  })
  bench = await openLogins({ wrap })
  await bench.provider.group('SOC-Analysts', [await bench.provider.person('zoe')])
  await bench.provider.person('anna')
  await bench.enter('anna', { groups: present('SOC-Analysts') })
  await settled()
  bench.clock.advance(31 * day)
  meanwhile = () => bench.enter('anna', { groups: present('SOC-Analysts') })
  await bench.reconcile()
  expect(meanwhile).toBeUndefined()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
  expect((await bench.history()).revocations).toEqual([])
})

test('rules pushed after a login give what it had shown', async () => {
  bench = await openLogins()
  await bench.provider.person('anna')
  await bench.settle()
  await bench.enter('anna', { groups: present('Chess') })
  // Nothing is due: no rule asks for it.
  expect(await bench.settle()).toEqual([])
  bench.configure((before) => ({
    ...before,
    number: 2,
    rules: before.rules.map((rule) =>
      rule.id === 'tier1' ? { ...rule, when: { group: { equals: 'Chess' } } } : rule,
    ),
  }))
  await bench.reconcile()
  expect(bench.seen().anna?.roles).toEqual(['SOC tier 1'])
})

/** Between the look at who it is and the record of what was shown. */
const interrupted = (happens: () => Promise<unknown>) => {
  let once = false
  const logins: LoginStore = {
    ...bench.logins,
    login: async (...values) => {
      const before = await bench.logins.login(...values)
      if (!once) await happens()
      once = true
      return before
    },
  }
  const signIn = createSignIn({ ...bench.deps, directory: bench.directory, logins })
  const at = bench.clock.now()
  return signIn.accept(bench.stamp(), {
    identity: identityOf('anna'),
    externalIds: ['ext-anna@demo.test'],
    statement: { at, groups: present('SOC-Analysts'), attributes: {} },
  })
}

test('who is deactivated or deleted during their login gets nothing by it', async () => {
  for (const leave of ['setActive', 'remove'] as const) {
    bench = await openLogins()
    const anna = await bench.provider.person('anna')
    await interrupted(async () => {
      if (leave === 'remove') await bench.provider.remove(anna)
      else await bench.provider.setActive(anna, false)
      await bench.settle()
    })
    await settled()
    await bench.reconcile()
    expect(bench.seen().anna).toBeUndefined()
    // Of whom was deleted nothing is kept of what they showed.
    if (leave === 'remove') expect(await bench.loginOf(anna)).not.toHaveProperty('groups')
    if (leave === 'setActive') await bench.close()
  }
})

test('who is unlinked during their login is linked anew by it, and by one identity alone', async () => {
  bench = await openLogins()
  const anna = await bench.provider.person('anna')
  const { login } = await bench.enter('anna', { groups: present('Chess') })
  const signed = await interrupted(() => bench.logins.unlink(bench.stamp(), login, 'moved'))
  expect(signed).toMatchObject({ kind: 'in', member: { id: anna.id } })
  expect(await bench.logins.linkedTo(anna.connection, identityOf('anna'))).toBe(anna.id)
  expect(await bench.loginOf(anna)).toMatchObject({ identity: identityOf('anna') })
})
