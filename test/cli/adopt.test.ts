import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { parse } from 'yaml'
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
  expect(out).toContain('# Administrators, protected above:\n#   owner@demo.test\n')
  const file = join(desk.data, 'draft.yaml')
  const written = await desk.call('adopt', 'demo-soc', '--out', file)
  expect([written.code, written.out]).toEqual([0, ''])
  expect(written.error).toContain(`config push ${file} --dry-run`)
  expect(readFileSync(file, 'utf8').trimEnd()).toBe(out.trimEnd())
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect((await desk.call('config', 'check', file)).code).toBe(0)
})

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
