import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
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
