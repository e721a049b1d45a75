import { describe, expect, it } from 'vitest'
import { demoApp, demoHandMadeRole, demoKeyRole } from '../../infra/local/simulators/netography/demo.ts'
import type { RoleDefinition } from '../../lib/core/configuration.ts'
import { accountId, roleId } from '../../lib/core/ids.ts'
import { assumedCalls } from '../../lib/platforms/netography/api.ts'
import * as make from './changes.ts'
import { contentsOf } from './hand.ts'
import { netographyHarness, netosecret } from './netography.ts'
import { netographyTown, person } from './netography-town.ts'

/** What doctor is told of a Netography account. */
const { low, teams } = netographyHarness.roles
const [team] = teams
const { open, openWithoutFallback, platform, url, net, run, roleIdOf, writes, replacing, joined } =
  netographyTown()

describe('the check-up', () => {
  const states = async (on = platform()) =>
    (await on.checkup()).map(({ subject, state }) => `${subject}: ${state}`)
  const check = async (subject: string, on = platform()) =>
    (await on.checkup()).find((one) => one.subject === subject)

  it('is content with the demo world', async () => {
    expect(await states()).toEqual([
      'credentials: ok',
      'address: warning',
      'users: ok',
      'reseller: ok',
      'rights: ok',
      ...['high', 'low', 'team', 'other-team', 'narrow', 'nothing'].map((id) => `role ${id}: ok`),
      'fallback role: ok',
      'API description: ok',
    ])
    expect(writes()).toBe(0)
  })

  it('says what our key lacks, and what it has too much', async () => {
    net().edit({
      kind: 'editRole',
      name: demoKeyRole,
      permissions: ['users:fetch', 'roles:fetch', 'api_keys:fetch'],
    })
    expect(await check('rights')).toMatchObject({
      state: 'problem',
      found: expect.stringContaining('users:create'),
    })
    net().edit({ kind: 'editKey', appname: demoApp.appname, role: 'admin' })
    expect(await check('rights')).toMatchObject({
      state: 'warning',
      found: expect.stringContaining('api_keys:create'),
    })
    net().edit({ kind: 'editKey', appname: demoApp.appname, role: 'operational_manager' })
    expect(await check('users')).toMatchObject({
      state: 'problem',
      remedy: expect.stringContaining('rights'),
    })
    net().edit({ kind: 'editRole', name: demoKeyRole, permissions: ['users:fetch', 'roles:fetch'] })
    net().edit({ kind: 'editKey', appname: demoApp.appname, role: demoKeyRole })
    expect(await check('API keys')).toMatchObject({ state: 'warning' })
  })

  it('says when our key is not among the keys, and which role it lives by stays unknown', async () => {
    const text = JSON.stringify({ data: [{ appname: 'another', roles: ['readonly'] }] })
    const answer = { kind: 'raw', status: 200, contentType: 'application/json', text, times: 9 } as const
    net().faults([{ ...answer, path: '/api-keys' }])
    expect(await check('rights')).toMatchObject({ state: 'warning', remedy: expect.any(String) })
  })

  it('says which roles are missing, misnamed, ours to live by, or known to the portal only', async () => {
    net().switches({ portalFlags: 'shown' })
    net().edit({ kind: 'portalFlags', name: demoHandMadeRole, flags: { sendNetoDNS: true } })
    const checked = await open({
      roles: [
        { id: roleId('gone'), kind: 'custom', name: 'gone' },
        { id: roleId('night'), kind: 'custom', name: demoHandMadeRole },
        { ...team, id: roleId('own'), name: demoKeyRole },
        {
          ...team,
          id: roleId('odd'),
          contents: { ...contentsOf(team), permissions: ['starships=all'] },
        } as RoleDefinition,
      ],
      fallbackRole: roleId('night'),
    })
    const lines = (await checked.checkup()).filter(({ state }) => state !== 'ok')
    expect(lines.map(({ subject, state }) => `${subject}: ${state}`)).toEqual([
      'address: warning',
      'role gone: problem',
      'role night: warning',
      'role own: problem',
      'role odd: problem',
      'fallback role: problem',
    ])
    for (const { remedy } of lines) expect(remedy).toEqual(expect.any(String))
  })

  it('says when nobody could be suspended, or the list of users is at its end', async () => {
    expect(await check('fallback role', await openWithoutFallback())).toMatchObject({ state: 'problem' })
    net().edit({ kind: 'populate', count: 1000 })
    expect(await check('users')).toMatchObject({ state: 'warning' })
  })

  it('compares the vendor’s description with the calls we make', async () => {
    const path = '/openapi/openapi.json'
    const text = JSON.stringify({ paths: { '/users': { get: {} }, '/user/{userId}': { get: {}, put: {} } } })
    net().faults([{ kind: 'raw', status: 200, contentType: 'application/json', text, path, times: 1 }])
    const found = (await check('API description'))?.found
    expect(found).toContain('DELETE /api/v1/user/{}')
    expect(found).not.toContain('PUT /api/v1/user/{}')
    expect(
      await check('API description', await open({ dialect: { openApiUrl: `${url()}/nowhere/x.json` } })),
    ).toMatchObject({
      state: 'warning',
    })
  })

  it('throws for nothing', async () => {
    for (const secret of ['', 'nonsense', netosecret({ appkey: 'wrong' })])
      expect(await check('credentials', await open({}, secret))).toMatchObject({
        state: 'problem',
        remedy: expect.any(String),
      })
    net().faults([{ kind: 'status', status: 500, times: 1000 }])
    expect(await states()).toEqual(['credentials: problem', 'API description: warning'])
  })
})

it('makes no call that its list for the check-up leaves out, and the list none that is never made', async () => {
  const contents = contentsOf(team)
  await run(make.createRole(team, contents))
  await run(make.repairRole(team, { ...contents, permissions: [] }, roleIdOf(team.name)))
  const id = await joined(team)
  await run(replacing(person, id, low, team))
  await run(make.deleteRole(team, roleIdOf(team.name)))
  await run(make.remove(person, accountId(id)))
  await platform().checkup()
  const shape = (path: string) => path.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{}')
  const made = new Set(
    net()
      .requests()
      .map(({ method, path }) => `${method} ${shape(path)}`),
  )
  expect([...made].toSorted()).toEqual([...assumedCalls, 'GET /openapi/openapi.json'].toSorted())
})
