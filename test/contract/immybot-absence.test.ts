import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../infra/local/simulators/faults.ts'
import type { Edit } from '../../infra/local/simulators/immybot/edit.ts'
import { accountId } from '../../lib/core/ids.ts'
import * as make from './changes.ts'
import { failure } from './hand.ts'
import { ada, type Desk, openDesk, scripts } from './immybot-desk.ts'

/** What ImmyBot leaves out of an answer is never taken for something that is not there. */
let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

const web: Fault<Edit> = {
  kind: 'raw',
  status: 200,
  contentType: 'text/html',
  text: '<!doctype html>',
  times: 99,
}

describe('a generation that ended since it was looked at', () => {
  const inGroup: readonly Edit[] = [
    { kind: 'addUser', email: ada },
    { kind: 'addGroup', name: 'Rolecall: scripts' },
    {
      kind: 'assign',
      to: { group: 'Rolecall: scripts' },
      role: scripts.name,
      scope: { kind: 'user-tenant' },
    },
    { kind: 'addGroupMember', group: 'Rolecall: scripts', email: ada },
  ]
  beforeEach(async () => {
    desk.immybot.switches({ generation: 'legacy' })
    await desk.platform.snapshot()
    desk.immybot.switches({ generation: 'rbac' })
  })

  it('shows nobody without roles', async () => {
    desk.immybot.edit(...inGroup)
    expect((await desk.account()).roles).toHaveLength(1)
  })

  it('leaves nobody in a group who is suspended', async () => {
    desk.immybot.edit(...inGroup)
    const id = accountId(String(desk.user()?.id))
    await desk.platform.apply(make.suspend(ada, id), new Map())
    expect(desk.world().members).toEqual([])
  })

  it('is told of where the configuration holds on to it', async () => {
    const platform = await desk.open({ dialect: { ...desk.community.dialect, generation: 'legacy' } })
    await expect(platform.snapshot()).rejects.toMatchObject({
      code: 'platformUnreadable',
      message: expect.stringContaining('dialect.generation'),
    })
  })
})

it.each([
  ['the instance', undefined],
  ['the token service', '/oauth2/'],
])('the generation is not guessed while %s answers with a web page', async (_, path) => {
  desk.immybot.faults([{ ...web, ...(path === undefined ? {} : { path }) }])
  await expect(desk.platform.snapshot()).rejects.toMatchObject({ name: 'ConnectorError' })
  desk.immybot.faults([])
  const asked = (what: string) =>
    desk.immybot.requests().filter((one) => one.path === `/api/v1${what}`).length
  const before = asked('/users')
  await desk.platform.snapshot()
  expect(asked('/groups')).toBeGreaterThan(0)
  const once = asked('/users') - before
  await desk.platform.snapshot()
  expect(asked('/users') - before).toBe(2 * once)
})

describe('a list', () => {
  it('of assignments is read to its end, however few come at once', async () => {
    await desk.join()
    const crowd = Array.from({ length: 70 }, (_, index) => `crowd-${index}@elsewhere.test`)
    desk.immybot.edit(
      ...crowd.flatMap((email): readonly Edit[] => [
        { kind: 'addUser', email },
        { kind: 'assign', to: { email }, role: 'Deployment Manager', scope: { kind: 'owner' } },
      ]),
    )
    desk.immybot.switches({ pageCap: 60 })
    const { accounts } = await desk.platform.snapshot()
    const held = accounts.filter(({ email }) => crowd.includes(email ?? '')).map(({ roles }) => roles.length)
    expect(held).toEqual(crowd.map(() => 1))
  })

  it.each(['/user-role-assignments', '/groups', '/members', '/roles', '/permissions'])(
    '%s that comes cut takes no role from anybody',
    async (path) => {
      await desk.join()
      const whole = await desk.platform.snapshot()
      desk.immybot.faults([{ kind: 'halfList', method: 'GET', path, times: 1 }])
      const seen = await desk.platform.snapshot()
      // A list that is read a second time was begun a second time, too.
      const { begunAt, takenAt } = seen
      expect(seen).toEqual({ ...whole, begunAt, takenAt })
    },
  )

  it('that comes otherwise each time is believed never', async () => {
    await desk.join()
    const crowd = [1, 2, 3, 4].map((one) => `crowd-${one}@elsewhere.test`)
    desk.immybot.edit(...crowd.map((email) => ({ kind: 'addUser', email }) as const))
    desk.immybot.faults(
      crowd.map((email) => {
        const edits: readonly Edit[] = [{ kind: 'addGroupMember', group: 'Rolecall: scripts', email }]
        return { kind: 'meanwhile', method: 'GET', path: '/members', times: 1, edits }
      }),
    )
    await expect(desk.platform.snapshot()).rejects.toEqual(failure('platformUnreadable'))
  })
})

describe("one user's groups that come cut", () => {
  const cut = (path: string, times: number): void =>
    desk.immybot.faults([{ kind: 'halfList', method: 'GET', path, times }])

  it('make no suspension of what left the role', async () => {
    const id = await desk.join()
    cut(`/users/${id}/groups`, 1)
    await expect(desk.run(make.suspend(ada, id))).rejects.toEqual(failure('platformDisagrees'))
    desk.immybot.faults([])
    await desk.run(make.suspend(ada, id))
    expect(desk.world().members).toEqual([])
  })

  it('make no revocation of what took nothing', async () => {
    const id = await desk.join()
    const role = (await desk.known()).get(scripts.id)?.id as never
    cut(`/users/${id}/groups`, 1)
    await expect(desk.platform.apply(make.revoke(ada, id, scripts.id, role), new Map())).rejects.toEqual(
      failure('platformDisagrees'),
    )
    await desk.run(make.revoke(ada, id, scripts.id, role))
    expect(desk.world().members).toEqual([])
  })
})
