import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { milliseconds } from '../../lib/core/ids.ts'
import { createOutgoingEvents } from '../../lib/events/outgoing.ts'
import { hook, openStage, type Stage, secretOf, soc } from './stage.ts'
import { isGenuine, openBusStand, openStation, type Received, type Station } from './stations.ts'

let stage: Stage
let siem: Station
let other: Station
let worker: ReturnType<Stage['worker']>
beforeEach(async () => {
  stage = await openStage()
  siem = await openStation()
  other = await openStation()
  process.env.AWS_ACCESS_KEY_ID ??= 'test'
  process.env.AWS_SECRET_ACCESS_KEY ??= 'test'
  worker = stage.worker()
})
afterEach(async () => {
  await Promise.all([stage.close(), siem.close(), other.close()])
})

const idOf = ({ headers }: Received): string => String(headers['webhook-id'])
const countOf = ({ body }: Received): number => (JSON.parse(body) as { data: { count: number } }).data.count
const genuine = (one: Received, secret = secretOf('a')): boolean =>
  isGenuine(one, secret, milliseconds(stage.clock.now()))
const emitSome = async (howMany: number): Promise<void> => {
  for (let n = 1; n <= howMany; n++) await worker.drift(n)
}
const hours = (n: number): void => stage.clock.advance(n * 3600)

