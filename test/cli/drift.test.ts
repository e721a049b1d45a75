import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { builtinRoles, demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import { systemClock } from '../../lib/config/clock.ts'
import { driftId } from '../../lib/core/drift-ids.ts'
import {
  accountId,
  communityId,
  connectionId,
  type Instant,
  platformRoleId,
  roleId,
} from '../../lib/core/ids.ts'
import type { Drift, Plan } from '../../lib/core/plan.ts'
import type { Hold } from '../../lib/core/verdict.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createDriftStore } from '../../lib/store/drift.ts'
import { createOwnershipStore } from '../../lib/store/ownership.ts'
import { createRunStore } from '../../lib/store/plans.ts'
import { createSafetyStore } from '../../lib/store/safety.ts'
import { type Desk, openDesk } from './command.ts'

const [demo, soc] = [connectionId('demo'), communityId('demo-soc')]
const since = '2026-01-01T00:00:00.000Z' as Instant

let desk: Desk
beforeAll(async () => {
  vi.stubEnv('ROLECALL_OPERATOR', 'tester')
  desk = await openDesk()
  const pushed = await desk.call('config', 'push', desk.file)
  if (pushed.code !== 0) throw new Error(pushed.error)
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await desk.close()
})

const stamp = () => ({
  connection: demo,
  actor: { kind: 'credential', label: 'test' } as const,
  requestId: 'request-1',
  at: systemClock.now(),
})
const person = async (name: string) => {
  const write = await createDirectory(desk.table).createMember(stamp(), {
    userName: `${name}@demo.test`,
    active: true,
    attributes: { emails: [{ value: `${name}@demo.test`, primary: true }] },
  })
  if (write.kind !== 'written') throw new Error(write.kind)
  return write.member
}
/** An analyst by group and rule, and ours on the platform, as after a reconciliation. */
const analyst = async (name: string) => {
  desk.simulators.sekoia.edit({
    kind: 'addMember',
    community: demoCommunity,
    email: `${name}@demo.test`,
    builtin: builtinRoles.analyst,
  })
  const member = await person(name)
  const world = desk.simulators.sekoia.world()
  const user = world.users.find(({ email }) => email === `${name}@demo.test`)
  const avatar = world.avatars.find((one) => one.user === user?.uuid)
  if (avatar === undefined) throw new Error('not there')
  const grant = {
    role: roleId('analyst'),
    platformRole: platformRoleId(builtinRoles.analyst),
    because: [],
    since,
  }
  await createOwnershipStore(desk.table).saveOwnership({
    community: soc,
    connection: demo,
    member: member.id,
    account: accountId(avatar.uuid),
    email: `${name}@demo.test`,
    origin: 'created',
    since,
    grants: [grant],
    version: 0,
  })
  return { ...member, account: accountId(avatar.uuid) }
}

test('nobody has looked yet, and nothing differs', async () => {
  const { code, out } = await desk.call('drift', 'demo-soc')
  expect([code, out]).toEqual([0, 'demo-soc: nobody has looked yet; npx rolecall reconcile demo-soc\n'])
  expect((await desk.call('drift', 'demo-sok')).error).toContain('did you mean demo-soc?')
})

test('drift: since when, how often corrected, what waits, and the line that takes over what is not ours', async () => {
  const [ada, eve] = [await analyst('ada'), await person('eve')]
  const [store, runs] = [createDriftStore(desk.table), createRunStore(desk.table)]
  const at = systemClock.now()
  const subject = { connection: demo, member: ada.id, email: 'ada@demo.test', account: ada.account }
  const lost: Drift = { kind: 'grantLost', subject, role: roleId('analyst') }
  const edited: Drift = { kind: 'roleEdited', role: roleId('tier1'), platformRole: platformRoleId('r') }
  await store.saveDrift(soc, [
    { id: driftId(lost), drift: lost, since, seenAt: at, corrections: [at, at, at] },
    { id: driftId(edited), drift: edited, since, seenAt: at, corrections: [], gone: true },
  ])
  const plan: Plan = {
    community: soc,
    scope: 'community',
    configuration: 1,
    directoryAt: at,
    snapshotAt: at,
    changes: [],
    problems: [],
    drift: [],
    warnings: [],
    unmanaged: [
      { kind: 'account', account: accountId('a-eve'), email: 'eve@demo.test', admin: true },
      { kind: 'account', account: accountId('a-far'), email: 'far@other.test', admin: false },
      { kind: 'account', account: accountId('a-key'), admin: false, service: true },
      { kind: 'grant', account: ada.account, platformRole: platformRoleId('g'), roleName: 'SOC tier 1' },
      { kind: 'grant', account: ada.account, platformRole: platformRoleId('h'), roleName: 'Night watch' },
    ],
  }
  const number = await runs.savePlan(plan, { allowed: [], held: [], withheld: [] }, at)
  await store.saveSight(soc, { at, unmanaged: 'digest', plan: { number, at } })
  const differs = await desk.call('drift', 'demo-soc')
  expect(differs.code).toBe(2)
  const place = ` --data ${desk.data}`
  expect(differs.out.split('\n').slice(0, -1)).toEqual([
    `demo-soc: 1 differ, 5 unmanaged (looked at ${at}, plan ${number})`,
    '  Drift',
    `    account ${ada.account} lost role analyst (since ${since}), corrected 3 time(s)`,
    '  Unmanaged, left alone',
    '    account eve@demo.test (administrator)',
    `      npx rolecall adopt-account demo-soc ${eve.id} --connection demo --reason "…"${place}`,
    '    account far@other.test',
    '      no member of a connection that speaks for its domain has that address',
    '    account a-key (service)',
    '      a service account is never adopted',
    `    role "SOC tier 1" of account ${ada.account}`,
    `      npx rolecall adopt-account demo-soc ${ada.id} --connection demo --roles --reason "…"${place}`,
    `    role "Night watch" of account ${ada.account}`,
    `      npx rolecall adopt demo-soc${place}`,
  ])
  const safety = createSafetyStore(desk.table)
  const change = {
    id: `grant/${ada.account}/analyst`,
    kind: 'grant',
    subject,
    grant: { role: roleId('analyst'), because: [] },
    admin: false,
  } as const
  const reason = { kind: 'flapping', corrections: 3, since: at } as const
  const hold: Hold = {
    community: soc,
    digest: 'ab'.repeat(32),
    held: [{ change, reason }],
    since,
    state: 'waiting',
    version: 0,
  }
  await safety.saveHold(hold)
  const held = await desk.call('drift')
  expect(held.code).toBe(3)
  expect(held.out).toContain(`corrected 3 time(s); held: corrected 3 times since ${at}`)
  expect(held.out).toContain('demo-net: nobody has looked yet')
  const [report] = JSON.parse((await desk.call('drift', 'demo-soc', '--json')).out)
  expect(report).toMatchObject({
    community: 'demo-soc',
    lookedAt: at,
    plan: number,
    drift: [{ kind: 'grantLost', since, corrected: 3, held: { state: 'waiting', reason } }],
  })
  const [current] = await safety.holds()
  if (current !== undefined) await safety.deleteHold(current)
  await store.dropDrift(soc, [driftId(lost)])
  expect((await desk.call('drift', 'demo-soc')).code).toBe(0)
})

test('push: what exceeds the stricter limits is refused with limits and figures, and stored only with --accept-held', async () => {
  const people = ['bob', 'carol', 'dan', 'erin', 'fay', 'gus']
  const members = []
  for (const name of people) members.push(await analyst(name))
  const { id: tier1 } = await person('tia')
  const directory = createDirectory(desk.table)
  const ids = members.map(({ id }) => id)
  const ada = (await directory.findMembers(demo, { by: 'userName', value: 'ada@demo.test' })).map(
    ({ id }) => id,
  )
  await directory.createGroup(stamp(), { displayName: 'SOC-Analysts', attributes: {} }, [...ids, ...ada])
  await directory.createGroup(stamp(), { displayName: 'SOC-Tier1', attributes: {} }, [tier1])
  // A typo that matches nobody, and limits that would let it pass.
  const typo = desk.write('typo.yaml', 'equals: SOC-Analysts', 'equals: SOC-Analyst')
  const refused = await desk.call('config', 'push', typo)
  expect([refused.code, refused.error]).toEqual([3, expect.not.stringContaining('error:')])
  expect(refused.out).toContain('2 change(s) would be held.')
  expect(refused.out).toContain(
    '  demo-soc: 7 revocations wanted on top of 0 in the window, and the budget is 5\n',
  )
  expect(JSON.parse((await desk.call('config', 'push', typo, '--json')).out)).toMatchObject({
    stored: false,
    number: 1,
  })
  expect(JSON.parse((await desk.call('config', 'history', '--json')).out)).toHaveLength(1)
  expect(await createSafetyStore(desk.table).holds()).toEqual([])

  const accepted = await desk.call('config', 'push', typo, '--accept-held')
  expect(accepted.code).toBe(0)
  expect(accepted.out).toContain('2 change(s) wait for approval: npx rolecall holds')
  expect(await createSafetyStore(desk.table).hold(soc)).toMatchObject({
    state: 'waiting',
    held: [{ untilDecided: true }, { untilDecided: true }],
  })
  expect((await desk.call('holds')).code).toBe(3)
})
