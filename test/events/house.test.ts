import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventTypes } from '../../lib/core/events.ts'
import type { Hold } from '../../lib/core/verdict.ts'
import { cloudEventType, dataFields, scimEvents } from '../../lib/events/cloud-event.ts'
import { rolecall } from '../e2e/command.ts'
import { openTown, quiet, type Town, until } from '../e2e/town.ts'
import { secretOf } from './stage.ts'
import { isGenuine, openStation, type Received, type Station } from './stations.ts'

const page = readFileSync('docs/events.md', 'utf8')
const folder = mkdtempSync(join(tmpdir(), 'rolecall-events-'))
let town: Town
let siem: Station
let dead: Station

beforeAll(async () => {
  siem = await openStation()
  dead = await openStation()
  await dead.close()
  process.env.SIEM_SECRET = `${secretOf('n')} ${secretOf('o')}`
  const configuration = readFileSync('rolecall.yaml', 'utf8')
    .replace('departures: { fraction: 0.2, floor: 5 }', 'departures: { fraction: 0, floor: 0 }')
    .replace('    mode: enforce', '    mode: enforce\n    requestsPerSecond: 50')
  town = await openTown({
    // Whoever answers slowly, as a busy machine does, is served by the sweep alone.
    sweepEvery: 1,
    configuration: `${configuration}
webhooks:
  - { id: dead, url: ${dead.url}, secret: env:SIEM_SECRET }
  - { id: siem, url: ${siem.url}, secret: env:SIEM_SECRET, events: [plan.held, hold.decided, change.applied] }
`,
  })
})
afterAll(async () => {
  delete process.env.SIEM_SECRET
  rmSync(folder, { recursive: true })
  await town.close()
  await siem.close()
})

type Event = { readonly id: string; readonly type: string; readonly data: Readonly<Record<string, unknown>> }
const eventIn = ({ body }: Received): Event => JSON.parse(body) as Event
const got = async (type: string): Promise<readonly Event[]> =>
  siem.received.map(eventIn).filter((event) => event.type === `rolecall.${type}.v1`)
const some = (events: readonly Event[]): boolean => events.length > 0

test('a person’s way through the house is told: joined, left, held, decided', async () => {
  await town.platform.byHand({ kind: 'knownUser', email: 'zenobia@demo.test' })
  const person = await town.idp.createUser('zenobia@demo.test')
  await town.idp.createGroup('SOC-Analysts', [person.id])
  const applied = await until(
    () => got('change.applied'),
    (events) => events.some(({ data }) => data.kind === 'invite'),
  )
  expect(applied.find(({ data }) => data.kind === 'invite')?.data).toMatchObject({
    community: 'demo-soc',
    person: { connection: 'demo', member: person.id },
    rolesBefore: [],
    rolesAfter: ['analyst'],
  })
  await quiet(town.house)
  await town.idp.setActive(person.id, false)
  const [held] = await until(() => got('plan.held'), some)
  expect(held?.data).toMatchObject({ community: 'demo-soc', changes: 1, reasons: ['emptyDesired'] })

  const [hold] = (await rolecall(town, 'holds', '--json')).json as readonly Hold[]
  const approved = await rolecall(town, 'approve', 'demo-soc', hold?.digest ?? '', '--reason', 'she left')
  expect(approved.code, approved.errors).toBe(0)
  // The command line does not know who listens: the sweep does.
  const [decided] = await until(() => got('hold.decided'), some)
  expect(decided?.data).toEqual({
    community: 'demo-soc',
    digest: hold?.digest,
    decision: 'approved',
    changes: 1,
  })

  expect(siem.received.every((one) => isGenuine(one, secretOf('n'), Date.now()))).toBe(true)
  const ids = siem.received.map((one) => eventIn(one).id)
  expect([new Set(ids).size, ids]).toEqual([
    ids.length,
    siem.received.map(({ headers }) => headers['webhook-id']),
  ])
  expect(siem.received.map(({ body }) => body).join()).not.toMatch(/zenobia|she left/i)
})

test('the page’s own lines accept what came, with either secret, and nothing else', async () => {
  const [, code = ''] = /```js\n([\s\S]*?)```/.exec(page) ?? []
  const file = join(folder, 'receiver.mjs')
  writeFileSync(file, code)
  const { isFromRolecall } = (await import(/* @vite-ignore */ pathToFileURL(file).href)) as {
    readonly isFromRolecall: (headers: object, body: string, secret: string, now?: number) => boolean
  }
  const [one] = siem.received
  if (one === undefined) throw new Error('nothing came')
  const { headers, body } = one
  const sent = Number(headers['webhook-timestamp']) * 1000
  expect(isFromRolecall(headers, body, secretOf('n'))).toBe(true)
  expect(isFromRolecall(headers, body, secretOf('o'))).toBe(true)
  expect(isFromRolecall(headers, body, secretOf('x'))).toBe(false)
  expect(isFromRolecall(headers, `${body} `, secretOf('n'))).toBe(false)
  expect(isFromRolecall(headers, body, secretOf('n'), sent + 301_000)).toBe(false)
  // What somebody else sends: refused, and no fault of the receiver's.
  const forged = `v1,${'é'.repeat(44)}`
  const none = {}
  for (const strange of [none, { 'webhook-signature': forged }, { 'webhook-timestamp': 'now' }])
    expect(isFromRolecall(strange === none ? none : { ...headers, ...strange }, body, secretOf('n'))).toBe(
      false,
    )
})

test('the page lists every event, its fields and its RFC 9967 event', () => {
  const rows = [...page.matchAll(/^\| `([a-z.]+)` \| [^|]+ \| (.*) \|$/gm)]
  const fields = (text = ''): readonly string[] => [...text.matchAll(/`(\w+)`/g)].map(([, name = '']) => name)
  expect(Object.fromEntries(rows.map(([, type = '', data]) => [type, fields(data)]))).toEqual(dataFields)
  expect(rows.map(([, type]) => type)).toHaveLength(eventTypes.length)
  expect(cloudEventType('plan.held')).toBe('rolecall.plan.held.v1')
  const uris = [...page.matchAll(/^\| (`\w+`(?:, `\w+`)*) \| `(urn:[\w:]+)` \|$/gm)]
  const told = uris.flatMap(([, kinds = '', uri]) => fields(kinds).map((kind) => [kind, uri]))
  expect(Object.fromEntries(told)).toEqual(scimEvents)
})
