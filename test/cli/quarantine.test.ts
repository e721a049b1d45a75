import { afterAll, beforeAll, expect, test } from 'vitest'
import { systemClock } from '../../lib/config/clock.ts'
import { accountId, communityId, connectionId, memberId, platformRoleId, roleId } from '../../lib/core/ids.ts'
import { createSafetyStore } from '../../lib/store/safety.ts'
import { type Desk, openDesk } from './command.ts'

const soc = communityId('demo-soc')
let desk: Desk
beforeAll(async () => {
  desk = await openDesk()
  expect((await desk.call('config', 'push', desk.file)).code).toBe(0)
})
afterAll(() => desk.close())

const change = {
  kind: 'revoke',
  id: 'revoke/a-1/tier1',
  subject: {
    connection: connectionId('demo'),
    member: memberId('m-1'),
    email: 'ada@demo.test',
    account: accountId('a-1'),
  },
  role: roleId('tier1'),
  platformRole: platformRoleId('r-1'),
  roleName: 'SOC tier 1',
  replaced: false,
} as const
const holding = async (digest: string): Promise<void> => {
  const saved = await createSafetyStore(desk.table).saveHold({
    community: soc,
    digest: digest.repeat(32),
    held: [{ change: change as never, reason: { kind: 'protected' } }],
    since: systemClock.now(),
    state: 'waiting',
    version: 0,
  })
  expect(saved).toBe('saved')
}

test('whom to quarantine has to be said: a reason alone is no list', async () => {
  for (const more of [
    ['--reason', 'restored'],
    ['--by', 'Maria Nowak'],
  ])
    expect(await desk.call('quarantine', ...more)).toMatchObject({
      code: 1,
      out: '',
      error: 'error: name a community, or --all; see npx rolecall --help\n',
    })
  expect((await desk.call('quarantine', 'demo-soc', '--all', '--reason', 'x')).code).toBe(1)
  expect(await desk.call('quarantine')).toMatchObject({ code: 0, out: 'Nothing is quarantined.\n' })
})

test('imposed, shown wherever somebody looks, and released', async () => {
  expect(await desk.call('release', 'demo-soc', '--reason', 'x')).toMatchObject({
    code: 1,
    error: 'error: demo-soc is not quarantined; npx rolecall quarantine lists those that are\n',
  })
  await holding('ab')
  expect((await desk.call('holds')).error).toBe('')
  expect((await desk.call('quarantine', 'demo-soc', '--reason', 'old records')).code).toBe(0)
  const listed = await desk.call('quarantine')
  const release = `npx rolecall release demo-soc --reason "…" --data ${desk.data}\n`
  expect(listed.code).toBe(3)
  expect(listed.out).toMatch(/^demo-soc is quarantined since 20\S+: old records\n/)
  expect(listed.out).toContain(release)

  const warning =
    /^warning: demo-soc is quarantined since 20\S+: old records; nothing is written there until /
  for (const args of [['holds'], ['holds', 'show', 'demo-soc'], ['holds', '--json']]) {
    const held = await desk.call(...args)
    expect(held.code).toBe(3)
    expect(held.error).toMatch(warning)
    expect(held.error.endsWith(release)).toBe(true)
  }
  expect(await desk.call('holds', 'show', 'demo-net')).toMatchObject({ code: 0, error: '' })

  const plan = (await desk.call('plan', 'demo-soc')).out
  expect(plan).toContain('\n  Withheld by the quarantine\n')
  expect(plan).not.toContain('by the mode')

  const approved = await desk.call('approve', 'demo-soc', 'abababababab', '--reason', 'they left')
  expect(approved.code).toBe(0)
  expect(approved.error).toMatch(warning)
  expect(approved.out).toMatch(
    /^Approved 1 change\(s\) in demo-soc until 20\S+; they are made once it is released\.\n$/,
  )

  expect((await desk.call('release', 'demo-soc', '--reason', 'compared')).code).toBe(0)
  await holding('cd')
  const after = await desk.call('approve', 'demo-soc', 'cdcdcdcdcdcd', '--reason', 'they left')
  expect(after).toMatchObject({ code: 0, error: '' })
  expect(after.out).toContain('; they are made within a minute.\n')
})
