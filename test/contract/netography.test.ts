import { describe, expect, it } from 'vitest'
import {
  demoApp,
  demoHandMadeRole,
  demoKeyRole,
  demoOwner,
  demoSubShortname,
} from '../../infra/local/simulators/netography/demo.ts'
import { accountId } from '../../lib/core/ids.ts'
import * as make from './changes.ts'
import { failure } from './hand.ts'
import { netographyHarness, netosecret } from './netography.ts'
import { netographyTown, person } from './netography-town.ts'

/** What only Netography does, with people, keys and accounts. */
const { low, high, fallback } = netographyHarness.roles
const {
  open,
  openWith,
  platform,
  clock,
  pace,
  net,
  account,
  userOf,
  roles,
  run,
  roleIdOf,
  writes,
  exchanges,
  replacing,
  joined,
  url,
} = netographyTown()

describe('the token', () => {
  it('is asked for once, and again shortly before it ends', async () => {
    await platform().snapshot()
    await platform().snapshot()
    expect(exchanges()).toBe(1)
    clock().advance(269)
    await platform().snapshot()
    expect(exchanges()).toBe(1)
    clock().advance(2)
    await platform().snapshot()
    expect(exchanges()).toBe(2)
  })

  it('is renewed once when the platform ended it, and what was asked is done once', async () => {
    await joined()
    net().edit({ kind: 'endSessions' })
    await run(make.remove(person, accountId(userOf(person)?.id ?? '')))
    expect([userOf(person), writes(), exchanges()]).toEqual([undefined, 2, 2])
  })

  it('follows the secret when it is rotated', async () => {
    let secret = netosecret()
    const rotating = await openWith(() => secret)
    await rotating.snapshot()
    net().edit({ kind: 'addKey', appname: 'second', appkey: 'another', role: 'admin' })
    net().edit({ kind: 'removeKey', appname: demoApp.appname })
    await expect(rotating.snapshot()).rejects.toEqual(failure('platformUnauthorized'))
    secret = netosecret({ appname: 'second', appkey: 'another' })
    expect((await rotating.snapshot()).complete).toBe(true)
  })

  it('is asked for with the new secret at once, though the old one still opens', async () => {
    let secret = netosecret()
    const rotating = await openWith(() => secret)
    await rotating.snapshot()
    net().edit({ kind: 'addKey', appname: 'second', appkey: 'another', role: 'admin' })
    secret = netosecret({ appname: 'second', appkey: 'another' })
    await rotating.snapshot()
    expect(
      net()
        .world()
        .sessions.map(({ appname }) => appname),
    ).toEqual([demoApp.appname, 'second'])
  })

  it('survives an exchange whose answer is lost', async () => {
    net().faults([{ kind: 'lostAnswer', method: 'POST', path: '/auth/token', times: 1 }])
    expect((await platform().snapshot()).complete).toBe(true)
    expect(exchanges()).toBe(2)
  })

  it.each([
    ['that lasts longer than time', { access_token: 'abc', expires_in: 1e300 }],
    ['that no header can carry', { access_token: 'a\nb', expires_in: 60 }],
    ['that is empty', { access_token: '', expires_in: 60 }],
  ])('%s is not one', async (_, token) => {
    const text = JSON.stringify(token)
    const answer = { kind: 'raw', status: 200, contentType: 'application/json', text, times: 9 } as const
    net().faults([{ ...answer, path: '/auth/token' }])
    await expect(platform().snapshot()).rejects.toEqual(failure('platformUnreadable'))
  })

  it.each([
    ['nothing', ''],
    ['something else', 'my-api-key'],
    ['a part of it', Buffer.from('{"appname":"x"}').toString('base64')],
    ['an empty field', netosecret({ sharedsecret: '' })],
  ])('is not asked for with a secret that is %s', async (_, secret) => {
    const error = await (await open({}, secret)).snapshot().catch((one: Error) => one)
    expect(error).toEqual(failure('secretUnavailable'))
    expect(exchanges()).toBe(0)
  })

  it('may be asked for with the JSON of the secret, and with a base address that names the version', async () => {
    const json = Buffer.from(netosecret(), 'base64').toString()
    const other = await open({ baseUrl: `${url()}/netography/api/v1/` }, json)
    expect((await other.snapshot()).complete).toBe(true)
  })

  it('and its secret never stand in an error', async () => {
    const text = `no: ${demoApp.sharedSecret} ${demoApp.appkey} ${person}`
    net().faults([
      {
        kind: 'raw',
        status: 400,
        contentType: 'application/json',
        text: JSON.stringify({ message: text }),
        times: 9,
      },
    ])
    const error = await platform()
      .snapshot()
      .catch((one: Error) => one)
    expect(String(error)).toContain('400')
    for (const hidden of [demoApp.sharedSecret, demoApp.appkey, person])
      expect(String(error)).not.toContain(hidden)
  })
})

