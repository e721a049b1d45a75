import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { lyonCommunity, mainCommunity, mainKey } from '../../infra/local/simulators/sekoia/mssp.ts'
import type { Examination } from '../../lib/cli/doctor.ts'
import { type Desk, openDesk } from './command.ts'

let desk: Desk
const key = () => join(desk.data, 'demo-sekoia-key')

beforeAll(async () => {
  vi.stubEnv('ROLECALL_OPERATOR', 'tester')
  desk = await openDesk()
  const pushed = await desk.call('config', 'push', desk.file)
  if (pushed.code !== 0) throw new Error(pushed.error)
})
beforeEach(() => writeFileSync(key(), 'demo-sekoia-key'))
afterAll(async () => {
  vi.unstubAllEnvs()
  await desk.close()
})

const examined = async (...args: readonly string[]) => {
  const { code, out } = await desk.call('doctor', ...args, '--json')
  return { code, found: JSON.parse(out) as readonly Examination[] }
}

test('a community in order: every check is told, and the command says so by its code', async () => {
  const { code, found } = await examined('demo-soc')
  const [soc] = found
  expect([code, found.length, soc?.community, soc?.platform]).toEqual([0, 1, 'demo-soc', 'sekoia'])
  expect(soc?.checks.filter(({ state }) => state === 'problem')).toEqual([])
  expect(soc?.checks.map(({ subject }) => subject)).toEqual(
    expect.arrayContaining(['secret', 'key expiry', 'configuration', 'plan']),
  )
  // Who is warned is told what to do.
  for (const { state, remedy } of soc?.checks ?? []) expect(remedy === undefined).toBe(state === 'ok')
  const text = await desk.run('doctor', 'demo-soc')
  expect(text.code).toBe(0)
  expect(text.out).toMatch(/^demo-soc \(sekoia\)\n {2}ok {7}secret /)
  expect(text.out).toMatch(/\n\d+ ok, \d+ warning\(s\), 0 problem\(s\)\n$/)
})

test('three platforms in order, each with its own check-up', async () => {
  const all = await examined()
  expect(all.code).toBe(0)
  const found = all.found.filter(({ community }) => community !== undefined)
  expect(found.map(({ community, platform }) => [community, platform])).toEqual([
    ['demo-soc', 'sekoia'],
    ['demo-net', 'netography'],
    ['demo-immy', 'immybot'],
  ])
  const checks = found.flatMap((one) => one.checks)
  expect(checks.filter(({ state }) => state === 'problem')).toEqual([])
  expect(checks).toContainEqual({
    subject: 'API generation',
    state: 'ok',
    found: expect.stringContaining('RBAC'),
  })
  // Each looks at the secret, the roles, the key's end and the plan, once.
  for (const subject of ['secret', 'credentials', 'key expiry', 'configuration', 'plan'])
    expect(checks.filter((one) => one.subject === subject)).toHaveLength(3)
})

test('logins have a line each: whom they trust, and our own keys', async () => {
  const { code, found } = await examined()
  expect(code).toBe(0)
  expect(found.filter((one) => 'connection' in one)).toEqual([
    {
      connection: 'demo',
      checks: [
        {
          subject: 'identity provider',
          state: 'warning',
          found: 'its metadata were not read yet',
          remedy: 'they are read within a minute',
        },
        { subject: 'own keys', state: 'ok', found: expect.stringMatching(/^1 key\(s\) in file:/) },
      ],
    },
  ])
  const keys = join(desk.data, 'demo-saml-keys')
  const made = readFileSync(keys)
  writeFileSync(keys, '{}')
  const broken = await desk.call('doctor')
  writeFileSync(keys, made)
  expect(broken.code).toBe(1)
  expect(broken.out).toMatch(
    /\nlogins of demo\n {2}warning {2}identity provider {2}.*\n.*\n {2}problem {2}own keys .*must hold keys/,
  )
})

