import { randomUUID } from 'node:crypto'
import { monotonicFactory } from 'ulid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock as clock } from '../../../lib/config/clock.ts'
import { later } from '../../../lib/core/ids.ts'
import { createDocumentClient } from '../../../lib/store/client.ts'
import { createDirectory } from '../../../lib/store/directory.ts'
import { createTable } from '../../../lib/store/table-client.ts'
import { openTestTable, type TestTable } from '../../support/table.ts'
import { type Desk, openDesk } from '../pains/desk.ts'
import { pushFullState, type Run, type Upstream } from './bridge.ts'

const people = ['ada', 'bea', 'cid', 'dan', 'eve', 'fay', 'gus', 'hal', 'ida']
const whole: Upstream = { people, groups: { Everyone: people, Some: ['ada', 'bea', 'cid'] } }

let table: TestTable
let desk: Desk
beforeAll(async () => {
  table = await openTestTable()
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
  // As the function's: it leaves retries to the table.
  const client = createDocumentClient({ endpoint: table.endpoint })
  const ids = { uuid: () => randomUUID(), ordered: monotonicFactory() }
  desk = openDesk({
    connection: 'google',
    clock,
    // Without patience, so that a run which meets a fault is over at once.
    directory: () => {
      const limit = { patientUntil: clock.now(), until: later(clock.now(), 20) }
      return createDirectory(createTable({ client, name: table.name, clock, ids, limit }))
    },
  })
})
afterAll(() => table.close())

type Seen = { readonly users: Record<string, string>; readonly members: Record<string, readonly string[]> }
/** Names and activity, and who is in which group: with ids, so that a second record of a person would show. */
const seen = async (): Promise<Seen> => {
  const { Resources: users } = (await desk.get('/Users?count=100')).body as never as {
    readonly Resources: readonly {
      readonly id: string
      readonly userName: string
      readonly active: boolean
    }[]
  }
  const { Resources: groups } = (await desk.get('/Groups?count=100')).body as never as {
    readonly Resources: readonly {
      readonly displayName: string
      readonly members?: readonly { readonly value: string }[]
    }[]
  }
  return {
    users: Object.fromEntries(users.map((each) => [each.userName, `${each.id} ${each.active}`])),
    members: Object.fromEntries(
      groups.map((each) => [each.displayName, (each.members ?? []).map(({ value }) => value).sort()]),
    ),
  }
}

// What another engine does cannot be made to fail on demand.
describe.runIf(process.env.DYNAMODB_ENDPOINT === undefined)('a bridge that pushes the full state', () => {
  let first: Seen

  it('fills an empty directory, and pushing the same again changes nothing', async () => {
    expect(await pushFullState(desk, whole)).toBe('done')
    first = await seen()
    expect(Object.keys(first.users)).toHaveLength(people.length)
    expect(first.members.Everyone).toHaveLength(people.length)
    const versions = async (): Promise<unknown> => {
      const lists = await Promise.all([
        desk.get('/Users?attributes=meta'),
        desk.get('/Groups?attributes=meta'),
      ])
      return lists.map(({ body }) => body.Resources)
    }
    const before = await versions()
    expect(await pushFullState(desk, whole)).toBe('done')
    expect(await versions()).toEqual(before)
  })

  it('is told to come back later while our store fails, and ends where it began without a second of anything', async () => {
    const ends: Run[] = []
    for (let run = 0; run < 12; run += 1) {
      table.engine?.inject({
        seed: run,
        rules: [
          { fault: 'internal', probability: 0.08 },
          { fault: 'throttled', probability: 0.04 },
        ],
      })
      // Upstream moves meanwhile: one leaves and comes back, one group shrinks and grows.
      const moved = {
        people: people.slice(run % 3),
        groups: { ...whole.groups, Some: people.slice(run % 3, 4) },
      }
      ends.push(await pushFullState(desk, { ...moved, groups: { ...moved.groups, Everyone: moved.people } }))
    }
    table.engine?.inject({})
    const given = ends.flatMap((each) => (each === 'done' ? [] : [each]))
    expect(given.length).toBeGreaterThan(3)
    for (const { gaveUp, retryAfter } of given) {
      expect([429, 503]).toContain(gaveUp)
      expect(Number(retryAfter)).toBeGreaterThan(0)
    }
    expect(await pushFullState(desk, whole)).toBe('done')
    expect(await seen()).toEqual(first)
  })

  it('takes an empty answer of its source for the truth, and what it then pushed is undone by the next whole one', async () => {
    expect(await pushFullState(desk, { people: [], groups: { Everyone: [], Some: [] } })).toBe('done')
    const emptied = await seen()
    expect(emptied.members).toEqual({ Everyone: [], Some: [] })
    expect(Object.values(emptied.users).every((each) => each.endsWith(' false'))).toBe(true)
    expect(await pushFullState(desk, whole)).toBe('done')
    expect(await seen()).toEqual(first)
  })
})