describe('users', () => {
  it('keep everything but their role when it changes', async () => {
    const kept = {
      given_name: 'Ada',
      family_name: 'L',
      nickname: 'countess',
      picture: 'https://pictures.test/a',
    }
    net().edit({ kind: 'addUser', email: 'Ada@acme.example', role: 'readonly', user: kept })
    const before = account().users.at(-1)
    await run(replacing(person, before?.id ?? '', high, low))
    expect(account().users.at(-1)).toEqual({ ...before, roles: ['admin'] })
  })

  it('with another role than the plan knew keep it', async () => {
    const id = await joined()
    net().edit({ kind: 'editUser', email: person, role: demoHandMadeRole })
    await expect(run(replacing(person, id, high, low))).rejects.toEqual(failure('platformDisagrees'))
    await expect(run(make.grant(person, accountId(id), high.id))).rejects.toEqual(
      failure('platformDisagrees'),
    )
    expect(userOf(person)?.roles).toEqual([demoHandMadeRole])
  })

  it('without a name can be suspended like others', async () => {
    net().edit({
      kind: 'addUser',
      email: person,
      role: 'readonly',
      user: { given_name: '', family_name: '' },
    })
    await run(make.suspend(person, accountId(userOf(person)?.id ?? '')))
    expect(userOf(person)).toMatchObject({ given_name: 'ada', family_name: '-', roles: [fallback?.name] })
  })

  it('are never none: there always is an administrator', async () => {
    const none = [{ data: [] }, { data: {} }, { meta: { code: 200, count: 0 }, data: [] }]
    for (const text of none.map((body) => JSON.stringify(body))) {
      const answer = { kind: 'raw', status: 200, contentType: 'application/json', text, times: 9 } as const
      net().faults([{ ...answer, path: '/api/v1/users' }])
      await expect(platform().snapshot()).rejects.toEqual(failure('platformUnreadable'))
    }
  })

  it('that were created are found though nobody understands the answer', async () => {
    for (const text of ['{}', '{"data":[]}', '<html>']) {
      const email = `made-${text.length}@acme.example`
      const known = await roles()
      net().faults([
        {
          kind: 'raw',
          method: 'POST',
          path: '/api/v1/user',
          status: 201,
          contentType: 'application/json',
          text,
          times: 1,
        },
        {
          kind: 'meanwhile',
          path: '/api/v1/users',
          after: 1,
          times: 1,
          edits: [{ kind: 'addUser', email, role: low.name }],
        },
      ])
      expect(await platform().apply(make.invite(email, [low.id]), known)).toMatchObject({
        account: { email },
      })
    }
  })

  it('get a name where the directory has none', async () => {
    await run({ ...make.invite('ADA@acme.example', [low.id]), givenName: ' ', familyName: '' } as ReturnType<
      typeof make.invite
    >)
    expect(userOf(person)).toMatchObject({ given_name: 'ADA', family_name: '-' })
  })

  it('never get two roles, and never none', async () => {
    await expect(run(make.invite(person, [low.id, high.id]))).rejects.toEqual(failure('platformRefused'))
    await expect(run(make.invite(person, []))).rejects.toEqual(failure('platformRefused'))
    const id = accountId(await joined())
    await expect(run(make.revoke(person, id, low.id, roleIdOf(low.name)))).rejects.toEqual(
      failure('platformRefused'),
    )
    expect(userOf(person)?.roles).toEqual(['readonly'])
  })

  it('are not created a second time by a platform that would, when the answer is lost', async () => {
    net().switches({ duplicateEmail: 'created' })
    net().faults([{ kind: 'lostAnswer', method: 'POST', path: '/user', times: 1 }])
    await joined()
    expect(account().users.filter(({ email }) => email === person)).toHaveLength(1)
  })

  it('are announced as perhaps made when nobody lets us look', async () => {
    for (const status of [401, 403, 429]) {
      const email = `user-${status}@acme.example`
      const known = await roles()
      net().faults([{ kind: 'status', status, method: 'GET', path: '/user/', times: 20 }])
      await expect(platform().apply(make.invite(email, [low.id]), known)).rejects.toEqual(
        failure('platformUncertain'),
      )
      expect(userOf(email)?.roles).toEqual(['readonly'])
      net().faults([])
      clock().advance(700)
    }
  })

  it('are found one by one, and by the list when there are many', async () => {
    net().edit({ kind: 'populate', count: 12 })
    const ids = account().users.map(({ id }) => accountId(id))
    const gone = accountId('4e000000-0000-4000-8000-0000000000ff')
    const some = await platform().accounts([
      ...ids.slice(0, 3),
      gone,
      accountId('key:rolecall'),
      accountId('key:other'),
    ])
    expect(some.accounts.map(({ id }) => id)).toEqual([...ids.slice(0, 3), 'key:rolecall'])
    const many = await platform().accounts([...ids, gone])
    expect(many.accounts.map(({ id }) => id)).toEqual(ids)
  })

  it('beyond the end of the list are not taken for gone', async () => {
    net().edit({ kind: 'populate', count: 1005 })
    const ids = account().users.map(({ id }) => accountId(id))
    expect((await platform().snapshot()).complete).toBe(false)
    const last = ids.slice(-9)
    expect((await platform().accounts(last)).accounts.map(({ id }) => id)).toEqual(last)
  })

  it('are created at the pace the vendor allows', async () => {
    const permits: (readonly [string, number])[] = []
    const paced = await openWith(
      () => netosecret(),
      {},
      {
        ...pace(),
        permit: async (what, perSecond) => {
          if (what.includes('#')) permits.push([what.split('#')[1] ?? '', perSecond])
        },
      },
    )
    for (let index = 0; index < 10; index += 1)
      await run(make.invite(`user-${index}@acme.example`, [low.id]), paced)
    const lanes = new Map(permits)
    expect(permits).toHaveLength(10)
    expect(lanes.size).toBe(5)
    expect([...lanes.values()].reduce((sum, rate) => sum + rate, 0) * 300).toBeCloseTo(45)
  })
})

