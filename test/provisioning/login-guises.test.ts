import { afterEach, expect, test } from 'vitest'
import { demo } from './bench.ts'
import { identityOf, type LoginBench, openLogins, present, type Shows } from './logged-in.ts'

/** Whoever comes under a name that only looks like somebody's, or was theirs once. */

let bench: LoginBench
afterEach(() => bench.close())

const refusalOf = async (name: string, shows: Shows = {}): Promise<string> => {
  const signed = await bench.accept(name, shows)
  return signed.kind === 'refused' ? signed.code : `let in as ${signed.member.id}`
}
const creating = { settings: { createMembers: true } } as const
const unaddressed = { email: undefined } as unknown as Shows

test('an address that is somebody’s only when its letters are folded is not theirs', async () => {
  bench = await openLogins(creating)
  await bench.provider.person('kim')
  // KELVIN SIGN, FULLWIDTH LATIN SMALL LETTER K, SUPERSCRIPT, and a domain that only looks declared.
  for (const email of [
    '\u212Aim@demo.test',
    '\uFF4Bim@demo.test',
    'ki\u1D50@demo.test',
    'kim@dem\u00BA.test',
  ])
    expect(await refusalOf('mallory', { email })).toBe('member.domain')
  // Nor is anybody created under it, whom the real one would be taken for later.
  expect(await refusalOf('mallory', { email: '\u212Aurt@demo.test' })).toBe('member.domain')
  expect((await bench.enter('kim', { email: ' KIM@Demo.test'.trim() })).created).toBe(false)
  expect((await bench.directory.listMembers(demo, 1, 0)).total).toBe(1)
})

test('an address with letters of other alphabets is an address', async () => {
  bench = await openLogins(creating)
  for (const email of ['zoë@demo.test', 'ÉVA@demo.test', 'γιωργος@demo.test'])
    expect((await bench.enter(email, { email })).created).toBe(true)
})

test('nobody is created whose address is none', async () => {
  bench = await openLogins(creating)
  const addresses = [
    '@demo.test',
    'a b@demo.test',
    'x@elsewhere.example,a@demo.test',
    'x@elsewhere.example@demo.test',
    '"x"<x@demo.test',
    `a\u0000@demo.test`,
    `${'a'.repeat(2000)}@demo.test`,
  ]
  for (const email of addresses) expect(await refusalOf('mallory', { email })).toBe('member.incomplete')
  expect((await bench.directory.listMembers(demo, 1, 0)).total).toBe(0)
})

const leaving = ['deleted', 'inactive'] as const
for (const how of leaving)
  test(`who is ${how} does not come back by the name they had before a rename`, async () => {
    bench = await openLogins(creating)
    const anna = await bench.provider.person('anna')
    const write = await bench.directory.updateMember(bench.stamp(), anna, {
      userName: 'anna.married@demo.test',
      active: true,
      attributes: { emails: [{ value: 'anna.married@demo.test', type: 'work' }] },
    })
    if (write.kind !== 'written') throw new Error('not written')
    if (how === 'deleted') await bench.provider.remove(write.member)
    else await bench.provider.setActive(write.member, false)
    expect(await refusalOf('anna')).toBe('member.departed')
  })

test('who is gone does not come back by a userName that somebody else had in between', async () => {
  bench = await openLogins(creating)
  const named = async (externalId: string) => {
    const draft = { userName: 'anna@demo.test', externalId, active: true, attributes: {} }
    const write = await bench.directory.createMember(bench.stamp(), draft)
    if (write.kind !== 'written') throw new Error('not written')
    return write.member
  }
  await bench.directory.deleteMember(bench.stamp(), await named('first'))
  const second = await named('second')
  const moved = { userName: 'other@demo.test', externalId: 'second', active: true, attributes: {} }
  await bench.directory.updateMember(bench.stamp(), second, moved)
  expect(await refusalOf('anna')).not.toContain('let in')
})

test('who is gone is not created anew by a NameID that was their userName', async () => {
  bench = await openLogins(creating)
  const write = await bench.directory.createMember(bench.stamp(), {
    userName: 'adoe',
    active: true,
    attributes: {},
  })
  if (write.kind !== 'written') throw new Error('not written')
  const shows = { externalIds: ['ADoe'], email: 'anna.doe@demo.test' }
  // They are there: SCIM has to say that this is them.
  expect(await refusalOf('adoe', shows)).toBe('member.unknown')
  await bench.directory.deleteMember(bench.stamp(), write.member)
  expect(await refusalOf('adoe', shows)).toBe('member.departed')
  expect((await bench.enter('bert', { externalIds: ['bdoe'] })).created).toBe(true)
})

test('two who come under one address at once are never one, and never two records', async () => {
  bench = await openLogins(creating)
  const groups = present('SOC-Analysts')
  const all = await Promise.all(
    Array.from({ length: 12 }, (_, n) => bench.accept('anna', { identity: identityOf(`n${n % 2}`), groups })),
  )
  const inside = all.filter((one) => one.kind === 'in')
  expect(new Set(inside.map(({ login }) => login.identity)).size).toBe(1)
  expect(inside).toHaveLength(6)
  expect(all.flatMap((one) => (one.kind === 'refused' ? [one.code] : []))).toEqual(
    Array.from({ length: 6 }, () => 'member.identity'),
  )
  expect((await bench.directory.listMembers(demo, 1, 0)).total).toBe(1)
})

test('a login and a push that create somebody at the same moment come to one record', async () => {
  bench = await openLogins(creating)
  const draft = {
    userName: 'ANNA@demo.test',
    externalId: 'ext',
    active: true,
    attributes: { emails: [{ value: 'anna@demo.test', type: 'work' }] },
  }
  const [signed, pushed] = await Promise.all([
    bench.accept('anna', { groups: present('SOC-Analysts') }),
    bench.directory.createMember(bench.stamp(), draft),
  ])
  const id = signed.kind === 'in' ? signed.member.id : undefined
  expect(pushed).toMatchObject(pushed.kind === 'taken' ? { by: { id } } : { member: { id } })
  expect((await bench.directory.listMembers(demo, 1, 0)).total).toBe(1)
})

test('an identity stays with its member when somebody else is given their externalId and address', async () => {
  bench = await openLogins(creating)
  const anna = await bench.provider.person('anna')
  const byId = { ...unaddressed, externalIds: ['ext-anna@demo.test'] }
  await bench.enter('anna', byId)
  await bench.provider.remove(anna)
  await bench.settle()
  const next = { userName: 'next', externalId: 'ext-next', active: true, attributes: anna.attributes }
  const write = await bench.directory.createMember(bench.stamp(), next)
  expect(write.kind).toBe('written')
  expect(await refusalOf('anna', byId)).toBe('member.departed')
  expect(await refusalOf('anna')).toBe('member.departed')
  expect(await refusalOf('anna', { ...unaddressed, externalIds: ['ext-next'] })).toBe('member.departed')
})
