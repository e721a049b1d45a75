import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Party, play, type Step } from '../scim/dialogues/dialogue.ts'
import { entra } from '../scim/dialogues/entra.ts'
import { okta } from '../scim/dialogues/okta.ts'
import { oktaWizard } from '../scim/dialogues/okta-wizard.ts'
import type { Json } from '../scim/support/service.ts'
import { openTown, quiet, type Town, until } from './town.ts'

let town: Town
let party: Party
const standing = (email: string) => async (): Promise<string | undefined> =>
  (await town.platform.standings())[email]

type Ids = ReadonlyMap<string, string>

/** Plays the steps from the one that says `from` to before the one that says `to`. */
const playOn = (steps: readonly Step[], ids: Ids, from: string, to?: string): Promise<Ids> => {
  const place = (says: string): number => {
    const found = steps.findIndex((step) => step.says.startsWith(says))
    if (found < 0) throw new Error(`no step says "${says}"`)
    return found
  }
  const part = steps.slice(place(from), to === undefined ? undefined : place(to))
  return play(party, part, undefined, ids)
}

/** The ids of what Entra made, as a second run of its service would find them. */
const known = async (): Promise<Ids> => {
  const first = async (path: string): Promise<string> => {
    const { body } = await town.idp.send<{ Resources: readonly { id: string }[] }>('GET', path)
    return body.Resources[0]?.id ?? 'unknown'
  }
  return new Map([
    ['user', await first('/Users?count=1')],
    ['group', await first('/Groups?count=1')],
  ])
}

describe('dialogues, from the first connection test to the platform', () => {
  beforeAll(async () => {
    // The group keeps its role under the name it is given later; and the pace is a test's.
    const example = readFileSync('rolecall.yaml', 'utf8')
    const both = example
      .replace('{ equals: SOC-Tier1 }', '{ anyOf: [SOC-Tier1, SOC-Tier-One] }')
      .replace('    mode: enforce', '    mode: enforce\n    requestsPerSecond: 50')
    expect(both).not.toBe(example)
    town = await openTown({ configuration: both })
    party = {
      baseUrl: `${town.house.url}/demo/scim/v2`,
      send: async ({ method, path, body, headers }) => {
        const answer = await town.idp.send<Json>(method, path, body, { ...headers })
        return { ...answer, headers: Object.fromEntries(answer.headers) }
      },
    }
  })
  afterAll(() => town.close())

  it('Entra ID: invited with the custom role, and after the deactivation nothing is left of it', async () => {
    const ids = await playOn(entra, new Map(), 'tests the connection', 'changes attributes')
    await until(standing('test_user_ab6490ee@acme.test'), 'invited: SOC tier 1')
    await playOn(entra, ids, 'changes attributes', 'disables the user')
    await quiet(town.house)
    // One invitation: the first one, or one to the new address if the member was seen out of the group in between.
    const invited = Object.entries(await town.platform.standings()).filter(([email]) =>
      email.endsWith('@acme.test'),
    )
    expect(invited.map(([, now]) => now)).toEqual(['invited: SOC tier 1'])
    await playOn(entra, ids, 'disables the user', 'enables the user again')
    // Nobody ever used the invitation: it is withdrawn, not suspended.
    await until(standing(invited[0]?.[0] ?? ''), undefined)
  })

  it('Entra ID: enabled again, soft-deleted, restored, deleted; each reaches the platform', async () => {
    // The address that the dialogue changed the work e-mail to.
    const now = standing('updated@acme.test')
    const ids = await known()
    await playOn(entra, ids, 'enables the user again', 'soft-deletes')
    await until(now, 'invited: SOC tier 1')
    await playOn(entra, ids, 'soft-deletes', 'restores')
    await until(now, undefined)
    await playOn(entra, ids, 'restores', 'hard-deletes')
    await until(now, 'invited: SOC tier 1')
    await playOn(entra, ids, 'hard-deletes')
    await until(now, undefined)
    await town.idp.send('DELETE', `/Users/${ids.get('user')}`)
  })

  it('Okta, catalogue: added at once with the built-in role, suspended by the deactivation, and back with it', async () => {
    const now = standing('isaac.brock@acme.test')
    await town.platform.byHand({ kind: 'knownUser', email: 'isaac.brock@acme.test' })
    const ids = await playOn(okta, new Map(), 'looks the user up', 'deactivates by PATCH')
    await until(now, 'enabled: Analyst')
    await playOn(okta, ids, 'deactivates by PATCH', 'assigns again')
    await until(now, 'disabled: Analyst')
    await playOn(okta, ids, 'assigns again', 'deactivates once more')
    await until(now, 'enabled: Analyst')
    await playOn(okta, ids, 'deactivates once more')
    await until(now, 'disabled: Analyst')
  })

  it('Okta, app wizard: the same through PUT alone', async () => {
    const now = standing('modest.mouse@acme.test')
    await town.platform.byHand({ kind: 'knownUser', email: 'modest.mouse@acme.test' })
    const ids = await playOn(oktaWizard, new Map(), 'looks the user up', 'deactivates by PUT')
    await until(now, 'enabled: Analyst')
    await playOn(oktaWizard, ids, 'deactivates by PUT', 'activates by PUT')
    await until(now, 'disabled: Analyst')
    await playOn(oktaWizard, ids, 'activates by PUT', 'deactivates again')
    await until(now, 'enabled: Analyst')
    await playOn(oktaWizard, ids, 'deactivates again')
    await until(now, 'disabled: Analyst')
  })
})