describe('administrators', () => {
  it.each([400, 409, 403, 422])(
    'whom the platform keeps with %i are kept, and it is asked once',
    async (status) => {
      net().edit({ kind: 'addUser', email: 'second@acme.example', role: 'admin' })
      net().faults(['PUT', 'DELETE'].map((method) => ({ kind: 'status', status, method, times: 9 })))
      const id = accountId(demoOwner.id)
      for (const change of [
        make.remove(demoOwner.email, id),
        replacing(demoOwner.email, id, low, high),
        make.suspend(demoOwner.email, id),
      ]) {
        const before = writes()
        await expect(run(change)).rejects.toEqual(failure('platformRefused'))
        await expect(run(change)).rejects.toThrow(/System Administrator/)
        expect(writes()).toBe(before + 2)
      }
      expect(account().users.find(({ id: one }) => one === id)?.roles).toEqual(['admin'])
    },
  )

  it('that were demoted are not said to be kept because a reading was refused', async () => {
    net().edit({ kind: 'addUser', email: 'second@acme.example', role: 'admin' })
    const id = accountId(demoOwner.id)
    const known = await roles()
    for (const status of [400, 403, 422]) {
      net().edit({ kind: 'editUser', email: demoOwner.email, role: 'admin' })
      net().faults([{ kind: 'status', status, method: 'GET', path: '/api/v1/user/', after: 1, times: 9 }])
      await expect(platform().apply(replacing(demoOwner.email, id, low, high), known)).rejects.toEqual(
        failure('platformUncertain'),
      )
      expect(userOf(demoOwner.email)?.roles).toEqual(['readonly'])
    }
  })

  it('are not even asked for when there is only one', async () => {
    await expect(run(make.remove(demoOwner.email, accountId(demoOwner.id)))).rejects.toThrow(
      /last System Administrator/,
    )
    expect(writes()).toBe(0)
  })

  it('may go when another is there', async () => {
    net().edit({ kind: 'addUser', email: 'second@acme.example', role: 'admin' })
    await run(make.suspend(demoOwner.email, accountId(demoOwner.id)))
    expect(userOf(demoOwner.email)?.roles).toEqual([fallback?.name])
  })

  it('are whoever may manage users, roles or keys, or masquerade', async () => {
    const made: readonly (readonly [string, readonly string[], Record<string, boolean>, boolean])[] = [
      ['looks', ['users:fetch', 'roles:fetch', 'api_keys:fetch', 'customers:delete'], {}, false],
      ['adds', ['users:create'], {}, true],
      ['edits', ['roles:update'], {}, true],
      ['cuts', ['api_keys:delete'], {}, true],
      ['masks', ['devices:fetch'], { canMasquerade: true }, true],
      ['sends', [], { canSendFlow: true }, false],
    ]
    for (const [name, permissions, role] of made) net().edit({ kind: 'addRole', name, permissions, role })
    const seen = new Map((await platform().snapshot()).roles.map(({ name, admin }) => [name, admin]))
    for (const [name, , , admin] of made) expect([name, seen.get(name)]).toEqual([name, admin])
    expect(
      [...seen].filter(([name, admin]) => admin && !made.some(([one]) => one === name)).map(([name]) => name),
    ).toEqual(['admin', demoKeyRole])
  })
})