describe('a webhook', () => {
  test('gets a CloudEvent, signed: a changed byte, another key or an old time is noticed', async () => {
    stage.configure([hook('siem', `${siem.url}/in/`)])
    await worker.drift(3)
    expect(await worker.prompt()).toEqual({ delivered: 1, failed: 0, dropped: 0 })
    const [one] = siem.received
    if (one === undefined) throw new Error('nothing came')
    expect(one.path).toBe('/in/')
    expect(one.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8')
    expect(JSON.parse(one.body)).toEqual({
      specversion: '1.0',
      id: idOf(one),
      source: 'urn:rolecall:test',
      type: 'rolecall.drift.found.v1',
      subject: 'community/demo-soc',
      time: stage.clock.now(),
      datacontenttype: 'application/json',
      data: { community: 'demo-soc', count: 3 },
    })
    expect(genuine(one)).toBe(true)
    expect(genuine(one, secretOf('b'))).toBe(false)
    expect(genuine({ ...one, body: one.body.replace('3', '4') })).toBe(false)
    expect(isGenuine(one, secretOf('a'), milliseconds(stage.clock.now()) + 301_000)).toBe(false)
    // Confirmed is over.
    stage.clock.advance(86_400)
    expect(await worker.sweep()).toEqual({ delivered: 0, failed: 0, dropped: 0 })
    expect(siem.received).toHaveLength(1)
  })

  test('while its secret is replaced, both holders accept', async () => {
    stage.configure([hook('siem', siem.url)])
    stage.secrets.set('env:siem', `${secretOf('n')}\n${secretOf('o')}\n`)
    await worker.drift(1)
    await worker.prompt()
    const [one] = siem.received
    expect([secretOf('n'), secretOf('o'), secretOf('x')].map((key) => one && genuine(one, key))).toEqual([
      true,
      true,
      false,
    ])
  })

  test('whose secret is none, or whose address is private, is not called, and that is told', async () => {
    stage.configure([hook('siem', siem.url), hook('inside', 'https://10.0.0.7/hook')])
    stage.secrets.set('env:siem', 'hunter2')
    await worker.drift(1)
    expect(await worker.prompt()).toEqual({ delivered: 0, failed: 2, dropped: 0 })
    expect(siem.received).toEqual([])
    expect(
      worker.news.map(({ receiver, ...rest }) => [receiver, 'code' in rest && rest.code]).sort(),
    ).toEqual([
      ['webhook/inside', 'configurationInvalid'],
      ['webhook/siem', 'secretUnavailable'],
    ])
    expect(JSON.stringify(worker.news)).not.toContain('hunter2')
  })

  test('off one machine is called over https only, and never on this one', async () => {
    const deployed = stage.worker({ local: false })
    stage.configure([hook('plain', siem.url), hook('here', other.url.replace('http:', 'https:'))])
    await deployed.drift(1)
    expect(await deployed.sweep()).toEqual({ delivered: 0, failed: 2, dropped: 0 })
    expect([siem.received, other.received]).toEqual([[], []])
  })

  test('gets only what it asked for, and nobody at all costs nothing', async () => {
    const before = stage.test.requests.length
    await emitSome(5)
    expect(stage.test.requests.length - before).toBe(0)
    stage.clock.advance(61)
    stage.configure([hook('siem', siem.url, { events: ['run.failed'] }), hook('other', other.url)])
    const counted = stage.test.requests.length
    await worker.drift(1)
    // One row for the one who wants it, and no reading.
    expect(stage.test.requests.slice(counted).map(({ operation }) => operation)).toEqual(['PutItem'])
    await worker.emit({ type: 'run.failed', community: soc, at: stage.clock.now(), code: 'internal' })
    await worker.prompt()
    expect([siem.received.length, other.received.length]).toEqual([1, 2])
    expect(new Set([...siem.received, ...other.received].map(idOf)).size).toBe(2)
  })
})

describe('a receiver that fails', () => {
  test('gets the same id again, newly signed, ever later, until it confirms', async () => {
    stage.configure([hook('siem', siem.url)])
    siem.behave((_, n) => ({ status: n < 4 ? 500 : 200 }))
    await worker.drift(1)
    await worker.prompt()
    const seen: number[] = []
    for (const seconds of [9, 1, 39, 1, 159, 1, 86_400]) {
      stage.clock.advance(seconds)
      await worker.sweep()
      seen.push(siem.received.length)
    }
    expect(seen).toEqual([1, 2, 2, 3, 3, 4, 4])
    expect(new Set(siem.received.map(idOf)).size).toBe(1)
    expect(new Set(siem.received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4)
    expect(worker.news.map((one) => (one.kind === 'failing' ? one.failures : one.kind))).toEqual([1, 2, 3])
  })

  test('dead, delays nobody, is asked now and then, and gets everything when it is back', async () => {
    stage.configure([hook('siem', siem.url), hook('other', other.url)])
    let asked = 0
    siem.behave(() => {
      asked += 1
      return { status: 503 }
    })
    await emitSome(40)
    const report = await worker.prompt()
    expect(report.delivered).toBe(40)
    expect(other.received).toHaveLength(40)
    // Four at once, and three in a row are enough.
    expect(asked).toBeLessThanOrEqual(6)
    const before = asked
    await worker.drift(41)
    await worker.prompt()
    expect([asked - before, other.received.length]).toEqual([0, 41])
    for (let minute = 0; minute < 60; minute++) {
      stage.clock.advance(60)
      await worker.sweep()
    }
    expect(asked - before).toBeLessThanOrEqual(10)
    siem.received.length = 0
    siem.behave(() => ({ status: 200 }))
    hours(6)
    await worker.sweep()
    hours(6)
    await worker.sweep()
    expect(siem.received.map(countOf).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 41 }, (_, n) => n + 1),
    )
    expect(other.received).toHaveLength(41)
  })

  test('slowly answering, is waited for by the sweep alone, until it is quick again', async () => {
    stage.configure([hook('siem', siem.url)])
    siem.behave((_, n) => {
      if (n === 1) stage.clock.advance(3)
      return { status: 200 }
    })
    await worker.drift(1)
    expect((await worker.prompt()).delivered).toBe(1)
    await worker.drift(2)
    expect((await worker.prompt()).delivered).toBe(0)
    expect((await worker.sweep()).delivered).toBe(1)
    await worker.drift(3)
    expect((await worker.prompt()).delivered).toBe(1)
  })

  test('is given no more once the time is over; the rest is the sweep’s', async () => {
    stage.configure([hook('siem', siem.url)])
    siem.behave(() => {
      stage.clock.advance(1.5)
      return { status: 200 }
    })
    await emitSome(120)
    const first = await worker.prompt()
    expect(first.delivered).toBeLessThan(30)
    expect(first.failed).toBe(0)
    siem.behave(() => ({ status: 200 }))
    stage.clock.advance(10)
    await worker.sweep()
    expect(new Set(siem.received.map(countOf)).size).toBe(120)
    expect(siem.received).toHaveLength(120)
  })

  test('cannot hold the others up with one event it always refuses', async () => {
    stage.configure([hook('siem', siem.url)])
    siem.behave((one) => ({ status: countOf(one) === 2 ? 400 : 200 }))
    await emitSome(6)
    await worker.sweep()
    expect(new Set(siem.received.map(countOf))).toEqual(new Set([1, 2, 3, 4, 5, 6]))
    const refused = siem.received.length
    stage.clock.advance(9)
    await worker.sweep()
    expect(siem.received.length).toBe(refused)
    stage.clock.advance(2)
    await worker.sweep()
    expect(siem.received.slice(refused).map(countOf)).toEqual([2])
  })

  test('asks for patience and gets it; a redirect is followed nowhere', async () => {
    stage.configure([hook('siem', siem.url), hook('other', other.url)])
    siem.behave(() => ({ status: 429, headers: { 'retry-after': '120' } }))
    other.behave(() => ({ status: 307, headers: { location: `${siem.url}/elsewhere` } }))
    await worker.drift(1)
    await worker.prompt()
    expect(siem.received.map(({ path }) => path)).toEqual(['/'])
    expect(worker.news.map((one) => ('code' in one ? one.code : one.kind)).sort()).toEqual([
      'http307',
      'http429',
    ])
    stage.clock.advance(119)
    await worker.sweep()
    expect(siem.received).toHaveLength(1)
    stage.clock.advance(2)
    await worker.sweep()
    expect(siem.received).toHaveLength(2)
  })

  test('for three days loses what is older, and that is told', async () => {
    stage.configure([hook('siem', siem.url)])
    siem.behave(() => ({ status: 500 }))
    await emitSome(3)
    await worker.sweep()
    for (let turn = 0; turn < 11; turn++) {
      hours(6)
      await worker.sweep()
    }
    siem.received.length = 0
    siem.behave(() => ({ status: 200 }))
    hours(7)
    await worker.drift(4)
    expect(await worker.sweep()).toEqual({ delivered: 1, failed: 0, dropped: 3 })
    expect(siem.received.map(countOf)).toEqual([4])
    expect(worker.news.flatMap((one) => (one.kind === 'dropped' ? [[one.code, one.count]] : []))).toEqual([
      ['expired', 3],
    ])
  })

  test('gone for good (410) is told once and left alone until the configuration says otherwise', async () => {
    stage.configure([hook('siem', siem.url)])
    siem.behave(() => ({ status: 410 }))
    await worker.drift(1)
    await worker.prompt()
    await emitSome(30)
    await worker.sweep()
    expect(siem.received).toHaveLength(1)
    expect(worker.news.filter(({ kind }) => kind === 'gone')).toHaveLength(1)
    siem.behave(() => ({ status: 200 }))
    stage.configure([hook('siem', siem.url)])
    stage.clock.advance(61)
    await worker.drift(2)
    await worker.sweep()
    expect(siem.received.map(countOf)).toEqual([1, 2])
  })
})

