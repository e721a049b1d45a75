import { afterEach, expect, test } from 'vitest'
import type { Member } from '../../lib/core/member.ts'
import { demo } from './bench.ts'
import { identityOf, type LoginBench, openLogins, present, type Shows } from './logged-in.ts'

let bench: LoginBench
afterEach(() => bench.close())

const refusalOf = async (name: string, shows: Shows = {}): Promise<string> => {
  const signed = await bench.accept(name, shows)
  return signed.kind === 'refused' ? signed.code : `let in as ${signed.member.id}`
}
const linked = (name: string): Promise<string | undefined> => bench.logins.linkedTo(demo, identityOf(name))
const unaddressed = { email: undefined } as unknown as Shows

test('an identity is found by externalId, case-exact, and stays theirs whatever changes', async () => {
  bench = await openLogins()
  const anna = await bench.provider.person('anna')
  const byId: Shows = { ...unaddressed, externalIds: ['ext-anna@demo.test'] }
  expect(await refusalOf('anna', { ...unaddressed, externalIds: ['EXT-anna@demo.test'] })).toBe(
    'member.unknown',
  )
  expect((await bench.enter('anna', byId)).member.id).toBe(anna.id)
  expect(await linked('anna')).toBe(anna.id)
  // From now on by the identity alone: neither id nor address is asked.
  const bert = await bench.provider.person('bert')
  const moved = await bench.enter('anna', { externalIds: ['ext-bert@demo.test'], email: 'bert@demo.test' })
  expect(moved.member.id).toBe(anna.id)
  expect(await bench.loginOf(bert)).toBeUndefined()
})

test('an identity is found by e-mail in a declared domain, and by nothing outside', async () => {
  bench = await openLogins()
  const anna = await bench.provider.person('anna')
  expect((await bench.enter('anna', { email: 'ANNA@Demo.Test' })).member.id).toBe(anna.id)
  const outside = await bench.provider.person('bert')
  await bench.provider.readdress(outside, 'bert@elsewhere.example')
  expect(await refusalOf('bert', { email: 'bert@elsewhere.example' })).toBe('member.domain')
  expect(await linked('bert')).toBeUndefined()
  expect(await refusalOf('carl')).toBe('member.unknown')
  expect(await refusalOf('carl', unaddressed)).toBe('member.unknown')
})

test('whoever is linked already is reached by no other identity, by whatever name it calls them', async () => {
  bench = await openLogins()
  const anna = await bench.provider.person('anna')
  await bench.enter('anna')
  const other = { identity: identityOf('mallory'), groups: present('SOC-Admins') }
  expect(await refusalOf('anna', other)).toBe('member.identity')
  expect(await refusalOf('anna', { ...other, externalIds: ['ext-anna@demo.test'] })).toBe('member.identity')
  expect((await bench.loginOf(anna))?.groups).toBeUndefined()
  expect(await linked('mallory')).toBeUndefined()
})

test('an operator may unlink somebody: the next login links anew, and what was shown stays', async () => {
  bench = await openLogins()
  const anna = await bench.provider.person('anna')
  const { login } = await bench.enter('anna', { groups: present('SOC-Analysts') })
  await bench.logins.unlink(bench.stamp(), login, 'new identity provider')
  expect(await linked('anna')).toBeUndefined()
  expect(await bench.loginOf(anna)).toMatchObject({ groups: { values: ['SOC-Analysts'] } })
  expect((await bench.enter('anna', { identity: identityOf('anna-2') })).member.id).toBe(anna.id)
  expect(await linked('anna-2')).toBe(anna.id)
  expect((await bench.trailOf(anna)).map(({ kind }) => kind)).toContain('identityUnlinked')
})

test('several members who answer to one address are told from each other by nobody', async () => {
  bench = await openLogins()
  const anna = await bench.provider.person('anna')
  const bert = await bench.provider.person('bert')
  await bench.provider.readdress(bert, 'anna@demo.test')
  expect(await refusalOf('anna')).toBe('member.ambiguous')
  expect(await refusalOf('anna', { externalIds: ['ext-anna@demo.test', 'ext-bert@demo.test'] })).toBe(
    'member.ambiguous',
  )
  expect((await bench.enter('anna', { externalIds: ['ext-anna@demo.test'] })).member.id).toBe(anna.id)
})

