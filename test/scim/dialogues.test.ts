import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mapBounded } from '../../lib/scim/bounded.ts'
import { authentik } from './dialogues/authentik.ts'
import { memberOf, patch, play, type Step } from './dialogues/dialogue.ts'
import { entra } from './dialogues/entra.ts'
import { entraCompliant } from './dialogues/entra-compliant.ts'
import { jumpCloud } from './dialogues/jumpcloud.ts'
import { keycloak } from './dialogues/keycloak.ts'
import { account, okta } from './dialogues/okta.ts'
import { oktaWizard } from './dialogues/okta-wizard.ts'
import { oneLogin, oneLoginHeaders } from './dialogues/onelogin.ts'
import { openParties, type Parties, type Quirks } from './dialogues/parties.ts'
import { ping } from './dialogues/ping.ts'
import { groupUrn } from './support/service.ts'

let parties: Parties
beforeAll(async () => {
  parties = await openParties()
})
afterAll(() => parties.close())

type Dialogue = {
  readonly name: string
  readonly connection: string
  readonly steps: readonly Step[]
  readonly headers?: Readonly<Record<string, string>>
  /** Every tolerance it needs of us, and how often. */
  readonly quirks: Quirks
}
const dialogues: readonly Dialogue[] = [
  {
    name: 'Entra ID without its compatibility flag',
    connection: 'entra',
    steps: entra,
    quirks: {
      capitalisedOperation: 33,
      createdByFilter: 2,
      emptyText: 5,
      listForSingle: 1,
      microsoftSchema: 2,
      nullReference: 4,
      numberAsText: 1,
      pathAfterFilter: 1,
      removalByValue: 1,
      softDeleteRename: 1,
      textBoolean: 7,
      textForComplex: 3,
    },
  },
  {
    name: 'Entra ID with its compatibility flag',
    connection: 'entra-flag',
    steps: entraCompliant,
    quirks: {
      createdByFilter: 2,
      emptyText: 1,
      microsoftSchema: 2,
      pathInName: 12,
      softDeleteRename: 1,
      textForComplex: 2,
    },
  },
  {
    name: 'Okta from its catalogue, by PATCH',
    connection: 'okta',
    steps: okta,
    quirks: { readOnlyInValue: 1 },
  },
  { name: 'Okta from its app wizard, by PUT', connection: 'okta-wizard', steps: oktaWizard, quirks: {} },
  {
    name: 'OneLogin',
    connection: 'onelogin',
    steps: oneLogin,
    headers: oneLoginHeaders,
    quirks: { emptyText: 8, numberAsText: 6, valuelessElement: 3 },
  },
  { name: 'JumpCloud', connection: 'jumpcloud', steps: jumpCloud, quirks: { removalByValue: 2 } },
  {
    name: 'authentik',
    connection: 'authentik',
    steps: authentik,
    quirks: { readOnlyInValue: 1, removalByValue: 3 },
  },
  { name: 'Keycloak', connection: 'keycloak', steps: keycloak, quirks: {} },
  { name: 'Ping', connection: 'ping', steps: ping, quirks: { emptyText: 3 } },
]

describe('an identity provider goes from its first connection test to the last deletion', () => {
  it.each(dialogues)('$name', async ({ connection, steps, headers, quirks }) => {
    await play(await parties.party(connection), steps, headers)
    expect(parties.quirksOf(connection)).toEqual(quirks)
    expect(parties.metricsOf(connection)).toEqual(quirks)
  })
})

describe('an import', () => {
  it('of Okta reads whole pages of a hundred with numbers for numbers, and twice in the same order', async () => {
    const party = await parties.party('okta-import')
    const names = Array.from({ length: 105 }, (_, n) => `import${n}`)
    const create = (name: string) =>
      party.send({ method: 'POST', path: '/Users', body: account(name, `00u-${name}`), headers: {} })
    const created = await mapBounded(names, 15, create)
    expect(new Set(created.map(({ status }) => status))).toEqual(new Set([201]))
    const page = async (startIndex: number): Promise<readonly string[]> => {
      const path = `/Users?startIndex=${startIndex}&count=100`
      const { body } = await party.send({ method: 'GET', path, headers: {} })
      const users = body.Resources as readonly { readonly id: string }[]
      expect(body).toMatchObject({ totalResults: 105, startIndex, itemsPerPage: users.length })
      return users.map(({ id }) => id)
    }
    const seen = [...(await page(1)), ...(await page(101))]
    expect([...seen].sort()).toEqual(created.map(({ body }) => String(body.id)).sort())
    expect([...(await page(1)), ...(await page(101))]).toEqual(seen)
  })
})

describe('what is told of a connection', () => {
  it('counts the tolerances in each part of a bulk request, and in requests that are refused', async () => {
    const party = await parties.party('counted')
    const send = (method: string, path: string, body: object) =>
      party.send({ method, path, body, headers: {} })
    const { body } = await send('POST', '/Users', account('counted', '00u-counted'))
    const part = (operation: object): object => ({
      method: 'PATCH',
      path: `/Users/${body.id}`,
      data: patch(operation),
    })
    const bulk = await send('POST', '/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations: [
        part({ op: 'Replace', path: 'active', value: 'False' }),
        part({ op: 'Replace', path: 'emails[primary eq "True"].value', value: 'new@acme.test' }),
      ],
    })
    expect(bulk.status).toBe(200)
    const refused = await send('PATCH', `/Users/${body.id}`, patch({ op: 'Remove', path: 'userName' }))
    expect(refused.status).toBe(400)
    expect(parties.quirksOf('counted')).toEqual({ capitalisedOperation: 3, textBoolean: 2 })
    expect(parties.metricsOf('counted')).toEqual({ capitalisedOperation: 3, textBoolean: 2 })
    expect(parties.lines().filter(({ connection }) => connection === 'counted')).toMatchObject([
      { operation: 'POST /Users', status: 201, quirks: {} },
      { operation: 'POST /Bulk', status: 200 },
      { operation: 'PATCH /Users/{id}', status: 400, quirks: { capitalisedOperation: 1 } },
    ])
  })

  it('names the groups of a circle that a request closed', async () => {
    const party = await parties.party('circles')
    const ids = await play(party, [
      {
        says: 'one',
        send: ['POST', '/Groups', { schemas: [groupUrn], displayName: 'one' }],
        status: 201,
        saves: 'one',
      },
      {
        says: 'two',
        send: ['POST', '/Groups', { schemas: [groupUrn], displayName: 'two', members: [{ value: '<one>' }] }],
        status: 201,
        saves: 'two',
      },
      {
        says: 'closes the circle',
        send: [
          'PATCH',
          '/Groups/<one>',
          patch({ op: 'add', path: 'members', value: [{ value: '<two>', type: 'Group' }] }),
        ],
        status: 204,
        stored: ['/Groups/<one>', { displayName: 'one', members: [memberOf('two', 'Group')] }],
      },
    ])
    const [line] = parties
      .lines()
      .filter((each) => each.operation.startsWith('PATCH /Groups') && each.connection === 'circles')
    expect(line?.groupCycles).toEqual([ids.get('two')])
  })
})