describe('workers', () => {
  test('do not go on without the event in the outbox, unless it tells of that very fault', async () => {
    const told: string[] = []
    const outgoing = createOutgoingEvents({
      ids: stage.ids,
      told: { emit: async ({ type }) => void told.push(type) },
      receivers: async () => [{ name: 'bus', kind: 'bus' }],
      outbox: { append: () => Promise.reject(new Error('throttled')) },
    })
    const about = { community: soc, at: stage.clock.now() }
    await expect(outgoing.emit({ type: 'drift.found', ...about, count: 1 })).rejects.toThrow('throttled')
    await outgoing.emit({ type: 'run.failed', ...about, code: 'storeThrottled' })
    expect([told, outgoing.fresh()]).toEqual([['drift.found', 'run.failed'], []])
  })

  test('two at once deliver each event once', async () => {
    stage.configure([hook('siem', siem.url)])
    await emitSome(20)
    const second = stage.worker()
    const reports = await Promise.all([worker.sweep(), second.sweep()])
    expect(reports.map(({ delivered }) => delivered).sort()).toEqual([0, 20])
    expect(new Set(siem.received.map(idOf)).size).toBe(20)
    expect(siem.received).toHaveLength(20)
  })

  test('what somebody emits who does not know the receivers is logged and addressed by the sweep', async () => {
    const { ids, outbox } = stage
    const commandLine = createOutgoingEvents({ ids, outbox, told: { emit: async () => undefined } })
    stage.configure([hook('siem', siem.url)])
    const event = {
      type: 'hold.decided',
      community: soc,
      at: stage.clock.now(),
      digest: 'd1',
      decision: 'approved',
      changes: 2,
    } as const
    await commandLine.emit(event)
    await worker.sweep()
    expect(worker.told).toEqual([event])
    expect(siem.received.map(({ body }) => (JSON.parse(body) as { data: object }).data)).toEqual([
      { community: 'demo-soc', digest: 'd1', decision: 'approved', changes: 2 },
    ])
    expect(await worker.sweep()).toEqual({ delivered: 0, failed: 0, dropped: 0 })
  })
})

