import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ConnectorError } from '../../lib/core/errors.ts'
import { accountId, communityId, later, milliseconds } from '../../lib/core/ids.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import type { Exchange, Transport } from '../../lib/platforms/transport.ts'
import { createPace } from '../../lib/store/pace.ts'
import type { Table } from '../../lib/store/table-client.ts'
import { demoCommunityWith } from '../provisioning/bench.ts'
import { type Opened, openStore } from '../store/opened.ts'
import { createTestClock, firstOfMay, type TestClock } from '../support/clock.ts'

let opened: Opened
beforeAll(async () => {
  opened = await openStore()
})
afterAll(() => opened.test.close())

const perSecond = 10
const [north, south] = ['https://north.example', 'https://south.example']

const json = (status: number, body: unknown): Exchange => ({
  kind: 'answered',
  status,
  contentType: 'application/json',
  retryAfter: status === 429 ? '30' : undefined,
  body: JSON.stringify(body),
})
type Call = { readonly at: number; readonly egress: string; readonly host: string; readonly tenant: string }

/** Each with a time of its own: what takes time is what the platforms take; requests to the table take none. */
const scene = () => {
  const world = randomUUID()
  const clock: TestClock = createTestClock()
  const calls: Call[] = []
  const seconds = (): number => (milliseconds(clock.now()) - milliseconds(firstOfMay)) / 1000
  const timeless = (table: Table): Table => ({
    ...table,
    get: (...given) => clock.during(table.get(...given)),
    update: (...given) => clock.during(table.update(...given)),
  })
  /** One process behind an egress address. */
  const worker = (egress: string, answer: (call: Call) => Promise<Exchange>) => {
    const transport: Transport = async ({ url }) => {
      const tenant = /communities\/([^/]+)/.exec(url.pathname)?.[1] ?? ''
      const call = { at: seconds(), egress, host: url.origin, tenant }
      calls.push(call)
      return answer(call)
    }
    return createPlatforms({
      secrets: async () => 'key',
      pace: createPace(timeless(opened.another(clock)), { egress: `${egress} of ${world}` }),
      clock,
      allowLoopback: false,
      deadline: () => later(clock.now(), 600),
      random: () => 0.5,
      transport,
    })
  }
  const community = (tenant: string, host: string) => {
    const id = communityId(tenant)
    return demoCommunityWith('', { id, tenant, baseUrl: host, requestsPerSecond: perSecond })
  }
  return { clock, calls, seconds, worker, community }
}
const takes =
  (clock: TestClock, time: number, status = 200) =>
  async (): Promise<Exchange> => {
    await clock.sleep(time)
    return json(status, { total: 0, items: [] })
  }

const busiestSecond = (calls: readonly Call[]): number =>
  Math.max(...calls.map(({ at: from }) => calls.filter(({ at }) => at >= from && at < from + 1).length))

test('workers and communities behind one egress address keep one rate together, and those behind another share nothing', async () => {
  const { clock, calls, worker, community, seconds } = scene()
  const reads = 10
  const use = async (egress: string, host: string, name: string): Promise<void> => {
    const platforms = worker(egress, takes(clock, 0.12))
    await Promise.all(
      [1, 2].map(async (n) => {
        const platform = await platforms.open(community(`${name}-${n}`, host))
        for (let read = 0; read < reads; read += 1) await platform.accounts([accountId('one')])
      }),
    )
  }
  await Promise.all([
    ...['a', 'b', 'c'].map((name) => use('nat-1', north, name)),
    use('nat-1', south, 'd'),
    use('nat-2', north, 'e'),
  ])
  const behind = (egress: string, host: string) =>
    calls.filter((call) => call.egress === egress && call.host === host)
  const shared = behind('nat-1', north)
  // Six communities of three workers, two requests for each of their reads.
  expect(shared).toHaveLength(3 * 2 * 2 * reads)
  expect(busiestSecond(shared)).toBeLessThanOrEqual(perSecond)
  expect(busiestSecond(shared)).toBeGreaterThanOrEqual(perSecond - 1)
  // 120 calls at 10 a second are 12 seconds; little of that is wasted.
  expect(seconds()).toBeLessThanOrEqual(16)
  for (const alone of [behind('nat-1', south), behind('nat-2', north)]) {
    expect(busiestSecond(alone)).toBeLessThanOrEqual(perSecond)
    expect(alone.at(-1)?.at).toBeLessThanOrEqual(6)
  }
  expect(busiestSecond(calls)).toBeGreaterThan(2 * perSecond)
})

test('a community whose platform is slow, throttles or is paused delays none on another', async () => {
  const { clock, calls, worker, community } = scene()
  const slow = 'https://slow.example'
  const throttling = 'https://throttling.example'
  const healthy = takes(clock, 0.1)
  const platforms = worker('nat-1', async (call) => {
    if (call.host === slow) return takes(clock, 9)()
    if (call.host === throttling) return takes(clock, 0.1, 429)()
    return healthy()
  })
  const read = async (host: string, times: number): Promise<readonly string[]> => {
    const platform = await platforms.open(community(host.slice(8, 12), host))
    const codes: string[] = []
    for (let n = 0; n < times; n += 1)
      await platform.accounts([accountId('one')]).catch((error: ConnectorError) => codes.push(error.code))
    return codes
  }
  const [, refused] = await Promise.all([read(slow, 3), read(throttling, 2), read(north, 20)])
  expect(refused).toEqual(['platformThrottled', 'platformThrottled'])
  const last = (host: string): number => calls.filter((call) => call.host === host).at(-1)?.at ?? 0
  expect(last(north)).toBeLessThanOrEqual(7)
  expect(last(slow)).toBeGreaterThan(25)
  // It asked for half a minute, and was left alone for that long.
  expect(last(throttling)).toBeGreaterThanOrEqual(30)
})

test('each community of a process is called under the guard of its own worker, an old one and a new one side by side', async () => {
  const { clock, calls, worker, community } = scene()
  const platforms = worker('nat-1', takes(clock, 0.3))
  const lost = new ConnectorError('leaseLost', 'another worker took over')
  const guard = (until: number) => {
    let asked = 0
    return async (): Promise<void> => {
      asked += 1
      if (asked > until) throw lost
    }
  }
  const reading = async (tenant: string, until: number): Promise<string> => {
    const platform = await platforms.open(community(tenant, north), guard(until))
    try {
      for (let n = 0; n < 5; n += 1) await platform.accounts([accountId('one')])
      return 'done'
    } catch (error) {
      return (error as ConnectorError).code
    }
  }
  const endings = await Promise.all([
    reading('alpha', 100),
    reading('beta', 3),
    reading('gamma', 0),
    reading('beta', 100),
  ])
  expect(endings).toEqual(['done', 'leaseLost', 'leaseLost', 'done'])
  const of = (tenant: string): number => calls.filter((call) => call.tenant === tenant).length
  expect([of('alpha'), of('beta'), of('gamma')]).toEqual([10, 13, 0])
})