describe('sub-accounts', () => {
  it('are the children of a reseller, and nobody else has any', async () => {
    expect((await platform().snapshot()).children).toEqual([
      { tenant: demoSubShortname, name: demoSubShortname },
    ])
    expect((await (await open({ tenant: demoSubShortname })).snapshot()).children).toBeUndefined()
    net().edit({
      kind: 'editRole',
      name: demoKeyRole,
      permissions: ['users:fetch', 'roles:fetch', 'api_keys:fetch'],
    })
    expect((await platform().snapshot()).children).toBeUndefined()
  })

  it('are changed with the key of their parent, apart from it', async () => {
    const paris = await open({ tenant: demoSubShortname })
    await run(make.invite(person, [low.id]), paris)
    expect([userOf(person), userOf(person, demoSubShortname)?.roles]).toEqual([undefined, ['readonly']])
    expect((await paris.snapshot()).roles.some(({ untouchable }) => untouchable)).toBe(false)
  })

  it.each(['unauthorized', 'unknown', 'forbidden'] as const)(
    'that refuse it say they need a key of their own: %s',
    async (parentKey) => {
      net().switches({ parentKey })
      const paris = await open({ tenant: demoSubShortname })
      await expect(paris.snapshot()).rejects.toEqual(failure('platformForbidden'))
      await expect(paris.snapshot()).rejects.toThrow(/needs a key of its own/)
      const checks = await paris.checkup()
      expect(checks.some(({ state, found }) => state === 'problem' && /key of its own/.test(found))).toBe(
        true,
      )
      expect((await platform().snapshot()).complete).toBe(true)
    },
  )

  it('are open to a key of their own', async () => {
    net().switches({ parentKey: 'unauthorized' })
    net().edit({ kind: 'addKey', shortname: demoSubShortname, appname: 'paris', appkey: 'k', role: 'admin' })
    const own = netosecret({
      appname: 'paris',
      appkey: 'k',
      shortname: demoSubShortname,
      sharedsecret: 'demo-paris-secret',
    })
    const paris = await open({ tenant: demoSubShortname }, own)
    expect((await paris.snapshot()).roles.find(({ untouchable }) => untouchable)?.name).toBe('admin')
  })
})

it('refuses dialect settings it does not know', async () => {
  await expect(open({ dialect: { userResource: 'people' } })).rejects.toThrow(/known are/)
  await expect(open({ dialect: { usersResource: 'a b' } })).rejects.toThrow(/usersResource/)
  await expect(open({ dialect: { openApiUrl: 'nowhere' } })).rejects.toThrow(/URL/)
})