describe('the event bus', () => {
  test('takes ten at once, and what it refuses of them goes again alone', async () => {
    const bus = await openBusStand()
    try {
      const speaker = stage.worker({ busUrl: bus.url })
      bus.behave(({ Detail }) => (Detail.includes('"count":7') ? 'ThrottlingException' : undefined))
      for (let n = 1; n <= 25; n++) await speaker.drift(n)
      expect(await speaker.prompt()).toEqual({ delivered: 24, failed: 1, dropped: 0 })
      expect(bus.calls.map(({ length }) => length).sort((a, b) => a - b)).toEqual([5, 10, 10])
      const [entry] = bus.calls[0] ?? []
      expect(entry).toMatchObject({
        EventBusName: 'rolecall',
        Source: 'rolecall',
        DetailType: 'rolecall.drift.found.v1',
      })
      expect(JSON.parse(entry?.Detail ?? '')).toMatchObject({ specversion: '1.0', data: { community: soc } })
      bus.behave(() => undefined)
      stage.clock.advance(20)
      expect(await speaker.sweep()).toEqual({ delivered: 1, failed: 0, dropped: 0 })
      expect(bus.calls.at(-1)?.map(({ Detail }) => Detail)).toEqual([expect.stringContaining('"count":7')])
    } finally {
      await bus.close()
    }
  })

  test('away, keeps everything until it is back; large events go in calls it takes', async () => {
    const bus = await openBusStand()
    try {
      const speaker = stage.worker({ busUrl: bus.url })
      const large = Array.from({ length: 3 }, (_, n) => `rule-${n}-${'x'.repeat(30_000)}`)
      bus.behave(() => undefined, 'ResourceNotFoundException')
      for (let n = 0; n < 5; n++)
        await speaker.emit({
          type: 'change.applied',
          community: soc,
          at: stage.clock.now(),
          change: `grant/${n}`,
          kind: 'grant',
          rolesBefore: [],
          rolesAfter: large,
        })
      expect((await speaker.prompt()).delivered).toBe(0)
      bus.behave(() => undefined)
      bus.calls.length = 0
      stage.clock.advance(3600)
      expect((await speaker.sweep()).delivered).toBe(5)
      const sizes = bus.calls.map((call) => call.reduce((sum, { Detail }) => sum + Detail.length, 0))
      expect(Math.max(...sizes)).toBeLessThan(256 * 1024)
      expect(bus.calls.map(({ length }) => length)).toEqual([2, 2, 1])
    } finally {
      await bus.close()
    }
  })
})
