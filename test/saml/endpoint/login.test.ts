import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createAuditLog } from '../../../lib/store/audit.ts'
import { nextKey, serviceKey, trustedKey } from '../../support/identity-provider.ts'
import { begin, codeOf, comeBack, formOf, logIn, post, spoken } from './browser.ts'
import { openStage, type Stage, socLogin } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
  for (const connection of ['demo', 'hasty', 'unasked']) await stage.believe(connection)
})
afterEach(() => stage.rest(false))
afterAll(() => stage.close())

const onPlatform = (name: string): string | undefined => {
  const world = stage.simulators.sekoia.world()
  const user = world.users.find(({ email }) => email === `${name}@demo.test`)
  return world.avatars.find((avatar) => avatar.user === user?.uuid)?.status
}
const as = (name: string) => ({ nameId: `persistent-${name}`, email: `${name}@demo.test` })

describe('a login begun with us', () => {
  it('gives the roles its groups stand for, waits until they are there, and goes on to the platform', async () => {
    const { id, connection } = await stage.person('ada')
    expect(onPlatform('ada')).toBeUndefined()
    const begun = await begin(stage, '?community=demo-soc')
    const reply = await comeBack(stage, begun)
    expect([reply.status, reply.headers.location, reply.text]).toEqual([303, socLogin, ''])
    expect(reply.headers['cache-control']).toBe('no-store')
    expect(onPlatform('ada')).toBe('enabled')
    const entries = await createAuditLog(stage.table).about({ kind: 'member', id, connection }, 10)
    expect(entries.map(({ event, actor }) => [event.kind, actor])).toContainEqual([
      'loginShown',
      { kind: 'login', by: 'saml' },
    ])
    const [cookie] = begun.cookies
    expect(reply.cookies).toEqual([
      `${cookie?.split('=')[0]}=; Path=/; Secure; HttpOnly; SameSite=None; Max-Age=0`,
    ])
  })

  it('again finds everything in place and asks no platform', async () => {
    await stage.person('again')
    await logIn(stage, '', as('again'))
    await stage.quiet()
    stage.rest(true)
    const before = stage.test.requests.length
    const reply = await logIn(stage, '', as('again'))
    expect([reply.status, reply.headers.location]).toEqual([303, socLogin])
    const wrote = stage.test.requests
      .slice(before)
      .filter(({ body }) => JSON.stringify(body).includes('W#demo-soc'))
    expect(wrote).toEqual([])
  })

  it('goes back to where it was asked for, in its one spelling', async () => {
    await stage.person('back')
    for (const [asked, place] of [
      ['https://soc.example.test/alerts?x=1#top', 'https://soc.example.test/alerts?x=1#top'],
      ['HTTPS://Portal.Example.test:443/a/../b', 'https://portal.example.test/b'],
    ] as const) {
      const reply = await logIn(stage, `?returnTo=${encodeURIComponent(asked)}`, as('back'))
      expect([reply.status, reply.headers.location]).toEqual([303, place])
    }
  })

  it('in two tabs is two logins, in whichever order they end', async () => {
    await stage.person('tabs')
    const first = await begin(stage, '?community=demo-soc')
    const second = await begin(stage, '?returnTo=https%3A%2F%2Fportal.example.test%2F', 'demo', first.cookies)
    const cookies = [...first.cookies, ...second.cookies]
    expect(new Set(cookies).size).toBe(2)
    const ends = [
      await comeBack(stage, { ...second, cookies }, as('tabs')),
      await comeBack(stage, { ...first, cookies }, as('tabs')),
    ]
    expect(ends.map(({ status, headers }) => [status, headers.location])).toEqual([
      [303, 'https://portal.example.test/'],
      [303, socLogin],
    ])
  })
})

describe('a login at a connection with keys', () => {
  it('may be encrypted for either of them, while they change', async () => {
    await stage.believe('keyed')
    await stage.person('keyed', { connection: 'keyed' })
    for (const { certificate } of [serviceKey(), nextKey()]) {
      const sealing = { assertion: { key: trustedKey() }, encryption: { certificate } }
      const reply = await logIn(stage, '', { connection: 'keyed', sealing, ...as('keyed') })
      // Nobody is wanted anywhere there: the page says so.
      expect([reply.status, reply.text.includes('no role is meant for you')]).toEqual([200, true])
    }
    const sealing = {
      assertion: { key: trustedKey() },
      encryption: { certificate: trustedKey().certificate },
    }
    const reply = await logIn(stage, '', { connection: 'keyed', sealing, ...as('keyed') })
    expect([reply.status, await codeOf(stage, reply, 'keyed')]).toEqual([403, 'encryption.failed'])
  })
})

describe('a login begun at the identity provider', () => {
  it('is refused unless the connection takes it', async () => {
    const reply = await post(stage, formOf(spoken({})))
    expect([reply.status, await codeOf(stage, reply)]).toEqual([403, 'irt.missing'])
  })

  it('ends where the only role is, and never where its RelayState points', async () => {
    await stage.person('unasked', { connection: 'unasked' })
    const response = spoken({ connection: 'unasked', ...as('unasked') })
    const reply = await post(stage, formOf(response, 'https://evil.example/'), { connection: 'unasked' })
    expect([reply.status, reply.headers.location]).toEqual([303, socLogin])
    const again = await post(stage, formOf(response), { connection: 'unasked' })
    expect([again.status, await codeOf(stage, again, 'unasked')]).toEqual([403, 'replay'])
  })

  it('that names a request is held to it, there as everywhere', async () => {
    const begun = await begin(stage, '', 'unasked')
    const response = spoken({ connection: 'unasked', inResponseTo: begun.id, ...as('unasked') })
    const reply = await post(stage, formOf(response, begun.relayState), { connection: 'unasked' })
    expect([reply.status, await codeOf(stage, reply, 'unasked')]).toEqual([403, 'irt.browser'])
  })
})

describe('the same name at another connection', () => {
  it('is somebody else', async () => {
    await stage.person('twice')
    const reply = await logIn(stage, '', { connection: 'hasty', ...as('twice') })
    expect([reply.status, await codeOf(stage, reply, 'hasty')]).toEqual([403, 'member.unknown'])
  })
})