const gone: readonly (readonly [string, (member: Member) => Promise<unknown>])[] = [
  ['inactive', (member) => bench.provider.setActive(member, false)],
  ['deleted', (member) => bench.provider.remove(member)],
]
for (const [how, leave] of gone)
  test(`somebody who is ${how} is refused by every name, and created anew by none`, async () => {
    bench = await openLogins({ settings: { createMembers: true } })
    const anna = await bench.provider.person('anna')
    await leave(anna)
    expect(await refusalOf('anna')).toBe('member.departed')
    expect(await refusalOf('anna', { ...unaddressed, externalIds: ['ext-anna@demo.test'] })).toBe(
      'member.departed',
    )
    expect(await bench.loginOf(anna)).toBeUndefined()
    expect((await bench.directory.listMembers(demo, 1, 0)).total).toBe(how === 'deleted' ? 0 : 1)
  })

test('who was deleted is known by every address they had, however many', async () => {
  bench = await openLogins({ settings: { createMembers: true } })
  const emails = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ value: `${name}@demo.test`, type: 'work' }))
  const write = await bench.directory.createMember(bench.stamp(), {
    userName: 'many',
    active: true,
    attributes: { emails },
  })
  if (write.kind !== 'written') throw new Error('not written')
  await bench.directory.deleteMember(bench.stamp(), write.member)
  await bench.settle()
  for (const { value } of emails) expect(await refusalOf(value, { email: value })).toBe('member.departed')
})

test('a successor who has the address of somebody who is gone is let in as themselves', async () => {
  bench = await openLogins()
  const old = await bench.provider.person('anna')
  await bench.provider.remove(old)
  const next = await bench.provider.person('anna', 'anna.new@demo.test')
  expect((await bench.enter('anna')).member.id).toBe(next.id)
})

test('whoever nobody knows is created where the connection wants that, and gives no administration', async () => {
  bench = await openLogins({ settings: { createMembers: true } })
  const groups = present('SOC-Analysts', 'SOC-Admins')
  const signed = await bench.enter('anna', { givenName: 'Anna', familyName: 'Demo', groups })
  expect(signed).toMatchObject({
    created: true,
    member: { userName: 'anna@demo.test', createdAtLogin: true, active: true },
  })
  await bench.settle()
  bench.activateAll()
  await bench.settle()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Analyst'] })
  expect(await refusalOf('bert', unaddressed)).toBe('member.incomplete')
  expect(await refusalOf('carl', { email: 'carl@elsewhere.example' })).toBe('member.domain')
  const hook = { identity: undefined } as unknown as Shows
  expect(await refusalOf('dora', hook)).toBe('member.unknown')
})

test('SCIM takes over whom a login created, even by a write that changes nothing else', async () => {
  bench = await openLogins({ settings: { createMembers: true } })
  const { member } = await bench.enter('anna', { groups: present('SOC-Admins') })
  await bench.settle()
  expect(bench.seen().anna).toBeUndefined()
  const { userName, attributes } = member
  const taken = await bench.directory.updateMember(bench.stamp(), member, {
    userName,
    active: true,
    attributes,
  })
  expect(taken).toMatchObject({ kind: 'written', member: { id: member.id, version: member.version + 1 } })
  expect(await bench.directory.member(demo, member.id)).not.toHaveProperty('createdAtLogin')
  await bench.settle()
  bench.activateAll()
  await bench.settle()
  expect(bench.seen().anna).toEqual({ status: 'enabled', roles: ['Admin'] })
  expect((await bench.enter('anna', { groups: present('SOC-Admins') })).member.id).toBe(member.id)
})

test('a hook without an identity shows groups of whom it names, links nobody, and reaches nobody linked by address', async () => {
  bench = await openLogins()
  const anna = await bench.provider.person('anna')
  const hook = { identity: undefined, groups: present('SOC-Analysts') } as unknown as Shows
  expect((await bench.enter('anna', hook)).member.id).toBe(anna.id)
  expect(await bench.loginOf(anna)).not.toHaveProperty('identity')
  await bench.enter('anna')
  expect(await refusalOf('anna', hook)).toBe('member.identity')
  const named = { ...hook, externalIds: ['ext-anna@demo.test'] }
  expect((await bench.enter('anna', named)).login.identity).toBe(identityOf('anna'))
})
