import { afterEach, describe, expect, it } from 'vitest'
import { instant, later, milliseconds } from '../../lib/core/ids.ts'
import { createBrake } from '../../lib/platforms/brake.ts'
import { createPlatformHttp, type PlatformHttpDeps, type PlatformRequest } from '../../lib/platforms/http.ts'
import { createTransport } from '../../lib/platforms/transport.ts'
import { anHour, testClock, testPace } from './clock.ts'
import { type Scripted, scriptedServer } from './server.ts'

const key = 'k3y-that-must-not-leak'
const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

const against = async (script: readonly Scripted[], changes: Partial<PlatformHttpDeps> = {}) => {
  const server = await scriptedServer(...script)
  open.push(server.close)
  const clock = testClock()
  const pace = testPace(clock)
  const baseUrl = changes.baseUrl ?? server.url
  const http = createPlatformHttp({
    baseUrl,
    authorization: { headers: async () => ({ authorization: `Bearer ${key}` }), secrets: async () => [key] },
    transport: createTransport(true),
    brake: createBrake(
      { pace, clock, baseUrl },
      { errors: 2, within: 10, pause: 10, throttled: 30, maximum: 600 },
    ),
    pace,
    perSecond: 5,
    clock,
    deadline: anHour(clock),
    random: () => 1,
    timeout: 30,
    maximumBytes: 10_000,
    attempts: 3,
    ...changes,
  })
  return { http, server, clock, pace }
}

const read: PlatformRequest = { method: 'GET', path: '/v1/things', what: 'reading things' }
const write: PlatformRequest = { method: 'POST', path: '/v1/things', body: { a: 1 }, what: 'making a thing' }
const ok: Scripted = { status: 200, body: '{"a":1}' }
const failure = (code: string) => expect.objectContaining({ name: 'ConnectorError', code })

describe('a request', () => {
  it('carries credentials, query and JSON, under one permit', async () => {
    const { http, server, pace } = await against([ok])
    expect(await http.send({ ...write, query: { 'match[x]': 'a,b' } })).toMatchObject({
      status: 200,
      body: { a: 1 },
    })
    expect(server.seen).toMatchObject([
      {
        method: 'POST',
        url: '/v1/things?match%5Bx%5D=a%2Cb',
        body: '{"a":1}',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      },
    ])
    expect(pace.permits()).toBe(1)
  })

  it('with a header that HTTP cannot carry is not sent, and the header is told nobody', async () => {
    const { http, server } = await against([ok], {
      authorization: { headers: async () => ({ authorization: `${key}\n` }), secrets: async () => [] },
    })
    const error = await http.send(write).catch((one: Error) => one)
    expect(error).toEqual(failure('platformUnavailable'))
    expect(String(error)).not.toContain(key)
    expect(server.seen).toEqual([])
  })

  it('takes an answer without a body', async () => {
    const { http } = await against([{ status: 204, body: '' }])
    expect(await http.send(write)).toMatchObject({ status: 204, body: undefined })
  })

  it.each([
    [401, 'platformUnauthorized'],
    [403, 'platformForbidden'],
    [404, 'platformNotFound'],
    [400, 'platformRefused'],
    [409, 'platformRefused'],
    [422, 'platformRefused'],
  ])('is not repeated after %i: %s', async (status, code) => {
    const { http, server } = await against([{ status, body: '{"message":"no","code":"X1"}' }])
    await expect(http.send(read)).rejects.toEqual(failure(code))
    await expect(http.send(read)).rejects.toThrow(/X1 no/)
    expect(server.seen).toHaveLength(2)
  })

  it('shares connections between reads, and never puts a write on a used one', async () => {
    const { http, server } = await against([ok])
    await http.send(read)
    await http.send(read)
    expect(server.connections()).toBe(1)
    await http.send(write)
    await http.send(write)
    expect(server.connections()).toBe(3)
  })

  it('connects to nothing private, whatever name leads there', async () => {
    const { http, server } = await against([ok], { transport: createTransport(false) })
    const byName = await against([ok], {
      transport: createTransport(false),
      baseUrl: server.url.replace('127.0.0.1', 'localhost'),
    })
    await expect(byName.http.send(write)).rejects.toEqual(failure('configurationInvalid'))
    expect(server.seen).toEqual([])
    expect((await http.send(read)).status).toBe(200)
  })

  it('never follows a redirect, which would take the key elsewhere', async () => {
    const elsewhere = await scriptedServer(ok)
    open.push(elsewhere.close)
    const { http } = await against([{ status: 307, headers: { location: elsewhere.url } }])
    await expect(http.send(read)).rejects.toEqual(failure('platformRefused'))
    expect(elsewhere.seen).toEqual([])
  })

  it.each([
    ['HTML', { status: 200, body: '<html>', headers: { 'content-type': 'text/html' } }],
    ['broken JSON', { status: 200, body: '{"total":' }],
    ['more than is allowed', { status: 200, body: `"${'x'.repeat(20_000)}"` }],
  ] as const)('calls %s unreadable', async (_what, step) => {
    const { http } = await against([step])
    await expect(http.send(read)).rejects.toEqual(failure('platformUnreadable'))
  })
})

