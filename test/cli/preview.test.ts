import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { systemClock } from '../../lib/config/clock.ts'
import { connectionId } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { soundResponse } from '../support/identity-provider.ts'
import { type Desk, openDesk } from './command.ts'

const demo = connectionId('demo')
let desk: Desk
let ada: Member
const stamp = () => ({
  connection: demo,
  actor: { kind: 'credential', label: 'test' } as const,
  requestId: 'request-1',
  at: systemClock.now(),
})
const file = (name: string, text: string): string => {
  writeFileSync(join(desk.data, name), text)
  return join(desk.data, name)
}
beforeAll(async () => {
  vi.stubEnv('ROLECALL_OPERATOR', 'tester')
  desk = await openDesk()
  const pushed = await desk.call('config', 'push', desk.file)
  if (pushed.code !== 0) throw new Error(pushed.error)
  const directory = createDirectory(desk.table)
  const write = await directory.createMember(stamp(), {
    userName: 'ada@demo.test',
    externalId: 'id-ada',
    active: true,
    attributes: { emails: [{ value: 'ada@demo.test', primary: true }] },
  })
  if (write.kind !== 'written') throw new Error(write.kind)
  ada = write.member
  await directory.createGroup(stamp(), { displayName: 'SOC-Analysts', attributes: {} }, [ada.id])
})
afterAll(async () => {
  vi.unstubAllEnvs()
  await desk.close()
})

const result = (out: string) => JSON.parse(out)

test('preview --attributes shows whom a login would sign in and what it would give', async () => {
  const path = file('login.json', JSON.stringify({ groups: ['Net-Readers', 'Chess'], nameId: 'id-ada' }))
  const { code, out } = await desk.call('preview', '--attributes', path)
  expect(code).toBe(2)
  expect(out).toContain(`Member ${ada.id}: by externalId`)
  expect(out).toContain('group "Chess": no rule asks for it')
  expect(out).toMatch(/ {4}\+ \S+ "readonly": added/)
  expect(out).toMatch(/ {4}= analyst "Analyst": kept/)
  expect(out).not.toContain('ada@demo.test')
})

test('preview --attributes ends with 1 where the login would be refused, and says what to do', async () => {
  const path = file('stranger.json', JSON.stringify({ attributes: { groups: [] }, nameId: 'nobody' }))
  const { code, out } = await desk.call('preview', '--attributes', path)
  expect(code).toBe(1)
  expect(out).toContain('Refused: member.unknown; the directory knows nobody so')
})

test('preview --member shows somebody as they are, by id and by userName', async () => {
  for (const user of [ada.id, 'ada@demo.test']) {
    const { code, out } = await desk.call('preview', '--member', user, '--json')
    expect(code).toBe(0)
    expect(result(out)).toMatchObject({
      person: { kind: 'member', member: ada.id, by: 'named' },
      communities: [
        { community: 'demo-soc', granted: [{ role: 'analyst', change: 'kept', source: 'scim' }], taken: [] },
      ],
    })
  }
})

test('preview --assertion reads a Response and says that its signature was not checked', async () => {
  const encoded = soundResponse({
    now: Date.UTC(2020, 0, 1),
    audience: 'urn:any',
    acs: 'https://any.example/acs',
    nameId: { value: 'id-ada' },
    groups: ['SOC-Analysts'],
  })
  for (const text of [encoded, Buffer.from(encoded, 'base64').toString()]) {
    const { code, out } = await desk.call('preview', '--assertion', file('login.xml', text))
    expect(out).toContain('signature not checked')
    expect(out).toContain('whom it is meant for was not judged')
    expect(out).toContain('group "SOC-Analysts": rule')
    expect(code).toBe(0)
  }
  const hostile = await desk.call('preview', '--assertion', file('hostile.xml', '<!DOCTYPE a><a/>'))
  expect(hostile).toMatchObject({ code: 1, out: '' })
  expect(hostile.error).toMatch(/assertion: .*DOCTYPE.*xml\.markup/)
})

test('preview --config alone looks at everybody: who gains, who loses, how many', async () => {
  const same = await desk.call('preview', '--config', desk.file)
  expect(same.code).toBe(0)
  expect(same.out).toContain('Nobody of 1 member(s) would gain or lose anything.')
  const other = desk.write('other.yaml', 'SOC-Analysts', 'SOC-Others')
  const { code, out } = await desk.call('preview', '--config', other)
  expect(code).toBe(2)
  expect(out).toContain(`member ${ada.id} of demo (ada@demo.test)`)
  expect(out).toContain('- demo-soc/analyst: no longer given')
  expect(out).toContain('demo-soc: 0 would come in, 1 would have no role left')
  const json = await desk.call('preview', '--config', other, '--everybody', '--json')
  expect(result(json.out)).toMatchObject({
    members: [
      { connection: 'demo', member: ada.id, gains: [], loses: [{ community: 'demo-soc', role: 'analyst' }] },
    ],
    summary: { members: 1, changed: 1, roles: [{ role: 'analyst', gain: 0, lose: 1, keep: 0 }] },
  })
})

test('preview --config with a person shows what they have beside what they would have', async () => {
  const other = desk.write('other.yaml', 'SOC-Analysts', 'SOC-Others')
  const { code, out } = await desk.call('preview', '--config', other, '--member', ada.id, '--json')
  expect(code).toBe(2)
  expect(result(out).communities).toMatchObject([
    { community: 'demo-soc', granted: [], taken: [{ role: 'analyst' }] },
  ])
})

test('preview refuses what it cannot look at, with what to do', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /whom to look at is missing/],
    [['--everybody'], /--everybody needs --config/],
    [['--attributes', 'a', '--assertion', 'b'], /--assertion does not go with --attributes/],
    [['--attributes', file('bad.json', '{"groups": 1}')], /attributes\.groups: must be text/],
    [['--attributes', file('worse.json', '{"groups"')], /attributes: is not JSON/],
    [['--attributes', join(desk.data, 'none.json')], /there is no file/],
    [['--member', 'nobody@demo.test'], /no member of that userName/],
    [['--member', ada.id, '--connection', 'other'], /no connection other; it has demo/],
    [['--member', ada.id, '--config', file('bad.yaml', 'version: 2')], /the configuration is refused/],
  ]
  for (const [args, words] of cases) {
    const { code, out, error } = await desk.call('preview', ...args)
    expect([code, out]).toEqual([1, ''])
    expect(error).toMatch(words)
  }
})
