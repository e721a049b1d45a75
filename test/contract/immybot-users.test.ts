import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { demoUsers } from '../../infra/local/simulators/immybot/demo.ts'
import { accountId, milliseconds } from '../../lib/core/ids.ts'
import * as make from './changes.ts'
import { failure } from './hand.ts'
import { ada, type Desk, openDesk } from './immybot-desk.ts'

/** Users nobody may touch, dates set by hand, odd addresses, and what errors tell. */
let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

it.each([demoUsers.rolecall, demoUsers.integration])('machine %i is never adopted', async (machine) => {
  await expect(desk.run(make.adopt('machine@demo.test', accountId(String(machine))))).rejects.toEqual(
    failure('platformRefused'),
  )
})

describe('a suspension of who expires on a later day', () => {
  const expiresAt = () => desk.user()?.expiresAt ?? ''
  const later = () => new Date(milliseconds(desk.clock.now()) + 72 * 3_600_000).toISOString()

  it('never lets them be without an end, wherever it stops', async () => {
    const id = await desk.join()
    desk.immybot.edit({ kind: 'editUser', email: ada, set: { expiresAt: later() } })
    const seen = new Set<boolean>()
    desk.immybot.faults([
      { kind: 'status', status: 500, method: 'POST', path: '/update-expiration', after: 1, times: 9 },
    ])
    await desk.run(make.suspend(ada, id)).catch(() => undefined)
    seen.add(expiresAt() === '')
    expect([...seen]).toEqual([false])
    expect(Date.parse(expiresAt())).toBeLessThanOrEqual(Date.parse(later()))
  })
})

it.each(['o|brien@acme.example', 'a,b@acme.example', 'back\\slash@acme.example', 'a==b@acme.example'])(
  'the address %s finds its person, and no other is made',
  async (email) => {
    desk.immybot.edit({ kind: 'addPerson', email, objectId: null })
    const before = desk.world().persons.length
    await expect(desk.run(make.invite(email, ['scripts']))).rejects.toThrow(/no object id/)
    expect(desk.world().persons).toHaveLength(before)
  },
)

it('a secret at the end of what an error quotes is not told by half', async () => {
  await desk.platform.snapshot()
  for (const length of [185, 190, 195, 199]) {
    const message = `${'x'.repeat(length)}demo-client-secret`
    desk.immybot.faults([
      {
        kind: 'raw',
        status: 200,
        contentType: 'application/json',
        text: JSON.stringify({ success: false, message }),
        path: '/api/v1/users',
        times: 1,
      },
    ])
    const error = await desk.platform.snapshot().catch((thrown: Error) => thrown)
    expect(error).toEqual(failure('platformRefused'))
    expect(String(error)).not.toContain('xdemo')
  }
})

it('what hands gave to whom we suspended is told until the hour is over', async () => {
  const id = await desk.join()
  desk.immybot.edit({
    kind: 'assign',
    to: { email: ada },
    role: 'Deployment Manager',
    scope: { kind: 'owner' },
  })
  expect((await desk.platform.snapshot()).notices).toEqual([])
  await desk.run(make.suspend(ada, id))
  const told = [{ kind: 'keepsUntilExpiry', account: id, roleName: 'Deployment Manager' }]
  expect((await desk.platform.snapshot()).notices).toEqual(told)
  expect((await desk.platform.accounts([id])).notices).toEqual(told)
  desk.clock.advance(3601)
  expect((await desk.platform.snapshot()).notices).toEqual([])
})