describe('repeating', () => {
  it.each([
    ['a 500', { status: 500 }],
    ['a dropped connection', 'drop'],
    ['an answer that breaks off', 'dropMidway'],
  ] as const)('reads again after %s', async (_what, step) => {
    const { http, server } = await against([step, ok])
    expect((await http.send(read)).body).toEqual({ a: 1 })
    expect(server.seen).toHaveLength(2)
  })

  it.each([
    ['a 502', { status: 502 }],
    ['a dropped connection', 'drop'],
    ['an answer that breaks off', 'dropMidway'],
  ] as const)('does not write again after %s: it may have been done', async (_what, step) => {
    const { http, server } = await against([step, ok])
    await expect(http.send(write)).rejects.toEqual(failure('platformUncertain'))
    expect(server.seen).toHaveLength(1)
  })

  it('writes again what may be written twice', async () => {
    const { http, server } = await against(['drop', ok])
    expect((await http.send({ ...write, idempotent: true })).status).toBe(200)
    expect(server.seen).toHaveLength(2)
  })

  it('knows that a write was never sent', async () => {
    const gone = await scriptedServer(ok)
    await gone.close()
    const { http, clock } = await against([ok], { baseUrl: gone.url })
    await expect(http.send(write)).rejects.toEqual(failure('platformUnavailable'))
    expect(clock.slept()).toBe(1.5)
  })

  it('gives up after its attempts', async () => {
    const { http, server } = await against(['drop'])
    await expect(http.send(read)).rejects.toEqual(failure('platformUnavailable'))
    expect(server.seen).toHaveLength(3)
  })

  it('gives up when nobody answers in time', async () => {
    const { http } = await against(['hang'], { timeout: 0.05, attempts: 1 })
    await expect(http.send(read)).rejects.toThrow('reading things: no answer (timeout)')
  })
})

describe('being left alone', () => {
  it.each([
    ['seconds', '120', 120],
    ['a date', new Date(Date.parse('2026-03-02T09:01:40.000Z')).toUTCString(), 100],
    ['nothing', undefined, 30],
  ])('honours Retry-After in %s', async (_what, value, seconds) => {
    const headers: Record<string, string> = value === undefined ? {} : { 'retry-after': value }
    const { http, server, pace } = await against([{ status: 429, headers }, ok])
    await expect(http.send(write)).rejects.toMatchObject({ code: 'platformThrottled', retryAfter: seconds })
    expect(pace.pauses()).toEqual([seconds])
    expect(server.seen).toHaveLength(1)
  })

  it('waits itself when the wait is short, a refused write included', async () => {
    const { http, server, clock } = await against([{ status: 429, headers: { 'retry-after': '2' } }, ok])
    expect((await http.send(write)).status).toBe(200)
    expect(server.seen).toHaveLength(2)
    expect(clock.slept()).toBe(2)
  })

  it('pauses longer each time a block goes on, and starts over after a success', async () => {
    const { http, pace, clock } = await against([
      { status: 429 },
      { status: 429 },
      { status: 429 },
      ok,
      { status: 429 },
    ])
    for (let round = 0; round < 5; round += 1) {
      await http.send(read).catch(() => undefined)
      clock.advance(1000)
    }
    expect(pace.pauses()).toEqual([30, 60, 120, 30])
  })

  it('pauses after two errors within ten seconds, not after two far apart', async () => {
    const refused: Scripted = { status: 400 }
    const { http, pace, clock } = await against([refused])
    await http.send(read).catch(() => undefined)
    clock.advance(11)
    await http.send(read).catch(() => undefined)
    expect(pace.pauses()).toEqual([])
    clock.advance(5)
    await http.send(read).catch(() => undefined)
    expect(pace.pauses()).toEqual([10])
  })

  it('does not ask when the time is up', async () => {
    const { http, server } = await against([ok], { deadline: () => instant(0) })
    await expect(http.send(read)).rejects.toEqual(failure('outOfTime'))
    expect(server.seen).toEqual([])
  })

  it('does not sleep past the deadline', async () => {
    const clock = testClock()
    const deadline = later(clock.now(), 1)
    const { http, server } = await against([{ status: 429, headers: { 'retry-after': '2' } }, ok], {
      deadline: () => deadline,
    })
    await expect(http.send(read)).rejects.toEqual(failure('platformThrottled'))
    expect(server.seen).toHaveLength(1)
    expect(milliseconds(deadline)).toBeGreaterThan(milliseconds(clock.now()))
  })
})

