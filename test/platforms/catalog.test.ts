import { afterEach, describe, expect, it } from 'vitest'
import { accountId, communityId, type Instant } from '../../lib/core/ids.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { sekoiaCommunity } from '../contract/sekoia.ts'
import { testClock, testPace } from './clock.ts'
import { scriptedServer } from './server.ts'

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const platformsWith = (secret: string, allowLoopback = true) => {
  const clock = testClock()
  return createPlatforms({ secrets: async () => secret, pace: testPace(clock), clock, allowLoopback })
}
const serving = async (body: unknown) => {
  const server = await scriptedServer({ status: 200, body: JSON.stringify(body) })
  open.push(server.close)
  return { server, community: { ...sekoiaCommunity(server.url), roles: [] } }
}
const avatar = (uuid: string) => ({
  uuid,
  role_uuid: null,
  status: 'enabled',
  roles: [],
  user: { email: `${uuid}@acme.example`, confirmed: true },
})

describe('opening a community', () => {
  it('is done once, and again when its configuration changes', async () => {
    const platforms = platformsWith('key')
    const community = sekoiaCommunity('http://127.0.0.1:1')
    const first = await platforms.open(community)
    expect(await platforms.open({ ...community, mode: 'report' })).toBe(first)
    expect(await platforms.open({ ...community, roles: [] })).not.toBe(first)
    expect(await platforms.open({ ...community, credentials: 'env:OTHER' })).not.toBe(first)
  })

  it('refuses a base URL we do not connect to, and a dialect it does not know', async () => {
    const community = sekoiaCommunity('http://127.0.0.1:1')
    await expect(platformsWith('key', false).open(community)).rejects.toMatchObject({ field: 'baseUrl' })
    await expect(
      platformsWith('key').open({ ...community, dialect: { invite: 'email' } }),
    ).rejects.toMatchObject({ field: 'dialect.invite' })
  })

  it('knows the traits without opening', () => {
    const traits = platformsWith('key').traits(sekoiaCommunity('http://127.0.0.1:1'))
    expect(traits).toMatchObject({ suspension: 'status', invitationLifetime: 86_400, maximumInvitations: 3 })
  })
})

it('ten communities behind one base URL share one budget, and one pause', async () => {
  const server = await scriptedServer(
    { status: 429, headers: { 'retry-after': '120' } },
    { status: 200, body: JSON.stringify({ total: 0, items: [] }) },
  )
  open.push(server.close)
  const clock = testClock()
  const pace = testPace(clock)
  const asked: [string, number][] = []
  const recorded = {
    ...pace,
    permit: async (baseUrl: string, perSecond: number, deadline: Instant) => {
      asked.push([baseUrl, perSecond])
      await pace.permit(baseUrl, perSecond, deadline)
    },
  }
  const platforms = createPlatforms({
    secrets: async () => 'key',
    pace: recorded,
    clock,
    allowLoopback: true,
  })
  const community = { ...sekoiaCommunity(server.url), roles: [] }
  const all = await Promise.all(
    Array.from({ length: 10 }, (_, index) =>
      platforms.open({ ...community, id: communityId(`soc-${index}`), tenant: `tenant-${index}` }),
    ),
  )
  const [first, ...others] = all
  await expect(first?.snapshot()).rejects.toMatchObject({ code: 'platformThrottled', retryAfter: 120 })
  for (const other of others) await expect(other.snapshot()).rejects.toMatchObject({ code: 'outOfTime' })
  expect(server.seen).toHaveLength(1)
  clock.advance(121)
  for (const one of all) await one.snapshot()
  expect(new Set(asked.map(String))).toEqual(new Set([`${server.url}/sekoia,5`]))
})

describe('credentials', () => {
  it.each(['', 'two words', 'line\nbreak', 'kéy'])(
    'that no header can carry (%j) are refused unseen',
    async (secret) => {
      const { server, community } = await serving({ total: 0, items: [] })
      const platform = await platformsWith(secret).open(community)
      await expect(platform.snapshot()).rejects.toMatchObject({
        code: 'secretUnavailable',
        message: 'credentials env:KEY: not a key of printable characters',
      })
      expect(server.seen).toEqual([])
    },
  )

  it('may end in a line break, as files do', async () => {
    const { server, community } = await serving({ total: 0, items: [] })
    await (await platformsWith('key\n').open(community)).snapshot()
    expect(server.seen[0]?.headers.authorization).toBe('Bearer key')
  })
})

describe('answers', () => {
  it('with members nobody asked for are not taken for those asked for', async () => {
    const members = { total: 2, items: [avatar('a1'), avatar('a2')] }
    const server = await scriptedServer(
      { status: 200, body: JSON.stringify(members) },
      { status: 200, body: JSON.stringify({ total: 0, items: [] }) },
    )
    open.push(server.close)
    const platform = await platformsWith('key').open({ ...sekoiaCommunity(server.url), roles: [] })
    expect((await platform.accounts([accountId('a2')])).accounts).toMatchObject([{ id: 'a2' }])
  })

  it.each([
    ['a list without a total', { items: [] }, 'total'],
    ['a total that is a text', { total: '1', items: [] }, 'total'],
    ['a member without a status', { total: 1, items: [{ uuid: 'a1', roles: [] }] }, 'status'],
    ['something else', [], '(root)'],
  ])('that are %s are unreadable, by field and without values', async (_what, body, field) => {
    const { community } = await serving(body)
    const platform = await platformsWith('key').open(community)
    await expect(platform.snapshot()).rejects.toThrow(
      `reading the members: the answer's field ${field} is not as documented`,
    )
  })
})
