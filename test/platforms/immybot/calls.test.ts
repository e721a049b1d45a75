import { afterEach, describe, expect, it } from 'vitest'
import { createPlatforms } from '../../../lib/platforms/catalog.ts'
import { createImmybotApi } from '../../../lib/platforms/immybot/api.ts'
import type { Call } from '../../../lib/platforms/immybot/calls.ts'
import { immybotCommunity, immybotSecret } from '../../contract/immybot.ts'
import { anHour, testClock, testPace } from '../clock.ts'
import { type Scripted, scriptedServer } from '../server.ts'

let server: Awaited<ReturnType<typeof scriptedServer>> | undefined
afterEach(() => server?.close())

const opened = async (...script: readonly Scripted[]) => {
  const clock = testClock()
  server = await scriptedServer(...script)
  const community = { ...immybotCommunity(server.url), roles: [] }
  const platform = await createPlatforms({
    secrets: async () => immybotSecret(),
    pace: testPace(clock),
    clock,
    allowLoopback: true,
    deadline: anHour(clock),
  }).open(community)
  return { platform, seen: () => server?.seen ?? [] }
}
const json = (body: unknown, status = 200): Scripted => ({ status, body: JSON.stringify(body) })
const token = json({ access_token: 'a-bearer-token', expires_in: 3599 })

describe('the token service', () => {
  it('is asked in the form it documents, and by nobody but us', async () => {
    const { platform, seen } = await opened(token, json({}, 403))
    await platform.snapshot().catch(() => undefined)
    const [asked, first] = seen()
    expect(asked?.url).toBe('/immybot/22222222-2222-4222-8222-222222222222/oauth2/v2.0/token')
    expect(asked?.headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(asked?.headers.authorization).toBeUndefined()
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'rolecall',
      client_secret: 'demo-client-secret',
      scope: `${server?.url}/immybot/.default`,
    })
    expect(first?.headers.authorization).toBe('Bearer a-bearer-token')
  })

  it.each([400, 401, 403, 404])(
    'that answers %i means the credentials, and they are not in the error',
    async (status) => {
      const { platform, seen } = await opened(
        json({ error: 'invalid_client', error_description: 'demo-client-secret' }, status),
      )
      const error = await platform.snapshot().catch((thrown: Error) => thrown)
      expect(error).toMatchObject({ code: 'platformUnauthorized' })
      expect(String(error)).not.toContain('demo-client-secret')
      expect(seen()).toHaveLength(1)
    },
  )

  it('that is out of order says nothing about the credentials', async () => {
    const { platform } = await opened({ status: 503 })
    await expect(platform.snapshot()).rejects.toMatchObject({ code: 'platformUnavailable' })
  })

  it('that sends something else is not understood', async () => {
    const { platform } = await opened(json({ token: 'a' }))
    await expect(platform.snapshot()).rejects.toMatchObject({ code: 'platformUnreadable' })
  })
})

describe('looking for a person', () => {
  const people = Array.from({ length: 450 }, (_, index) => ({
    id: index + 1,
    tenantId: 1,
    emailAddress: `person-${index}@demo.test`,
  }))
  const answering =
    (heard: boolean, seen: string[]): Call =>
    async ({ query = {} }) => {
      seen.push(query.Filters ?? '')
      const wanted = (query.Filters ?? '').replace('emailAddress@=*', '')
      const list = heard ? people.filter(({ emailAddress }) => emailAddress.includes(wanted)) : people
      const [page, size] = [Number(query.Page), Number(query.PageSize)]
      return list.slice((page - 1) * size, page * size)
    }
  const look = (heard: boolean, value: string, seen: string[]) =>
    createImmybotApi(answering(heard, seen), testClock(), 200).persons('emailAddress', value)

  it('is one request where the filter is heard', async () => {
    const seen: string[] = []
    expect(await look(true, 'person-433@demo.test', seen)).toMatchObject([{ id: 434 }])
    expect(seen).toEqual(['emailAddress@=*person-433@demo.test'])
  })

  it('goes through everybody where it is not', async () => {
    expect(await look(false, 'person-433@demo.test', [])).toMatchObject([{ id: 434 }])
  })

  it.each(['a,b|c\\d@demo.test', 'a==b@demo.test', 'josé@demo.test', '*@demo.test'])(
    'sends no filter with signs that may mean something in one: %s',
    async (odd) => {
      const seen: string[] = []
      expect(await look(true, odd, seen)).toEqual([])
      expect(new Set(seen)).toEqual(new Set(['']))
    },
  )
})
