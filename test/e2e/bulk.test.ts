import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Hold } from '../../lib/core/verdict.ts'
import { rolecall } from './command.ts'
import { openTown, quiet, type Town, until } from './town.ts'

// The example's departure budget: the larger of 5 and a fifth of the accounts owned when the window began.
const budget = 5
const people = Array.from({ length: 12 }, (_, n) => `bulk${n}@demo.test`)

type Result = { readonly status: string; readonly location: string }

describe('a company in one bulk request', () => {
  let town: Town
  const bulk = async (operations: readonly object[]): Promise<readonly Result[]> => {
    const answer = await town.idp.send<{ readonly Operations: readonly Result[] }>('POST', '/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: operations,
    })
    expect(answer.status).toBe(200)
    return answer.body.Operations
  }
  const count = async (state: string): Promise<number> =>
    Object.values(await town.platform.standings()).filter((standing) => standing.startsWith(state)).length
  let created: readonly Result[]

  beforeAll(async () => {
    const configuration = readFileSync('rolecall.yaml', 'utf8').replace(
      '    mode: enforce',
      '    mode: enforce\n    requestsPerSecond: 50',
    )
    town = await openTown({ configuration })
    for (const email of people) await town.platform.byHand({ kind: 'knownUser', email })
  })
  afterAll(() => town.close())

  it('is there: people, the group they are in, and the group that group is in', async () => {
    const members = (names: readonly string[], type: string): readonly object[] =>
      names.map((name) => ({ value: `bulkId:${name}`, type }))
    const groupOf = (displayName: string, list: readonly object[]): object => ({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
      displayName,
      members: list,
    })
    const userOf = (userName: string): object => ({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName,
      active: true,
      emails: [{ value: userName, type: 'work', primary: true }],
    })
    created = await bulk([
      {
        method: 'POST',
        path: '/Groups',
        bulkId: 'roles',
        data: groupOf('SOC-Analysts', members(['staff'], 'Group')),
      },
      { method: 'POST', path: '/Groups', bulkId: 'staff', data: groupOf('Staff', members(people, 'User')) },
      ...people.map((name) => ({ method: 'POST', path: '/Users', bulkId: name, data: userOf(name) })),
    ])
    expect(created.map(({ status }) => status)).toEqual(created.map(() => '201'))
    await until(() => count('enabled: Analyst'), people.length)
    await quiet(town.house)
  })

  it('leaves in one bulk request, but for one: all of it is accepted, its effect is judged as that of single requests', async () => {
    const answers = await bulk(
      created.slice(3).map(({ location }) => ({
        method: 'PATCH',
        path: location.slice(location.indexOf('/Users/')),
        data: {
          schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
          Operations: [{ op: 'replace', path: 'active', value: false }],
        },
      })),
    )
    expect(answers.map(({ status }) => status)).toEqual(people.slice(1).map(() => '200'))
    const holds = async (): Promise<readonly Hold[]> =>
      (await rolecall(town, 'holds', '--json')).json as readonly Hold[]
    await until(holds, (seen) => seen[0]?.held.length === people.length - 1 - budget)
    await quiet(town.house)
    expect(await count('disabled')).toBe(budget)
    expect(await count('enabled: Analyst')).toBe(people.length - budget)
  })
})
