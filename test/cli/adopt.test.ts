import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
import { builtinRoles, demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import { systemClock } from '../../lib/config/clock.ts'
import { communityId, connectionId, memberId } from '../../lib/core/ids.ts'
import { createAuditLog } from '../../lib/store/audit.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createOwnershipStore } from '../../lib/store/ownership.ts'
import { createWorkQueue } from '../../lib/store/work-queue.ts'
import { type Desk, openDesk } from './command.ts'

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

const socOf = (text: string) => parse(text).communities.find(({ id }: { id: string }) => id === 'demo-soc')

test('the draft is the configuration and what the platform holds beyond it, and it checks', async () => {
  const { code, out, error } = await desk.run('adopt', 'demo-soc')
  expect([code, error.split('\n')[0]]).toEqual([0, 'Reading demo-soc …'])
  const [before, after] = [socOf(readFileSync(desk.file, 'utf8')), socOf(out)]
  expect(after.roles.slice(0, before.roles.length)).toEqual(before.roles)
  expect(after.roles).toContainEqual({ id: 'admin', builtin: 'Admin' })
  expect(after.safety.protected).toEqual(['owner@demo.test'])
  expect(out).toContain('# Administrators of demo-soc, protected above:\n#   owner@demo.test\n')
  const file = join(desk.data, 'draft.yaml')
  const written = await desk.call('adopt', 'demo-soc', '--out', file)
  expect([written.code, written.out]).toEqual([0, ''])
  expect(written.error).toContain(`config push ${file} --dry-run`)
  expect(readFileSync(file, 'utf8').trimEnd()).toBe(out.trimEnd())
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect((await desk.call('config', 'check', file)).code).toBe(0)
})

test.each(['demo-net', 'demo-immy'])(
  'the draft of %s checks, and finds nothing new in itself',
  async (id) => {
    const file = join(desk.data, `${id}.yaml`)
    const { code, error } = await desk.call('adopt', id, '--out', file)
    expect([code, error]).toEqual([0, expect.stringContaining('1 administrator(s) protected')])
    expect((await desk.call('config', 'check', file)).code).toBe(0)
    // Names and scopes are the platform's own: it knows every one of them.
    const dry = await desk.call('config', 'push', file, '--dry-run', '--json')
    expect([dry.code, dry.error.includes('error:')]).toEqual([2, false])
    const before = parse(readFileSync(desk.file, 'utf8')).communities
    const after = parse(readFileSync(file, 'utf8')).communities
    for (const [index, one] of after.entries())
      expect(one.roles.slice(0, before[index].roles.length)).toEqual(before[index].roles)
  },
)

test('a draft takes nothing away: its plan is the plan of before', async () => {
  const file = join(desk.data, 'quiet.yaml')
  await desk.call('adopt', 'demo-soc', '--out', file)
  const plans = await Promise.all(
    [desk.file, file].map(async (one) => {
      const { out } = await desk.call('config', 'push', one, '--dry-run', '--json')
      return JSON.parse(out).previews.map(({ plan }: { plan: { changes: unknown } }) => plan.changes)
    }),
  )
  expect(plans[1]).toEqual(plans[0])
})

test('a file that is there is never written over', async () => {
  const before = readFileSync(desk.file, 'utf8')
  const { code, out, error } = await desk.call('adopt', 'demo-soc', '--out', desk.file)
  expect([code, out]).toEqual([1, ''])
  expect(error).toContain(`${desk.file} is there already; name a new file`)
  expect(readFileSync(desk.file, 'utf8')).toBe(before)
  const nowhere = join(desk.data, 'no', 'where.yaml')
  expect((await desk.call('adopt', 'demo-soc', '--out', nowhere)).error).toContain(
    'cannot be written (ENOENT)',
  )
  expect(existsSync(nowhere)).toBe(false)
})

test('as JSON, the draft and its counts', async () => {
  const json = JSON.parse((await desk.call('adopt', 'demo-soc', '--json')).out)
  expect(json).toMatchObject({ community: 'demo-soc', administrators: 1, services: 0 })
  expect(socOf(json.text).roles).toHaveLength(
    json.roles + socOf(readFileSync(desk.file, 'utf8')).roles.length,
  )
  expect((await desk.call('adopt', 'demo-sok')).error).toContain('did you mean demo-soc?')
})

describe('an account', () => {
  const [demo, soc] = [connectionId('demo'), communityId('demo-soc')]
  const stamp = () => ({
    connection: demo,
    actor: { kind: 'credential', label: 'test' } as const,
    requestId: 'request-1',
    at: systemClock.now(),
  })
  let member = memberId('')
  beforeAll(async () => {
    desk.simulators.sekoia.edit({
      kind: 'addMember',
      community: demoCommunity,
      email: 'ada@demo.test',
      builtin: builtinRoles.analyst,
    })
    const made = await createDirectory(desk.table).createMember(stamp(), {
      userName: 'ada',
      active: true,
      attributes: { emails: [{ value: 'Ada@demo.test', primary: true }] },
    })
    if (made.kind !== 'written') throw new Error(made.kind)
    member = made.member.id
  })
  const adopt = (...more: readonly string[]) => desk.call('adopt-account', 'demo-soc', 'ada', ...more)

  test('is shown, and nothing is written', async () => {
    const { code, out } = await adopt('--reason', 'hers', '--roles')
    expect(code).toBe(2)
    expect(out).toMatch(/^Account \S+ \(ada@demo\.test\) in demo-soc: enabled\n/)
    expect(out).toContain(`becomes the account of member ${member} of demo\n`)
    expect(out).toContain('takes over analyst\n')
    expect(out).toContain('no rule grants analyst: taken away')
    expect(out).toContain('the same command with --yes does it')
    expect(await createOwnershipStore(desk.table).ownership(soc, demo, member)).toBeUndefined()
  })

  test('is ours once somebody says yes, on record and to be looked at', async () => {
    const { code, out } = await adopt('--reason', 'hers', '--roles', '--by', 'Olive', '--yes', '--json')
    expect([code, JSON.parse(out)]).toMatchObject([0, { member, takes: ['analyst'], adopted: true }])
    expect(await createOwnershipStore(desk.table).ownership(soc, demo, member)).toMatchObject({
      origin: 'adopted',
      grants: [{ role: 'analyst' }],
    })
    const work = await createWorkQueue(desk.table).take(soc, systemClock.now(), 10)
    expect(work.map(({ subject }) => subject)).toContainEqual({ kind: 'member', connection: demo, member })
    const trail = await createAuditLog(desk.table).about({ kind: 'community', id: soc }, 10)
    expect(trail.map(({ event, actor }) => [event.kind, actor])).toContainEqual([
      'accountAdopted',
      { kind: 'operator', label: 'Olive' },
    ])
    const again = await adopt('--reason', 'hers', '--yes')
    expect([again.code, again.out.includes('It is ours already')]).toEqual([0, true])
  })

  test('needs a reason, a member and a community', async () => {
    expect((await adopt()).error).toContain('--reason "why" is missing')
    expect((await desk.call('adopt-account', 'demo-soc', 'nobody', '--reason', 'x')).error).toContain(
      'no member of that userName',
    )
    expect((await desk.call('adopt-account', 'demo-sok', 'ada', '--reason', 'x')).error).toContain(
      'did you mean demo-soc?',
    )
  })
})
