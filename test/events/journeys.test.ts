import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import { builtinRoles, demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import type { OperatorEvent } from '../../lib/core/events.ts'
import type { Member } from '../../lib/core/member.ts'
import { cloudEventOf } from '../../lib/events/cloud-event.ts'
import { createOutgoingEvents } from '../../lib/events/outgoing.ts'
import type { Receiver } from '../../lib/events/receivers.ts'
import { createEvents } from '../../lib/lambda/events.ts'
import { createLogger } from '../../lib/lambda/logging.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { createProvisioner } from '../../lib/provisioning/provision.ts'
import { createEventOutbox } from '../../lib/store/outbox.ts'
import { type Bench, openBench, soc } from '../provisioning/bench.ts'
import { hook } from './stage.ts'

let bench: Bench | undefined
afterEach(async () => {
  await bench?.close()
  bench = undefined
})

type Applied = Extract<OperatorEvent, { readonly type: 'change.applied' }>
const appliedIn = (events: readonly OperatorEvent[]): readonly Applied[] =>
  events.flatMap((event) => (event.type === 'change.applied' ? [event] : []))

const knownPerson = async (on: Bench, name: string): Promise<Member> => {
  on.sekoia.edit({ kind: 'knownUser', email: `${name}@demo.test` })
  return on.provider.person(name)
}

test('each change is told with its person and the roles before and after', async () => {
  bench = await openBench()
  const ada = await knownPerson(bench, 'ada')
  const group = await bench.provider.group('SOC-Analysts', [ada])
  await bench.settle()
  await bench.provider.change(group, { remove: [ada] })
  await bench.settle()
  const told = appliedIn(bench.events)
  expect(told.map(({ kind, rolesBefore, rolesAfter }) => [kind, rolesBefore, rolesAfter])).toEqual([
    ['createRole', [], []],
    ['invite', [], ['analyst']],
    ['suspend', ['analyst'], ['analyst']],
  ])
  const [, invited, suspended] = told
  expect(invited?.person).toEqual({ connection: 'demo', member: ada.id })
  expect(suspended?.account).toEqual(invited?.account)
  const uris = told.map((event) => cloudEventOf('urn:rolecall:test', 'id', event).scimevent)
  expect(uris).toEqual([
    undefined,
    'urn:ietf:params:scim:event:prov:create:notice',
    'urn:ietf:params:scim:event:prov:deactivate',
  ])
})

/** A worker that does nothing more after its n-th call into records or platform. */
const mortal = (given: Provisioning, n: number): Provisioning => {
  let calls = 0
  const step = async <T>(call: () => Promise<T>): Promise<T> => {
    calls += 1
    if (calls > n) throw new Error('killed')
    return call()
  }
  const guarded = <Port extends object>(port: Port): Port =>
    Object.fromEntries(
      Object.entries(port).map(([name, method]) => [
        name,
        typeof method === 'function' && name !== 'traits'
          ? (...values: readonly unknown[]) => step(() => method(...values))
          : method,
      ]),
    ) as Port
  return {
    ...given,
    ownership: guarded(given.ownership),
    audit: guarded(given.audit),
    events: guarded(given.events),
    leases: { ...given.leases, release: (lease) => step(() => given.leases.release(lease)) },
    platforms: { ...given.platforms, open: async (...of) => guarded(await given.platforms.open(...of)) },
  }
}

test('killed anywhere, a worker leaves no record of a change whose event nobody got', async () => {
  bench = await openBench({ community: { safety: roomy } })
  const on = bench
  const group = await on.provider.group('SOC-Analysts')
  await on.settle()
  for (let n = 4; n <= 11; n++) {
    const one = await knownPerson(on, `someone${n}`)
    on.events.length = 0
    await on.provider.change(group, { add: [one] })
    await dieAt(on, n)
    const mine = () => appliedIn(on.events).filter(({ person }) => person?.member === one.id)
    expect(mine().some(({ rolesAfter }) => rolesAfter.includes(analyst))).toBe(true)
    on.events.length = 0
    await on.provider.setActive(one, false)
    await dieAt(on, n)
    expect(on.seen()[`someone${n}`]?.status).toBe('disabled')
    expect(mine().map(({ kind }) => kind)).toContain('suspend')
  }
})
const analyst = 'analyst'
const roomy = {
  departures: { fraction: 1, floor: 100 },
  revocations: { fraction: 1, floor: 100 },
  window: 86_400,
  minimumAdmins: 0,
  requiredAdmins: [],
  whileHeld: 'goOn' as const,
  protected: [],
}
const dieAt = async (on: Bench, n: number): Promise<void> => {
  on.clock.advance(6)
  const { createDispatcher } = await import('../../lib/provisioning/dispatch.ts')
  await createDispatcher(on.deps).sweep()
  await createProvisioner(mortal(on.depsFor(`mortal-${n}`), n)).run(soc, on.later(600))
  on.clock.advance(200)
  await on.settle()
}

test('an apply writes one row per change and listener, and none where nobody listens', async () => {
  const puts: string[] = []
  let receivers: readonly Receiver[] = []
  let emitted = 0
  bench = await openBench({
    wrap: (deps) => {
      const events = {
        emit: async (event: OperatorEvent) => {
          emitted += 1
          await outgoing().emit(event)
        },
      }
      return { ...deps, events }
    },
  })
  const on = bench
  const outgoing = () =>
    createOutgoingEvents({
      ids: on.deps.ids,
      told: { emit: async () => undefined },
      receivers: async () => receivers,
      outbox: createEventOutbox({
        ...on.table,
        put: async (item, condition) => {
          puts.push(item.pk)
          return on.table.put(item, condition)
        },
      }),
    })
  await on.provider.group('SOC-Analysts', [await knownPerson(on, 'ada'), await knownPerson(on, 'bob')])
  await on.settle()
  expect([emitted, puts.length]).toEqual([3, 0])
  receivers = [
    { name: 'bus', kind: 'bus' },
    { name: 'webhook/a', kind: 'webhook', webhook: hook('a', 'https://a.example'), configuration: 1 },
  ]
  await on.provider.group('SOC-Tier1', [await knownPerson(on, 'cleo')])
  await on.settle()
  expect(emitted).toBe(4)
  expect(puts).toHaveLength(2)
})

test('no personal value of the directory is in any event, row or log line', async () => {
  const lines: string[] = []
  const logger = createLogger('test', 'INFO')
  for (const level of ['info', 'warn'] as const)
    logger[level] = (...given: readonly unknown[]) => {
      lines.push(JSON.stringify(given))
    }
  const name = fc.stringMatching(/^[a-z]{9}$/)
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(name, { minLength: 8, maxLength: 8 }), async (names) => {
      const bytes: string[] = []
      const on = await openBench({
        community: { safety: { ...roomy, departures: { fraction: 0, floor: 1 }, minimumAdmins: 1 } },
      })
      try {
        const told = createEvents(logger, (...given) => bytes.push(JSON.stringify(given)))
        const outbox = createEventOutbox({
          ...on.table,
          put: async (item, condition) => {
            bytes.push(JSON.stringify(item))
            return on.table.put(item, condition)
          },
        })
        const receivers = async (): Promise<readonly Receiver[]> => [{ name: 'bus', kind: 'bus' }]
        const outgoing = createOutgoingEvents({ ids: on.deps.ids, told, outbox, receivers })
        await eventfulDay(on, names)
        expect(on.events.length).toBeGreaterThan(8)
        for (const [n, event] of on.events.entries()) {
          await outgoing.emit(event)
          bytes.push(JSON.stringify(cloudEventOf('urn:rolecall:test', String(n), event)))
        }
        const all = [...bytes, ...lines.splice(0)].join('\n').toLowerCase()
        expect(names.filter((one) => all.includes(one))).toEqual([])
        expect(all).not.toContain('@demo.test')
      } finally {
        await on.close()
      }
    }),
    { numRuns: Math.min(20, Number(process.env.FUZZ_BUDGET ?? 2)) },
  )
})

/** Joins, a hand edit, an unknown account in the way, departures above the limit, a decision. */
const eventfulDay = async (on: Bench, names: readonly string[]): Promise<void> => {
  const people: Member[] = []
  for (const name of names.slice(0, 6)) people.push(await knownPerson(on, name))
  on.sekoia.edit({
    kind: 'addMember',
    community: demoCommunity,
    email: `${names[6]}@demo.test`,
    builtin: builtinRoles.guest,
  })
  await on.provider.group('SOC-Analysts', [...people, await on.provider.person(names[6] ?? '')])
  await on.provider.nameless(names[7] ?? '')
  await on.settle()
  await on.reconcile()
  for (const one of people.slice(0, 4)) await on.provider.setActive(one, false)
  await on.settle()
  await on.reconcile()
  await on.desk.approve({ community: soc, by: `${names[0]} the operator`, reason: `${names[1]} left` })
  await on.settle()
}