describe('errors', () => {
  it('hold neither the key nor an address, and no more than a little text', async () => {
    const body = JSON.stringify({
      message: `${key} of ada@acme.example: Bearer abc.def eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0. ${'x'.repeat(5000)}`,
    })
    const { http } = await against([{ status: 403, body }])
    const error: Error = await http.send(read).then(
      () => new Error('no error'),
      (thrown: Error) => thrown,
    )
    expect(error).toMatchObject({ code: 'platformForbidden', status: 403 })
    expect(error.message).not.toContain(key)
    expect(error.message).not.toContain('ada@')
    expect(error.message).not.toContain('abc.def')
    expect(error.message).not.toContain('eyJ')
    expect(error.message.length).toBeLessThan(400)
  })
})

describe('a form', () => {
  it('is sent as token services want it', async () => {
    const { http, server } = await against([ok])
    await http.send({ ...write, body: undefined, form: { grant_type: 'client_credentials', scope: 'a b&c' } })
    expect(server.seen).toMatchObject([
      {
        body: 'grant_type=client_credentials&scope=a+b%26c',
        headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': '43' },
      },
    ])
  })
})

describe('credentials that end early', () => {
  const renewing = (mayRenew: readonly boolean[]) => {
    let renewals = 0
    return {
      renewals: () => renewals,
      headers: async () => ({ authorization: `Bearer ${key}-${renewals}` }),
      secrets: async () => [key],
      renew: () => mayRenew[renewals++] === true,
    }
  }
  const seenKeys = (server: Awaited<ReturnType<typeof scriptedServer>>) =>
    server.seen.map(({ headers }) => headers.authorization)

  it('are renewed once, and the request is asked again with new ones, writes included', async () => {
    const authorization = renewing([true])
    const { http, server } = await against([{ status: 401 }, ok], { authorization })
    expect((await http.send(write)).status).toBe(200)
    expect(seenKeys(server)).toEqual([`Bearer ${key}-0`, `Bearer ${key}-1`])
  })

  it('are not renewed twice for one request', async () => {
    const authorization = renewing([true, true])
    const { http, server } = await against([{ status: 401 }], { authorization })
    await expect(http.send(read)).rejects.toEqual(failure('platformUnauthorized'))
    expect(server.seen).toHaveLength(2)
    expect(authorization.renewals()).toBe(1)
  })

  it('stay refused where there is nothing to renew, and a 403 is no reason to', async () => {
    const fixed = renewing([false])
    const unauthorized = await against([{ status: 401 }, ok], { authorization: fixed })
    await expect(unauthorized.http.send(read)).rejects.toEqual(failure('platformUnauthorized'))
    expect(unauthorized.server.seen).toHaveLength(1)
    const willing = renewing([true])
    const forbidden = await against([{ status: 403 }, ok], { authorization: willing })
    await expect(forbidden.http.send(read)).rejects.toEqual(failure('platformForbidden'))
    expect(willing.renewals()).toBe(0)
  })
})
