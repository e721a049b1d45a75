import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Edit } from '../../infra/local/simulators/immybot/edit.ts'
import type { Platform } from '../../lib/core/ports/platform.ts'
import * as make from './changes.ts'
import { contentsOf, failure } from './hand.ts'
import { immybotHarness } from './immybot.ts'
import { ada, type Desk, openDesk, scripts } from './immybot-desk.ts'

/** What hands do to the groups we keep: people are taken out of them all the same, and nobody new is put in. */
const ours = 'Rolecall: scripts'
const bert = 'bert@acme.example'
const another = (deny: boolean): Edit => ({
  kind: 'assign',
  to: { group: ours },
  role: 'Deployment Manager',
  scope: { kind: 'owner' },
  deny,
})

let desk: Desk
beforeEach(async () => {
  desk = await openDesk()
})
afterEach(() => desk.close())

const names = async (roles: readonly string[], platform: Platform = desk.platform) => {
  const { roles: listed } = await platform.snapshot()
  return roles.map((held) => {
    const found = listed.find(({ id }) => id === held)
    return `${found?.name}: ${found?.scope}`
  })
}

describe.each([
  ['another role', [another(false)]],
  ['a deny', [another(true)]],
  ['another name', [{ kind: 'renameGroup', name: ours, rename: 'Scripting' }]],
] as const)('a group of ours that was given %s', (_, edits) => {
  it('still shows the role as ours', async () => {
    await desk.join()
    const before = await desk.account()
    desk.immybot.edit(...edits)
    expect((await desk.account()).roles).toEqual(expect.arrayContaining([...before.roles]))
    expect(await names((await desk.account()).roles)).toContain('Script Manager: ownTenant')
  })

  it('is left by whom the role is taken from', async () => {
    const id = await desk.join()
    const role = (await desk.known()).get(scripts.id)?.id
    desk.immybot.edit(...edits)
    await desk.run(make.revoke(ada, id, scripts.id, role as never))
    expect(desk.world().members).toEqual([])
  })

  it('is left by whoever is suspended', async () => {
    const id = await desk.join()
    desk.immybot.edit(...edits)
    await desk.run(make.suspend(ada, id))
    expect(desk.world().members).toEqual([])
    expect(await desk.account()).toMatchObject({ status: 'disabled', roles: [] })
  })
})

it('a role put into our group by hand counts as given by that group', async () => {
  const id = await desk.join()
  desk.immybot.edit(another(false))
  const [foreign] = (await desk.account()).roles.filter((role) => role.includes('#'))
  expect(await names([foreign ?? ''])).toEqual([
    expect.stringMatching(/^Deployment Manager: everything, by group \d+$/),
  ])
  await expect(desk.run(make.revoke(ada, id, scripts.id, foreign as never))).rejects.toEqual(
    failure('platformRefused'),
  )
})

const denied: Edit = {
  kind: 'assign',
  to: { group: ours },
  role: scripts.name,
  scope: { kind: 'user-tenant' },
  deny: true,
}
it.each([
  ['other', another(false)],
  ['same, denied', denied],
] as const)('nobody becomes a user for a role whose group is not to be used: %s', async (_, edit) => {
  await desk.join()
  desk.immybot.edit(edit)
  const before = desk.world()
  await expect(desk.run(make.invite(bert, [scripts.id]))).rejects.toEqual(failure('platformRefused'))
  expect(desk.world()).toEqual(before)
})

describe('a group that somebody else makes at the same moment', () => {
  const meanwhile = (path: string, edits: readonly Edit[]) =>
    desk.immybot.faults([{ kind: 'meanwhile', method: 'POST', path, edits, times: 1 }])
  const assigned: Edit = {
    kind: 'assign',
    to: { group: ours },
    role: scripts.name,
    scope: { kind: 'user-tenant' },
  }
  const theirs: readonly Edit[] = [
    { kind: 'addUser', email: bert },
    { kind: 'addGroupMember', group: ours, email: bert },
  ]

  it.each(['kept', 'refused'] as const)(
    'is used as it is: equal assignments are %s',
    async (sameAssignment) => {
      desk.immybot.switches({ sameName: 'allowed', sameAssignment })
      meanwhile('/groups', [{ kind: 'addGroup', name: ours }, assigned, ...theirs])
      await desk.join()
      expect((await desk.account()).roles).toHaveLength(1)
      expect(desk.world().members).toHaveLength(2)
    },
  )

  it('is used where there may be one of a name only', async () => {
    meanwhile('/groups', [{ kind: 'addGroup', name: ours }, assigned, ...theirs])
    await desk.join()
    expect(desk.world().groups).toHaveLength(1)
    expect(desk.world().members).toHaveLength(2)
  })

  it('is left standing with who is in it when it came out otherwise', async () => {
    meanwhile('/user-tenant/create', [another(false), ...theirs])
    await expect(desk.join()).rejects.toEqual(failure('platformDisagrees'))
    expect(desk.world().groups.map(({ name }) => name)).toEqual([ours])
    expect(desk.world().members).toHaveLength(1)
  })

  it.each(['kept', 'refused'] as const)(
    'keeps who is in it when both fill it: equal assignments are %s',
    async (sameAssignment) => {
      desk.immybot.switches({ sameAssignment })
      meanwhile('/user-tenant/create', [assigned, ...theirs])
      await desk.join()
      expect(desk.world().members).toHaveLength(2)
      expect((await desk.account()).roles).toHaveLength(1)
    },
  )
})

it('a role is not deleted while somebody is in its group', async () => {
  const { roles } = immybotHarness
  const [team] = roles.teams
  await desk.close()
  desk = await openDesk({ roles: [team] })
  desk.immybot.switches({ roleInUse: 'unassigned' })
  await desk.run(make.createRole(team, contentsOf(team)))
  await desk.join()
  const role = (await desk.known()).get(team.id)?.id as never
  await expect(desk.run(make.deleteRole(team, role))).rejects.toEqual(failure('platformRefused'))
  expect((await desk.account()).roles).toEqual([role])
})
