import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mapBounded } from '../../lib/scim/bounded.ts'
import { authentik } from './dialogues/authentik.ts'
import { play, type Step } from './dialogues/dialogue.ts'
import { entra } from './dialogues/entra.ts'
import { entraCompliant } from './dialogues/entra-compliant.ts'
import { jumpCloud } from './dialogues/jumpcloud.ts'
import { keycloak } from './dialogues/keycloak.ts'
import { account, okta } from './dialogues/okta.ts'
import { oktaWizard } from './dialogues/okta-wizard.ts'
import { oneLogin, oneLoginHeaders } from './dialogues/onelogin.ts'
import { openParties, type Parties, type Quirks } from './dialogues/parties.ts'
import { ping } from './dialogues/ping.ts'

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