test('a parent is looked for on the platform', async () => {
  const stranger = '66666666-6666-4666-8666-666666666666'
  const founded = '2025-01-06 08:00:00.000000'
  desk.simulators.sekoia.edit(
    { kind: 'manage' },
    { kind: 'addCommunity', community: { uuid: stranger, name: 'Other', parent: null, createdAt: founded } },
    { kind: 'editKey', key: mainKey, changes: { communities: [mainCommunity, lyonCommunity, stranger] } },
  )
  writeFileSync(join(desk.data, 'main-key'), mainKey)
  const community = (id: string, tenant: string, parent?: string) => `  - id: ${id}
    platform: sekoia
    tenant: ${tenant}
    requestsPerSecond: 50
    baseUrl: ${desk.simulators.url}/sekoia
    credentials: file:${join(desk.data, 'main-key')}
    roles: []
${parent === undefined ? '' : `    parent: ${parent}\n`}`
  const family = [
    community('main', mainCommunity),
    community('lyon', lyonCommunity, 'main'),
    community('stranger', stranger, 'main'),
  ]
  const file = desk.write('family.yaml', 'rules:\n', `${family.join('')}rules:\n`)
  const parentOf = async (id: string) => {
    const { found } = await examined(id, '--file', file)
    return found[0]?.checks.find(({ subject }) => subject === 'parent')
  }
  expect(await parentOf('lyon')).toEqual({
    subject: 'parent',
    state: 'ok',
    found: 'below main on the platform, too',
  })
  expect(await parentOf('stranger')).toEqual({
    subject: 'parent',
    state: 'problem',
    found: 'not below main on the platform',
    remedy: 'correct parent, or move the community on the platform',
  })
  expect(await parentOf('main')).toBeUndefined()
})

test('a key the platform refuses is one problem, and nothing more is asked of it', async () => {
  writeFileSync(key(), 'another-key')
  const { code, out } = await desk.call('doctor', 'demo-soc', '--json')
  expect(code).toBe(1)
  const [soc] = JSON.parse(out) as readonly Examination[]
  expect(soc?.checks.map(({ subject, state }) => [subject, state])).toEqual([
    ['secret', 'ok'],
    ['credentials', 'problem'],
  ])
  expect(out).not.toContain('another-key')
})

test('a file that is not pushed is checked against the live catalogue', async () => {
  const broken = desk.write('broken.yaml', 'builtin: Analyst', 'builtin: Analist')
  const { code, found } = await examined('demo-soc', '--file', broken)
  expect(code).toBe(1)
  expect(found[0]?.checks).toContainEqual({
    subject: 'roles[1].builtin',
    state: 'problem',
    found: expect.stringContaining('the platform has no built-in role "Analist"'),
    remedy: 'did you mean "Analyst"?',
  })
  const text = await desk.call('doctor', 'demo-soc', '--file', broken)
  expect(text.out).toMatch(
    / {2}problem {2}roles\[1\]\.builtin +the platform has no .*\n +→ did you mean "Analyst"\?/,
  )
})

test('a secret that cannot be read is one problem, and the platform is not asked', async () => {
  const gone = desk.write('gone.yaml', key(), `${key()}-gone`)
  const { code, found } = await examined('--file', gone)
  expect(code).toBe(1)
  const soc = found.find(({ community }) => community === 'demo-soc')
  expect(soc?.checks).toEqual([
    {
      subject: 'secret',
      state: 'problem',
      found: expect.stringContaining('ENOENT'),
      remedy: expect.stringContaining('store the key'),
    },
  ])
})

test('a name that is not there, and a configuration that is not there', async () => {
  expect((await desk.call('doctor', 'demo-sok')).error).toBe(
    'error: the current configuration has no community demo-sok; did you mean demo-soc?\n',
  )
  expect((await desk.call('doctor', '--file', '/nowhere.yaml')).error).toContain(
    'there is no file /nowhere.yaml',
  )
})

test('a platform that is not there is told of, and not asked for everything else', async () => {
  await desk.simulators.close()
  const { code, found } = await examined('demo-soc')
  expect(code).toBe(1)
  for (const { checks } of found) {
    expect(checks.some(({ state }) => state === 'problem')).toBe(true)
    expect(checks.map(({ subject }) => subject)).not.toContain('plan')
    for (const { state, remedy } of checks) expect(remedy === undefined).toBe(state === 'ok')
  }
})
