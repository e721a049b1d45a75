import { afterEach, expect, test } from 'vitest'
import { builtinRoles, demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import { memberId } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import { createAdoptionDesk } from '../../lib/provisioning/adoption.ts'
import { type Bench, demo, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

const byHand = (name: string): void =>
  bench.sekoia.edit({
    kind: 'addMember',
    community: demoCommunity,
    email: `${name}@demo.test`,
    builtin: builtinRoles.analyst,
  })
const desk = () => createAdoptionDesk(bench.deps)
const request = (member: Member, roles = false) => ({
  community: soc,
  connection: demo,
  subject: { by: 'id', id: member.id } as const,
  roles,
})
const decide = (member: Member, roles = false) =>
  desk().adopt({ ...request(member, roles), by: 'olive', reason: 'it is hers' })
const owned = (member: Member) => bench.deps.ownership.ownership(soc, demo, member.id)

test('shown first, then ours: the roles she holds stay hers, and go with her', async () => {
  bench = await openBench()
  byHand('ada')
  const ada = await bench.provider.person('ada')
  await bench.provider.group('SOC-Analysts', [ada])
  await bench.settle()
  expect(await owned(ada)).toBeUndefined()

  const shown = await desk().show(request(ada, true))
  expect(shown).toMatchObject({
    member: ada.id,
    email: 'ada@demo.test',
    status: 'enabled',
    owned: false,
    administrator: false,
    departed: false,
    takes: ['analyst'],
    loses: [],
    leaves: [],
  })
  expect(await owned(ada)).toBeUndefined()
  expect(await decide(ada, true)).toEqual(shown)
  expect(await owned(ada)).toMatchObject({
    account: shown.account,
    origin: 'adopted',
    grants: [{ role: 'analyst', because: [{ rule: 'analysts' }] }],
  })
  await bench.settle()
  expect(bench.seen().ada).toEqual({ status: 'enabled', roles: ['Analyst'] })
  expect((await bench.preview()).plan.changes.filter((one) => 'subject' in one)).toEqual([])

  const [entry] = (await bench.deps.audit.about({ kind: 'member', id: ada.id, connection: demo }, 50)).filter(
    ({ event }) => event.kind === 'accountAdopted',
  )
  expect(entry).toMatchObject({
    actor: { kind: 'operator', label: 'olive' },
    event: { community: soc, account: shown.account, roles: ['analyst'], reason: 'it is hers' },
  })
  await bench.provider.setActive(ada, false)
  await bench.settle()
  expect(bench.seen().ada?.status).toBe('disabled')
})

test('without roles, the account is ours and what it holds is not', async () => {
  bench = await openBench()
  byHand('ada')
  const ada = await bench.provider.person('ada')
  expect(await decide(ada)).toMatchObject({ takes: [], leaves: ['Analyst'] })
  await bench.settle()
  expect((await owned(ada))?.grants).toEqual([])
  expect(bench.seen().ada).toEqual({ status: 'enabled', roles: ['Analyst'] })
  // Asked again, with roles: only they are added.
  expect(await decide(ada, true)).toMatchObject({ owned: true, takes: ['analyst'], loses: ['analyst'] })
  await bench.settle()
  expect(bench.seen().ada).toEqual({ status: 'disabled', roles: ['Analyst'] })
  expect(await decide(ada, true)).toMatchObject({ owned: true, takes: [] })
})

test('an administrator and a protected account, only so', async () => {
  bench = await openBench({
    community: {
      adopt: 'domain',
      safety: {
        departures: { fraction: 0.2, floor: 5 },
        revocations: { fraction: 0.2, floor: 5 },
        window: 86_400,
        minimumAdmins: 1,
        requiredAdmins: [],
        whileHeld: 'goOn' as const,
        protected: ['owner@demo.test'],
      },
    },
  })
  const owner = await bench.provider.person('owner')
  await bench.provider.group('SOC-Admins', [owner])
  await bench.settle()
  expect(await owned(owner)).toBeUndefined()
  expect(await decide(owner, true)).toMatchObject({ administrator: true, protected: true, takes: ['admin'] })
  await bench.settle()
  expect(await owned(owner)).toMatchObject({ origin: 'adopted', grants: [{ role: 'admin' }] })
  // Ours or not, the last administrator and the protected stay.
  await bench.provider.setActive(owner, false)
  await bench.settle()
  expect(bench.seen().owner).toEqual({ status: 'enabled', roles: ['Admin'] })
})

test('somebody else’s account, another domain, nobody’s account, two of one address', async () => {
  bench = await openBench()
  byHand('ada')
  const ada = await bench.provider.person('ada')
  await decide(ada)
  const [taken] = (await bench.deps.ownership.ownerships(soc, 10)).items
  const other = await bench.provider.person('bob')
  await expect(decide(other)).rejects.toMatchObject({ code: 'notFound' })
  byHand('bob')
  const bobs = await desk().show(request(other))
  if (taken === undefined) throw new Error('nothing is owned')
  await bench.deps.ownership.saveOwnership({ ...taken, account: bobs.account })
  await expect(decide(other)).rejects.toMatchObject({
    code: 'uniqueness',
    message: expect.stringContaining(`belongs to member ${ada.id} of connection demo`),
  })
  await expect(decide(ada)).rejects.toMatchObject({
    message: expect.stringContaining('owns another account of the community'),
  })
  bench.configure((before) => ({ ...before, connections: [{ id: demo, domains: ['other.test'] }] }))
  await expect(decide(other)).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('none of the domains of connection demo'),
  })
  const stranger = { ...other, id: memberId('00000000-0000-4000-8000-000000000000') }
  await expect(decide(stranger)).rejects.toMatchObject({
    code: 'notFound',
    message: `connection demo has no member ${stranger.id}`,
  })
  const nobody = await bench.provider.nameless('nobody')
  await expect(decide(nobody)).rejects.toMatchObject({
    message: expect.stringContaining('no e-mail address'),
  })
})

test('of two at once one decides, and what was announced and never came about is no grant', async () => {
  bench = await openBench()
  byHand('ada')
  const ada = await bench.provider.person('ada')
  const both = await Promise.allSettled([decide(ada), decide(ada)])
  const lost = both.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
  expect([0, 1]).toContain(lost.length)
  expect(lost.filter((code) => code !== 'versionMismatch')).toEqual([])
  const record = await owned(ada)
  if (record === undefined) throw new Error('nothing is owned')
  // As a run leaves it that died between the announcement of an invitation and the call.
  await bench.deps.ownership.deleteOwnership(record)
  const { account: _account, ...begun } = record
  const since = bench.clock.now()
  const announced = { role: 'tier1', platformRole: 'r-1', because: [], since, unconfirmed: true }
  const saved = await bench.deps.ownership.saveOwnership({
    ...begun,
    origin: 'created',
    grants: [announced as never],
    invitation: { sentAt: since, attempts: 1 },
    version: 0,
  })
  expect(saved.kind).toBe('saved')
  await decide(ada, true)
  const after = await owned(ada)
  expect(after).toMatchObject({ account: record.account, origin: 'adopted', grants: [{ role: 'analyst' }] })
  expect(after).not.toHaveProperty('invitation')
})
