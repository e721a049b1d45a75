import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Step } from '../scim/dialogues/dialogue.ts'
import { entra } from '../scim/dialogues/entra.ts'
import { okta } from '../scim/dialogues/okta.ts'
import { openTown, quiet, type Town, until } from './town.ts'

let town: Town
const standing = (email: string) => async (): Promise<string | undefined> =>
  (await town.platform.standings())[email]

/** Plays the steps from the one that says `from` to before the one that says `to`. */
const playOn = async (
  steps: readonly Step[],
  ids: Map<string, string>,
  from: string,
  to?: string,
): Promise<void> => {
  const place = (says: string): number => {
    const found = steps.findIndex((step) => step.says.startsWith(says))
    if (found < 0) throw new Error(`no step says "${says}"`)
    return found
  }
  const filled = (text: string): string =>
    text.replace(/<(\w+)>/g, (whole, name: string) => ids.get(name) ?? whole)
  for (const { says, send, status, saves } of steps.slice(
    place(from),
    to === undefined ? undefined : place(to),
  )) {
    const [method, path, body] = send
    const reply = await town.idp.send(
      method,
      filled(path),
      body === undefined ? undefined : filled(JSON.stringify(body)),
    )
    expect({ says, status: reply.status }).toEqual({ says, status })
    if (saves !== undefined) ids.set(saves, String(reply.body.id))
  }
}

/** The ids of what Entra made, as a second run of its service would find them. */
const known = async (): Promise<Map<string, string>> => {
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
    // The group keeps its role under the name it is given later.
    const example = readFileSync('rolecall.yaml', 'utf8')
    const both = example.replace('{ equals: SOC-Tier1 }', '{ anyOf: [SOC-Tier1, SOC-Tier-One] }')
    expect(both).not.toBe(example)
    town = await openTown({ configuration: both })
  })
  afterAll(() => town.close())

  it('Entra ID: invited with the custom role, and after the deactivation nothing is left of it', async () => {
    const ids = new Map<string, string>()
    await playOn(entra, ids, 'tests the connection', 'changes attributes')
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
  })

  it('Okta: added at once with the built-in role, suspended by the deactivation, and back with it', async () => {
    await town.platform.byHand({ kind: 'knownUser', email: 'isaac.brock@acme.test' })
    const ids = new Map<string, string>()
    // Its first step expects an empty directory; Entra was here before.
    await playOn(okta, ids, 'looks the user up', 'imports a page')
    await playOn(okta, ids, 'pushes a group', 'deactivates by PATCH')
    await until(standing('isaac.brock@acme.test'), 'enabled: Analyst')
    await playOn(okta, ids, 'deactivates by PATCH', 'assigns again')
    await until(standing('isaac.brock@acme.test'), 'disabled: Analyst')
    await playOn(okta, ids, 'assigns again', 'deactivates by PUT')
    await until(standing('isaac.brock@acme.test'), 'enabled: Analyst')
    await playOn(okta, ids, 'deactivates by PUT')
    await until(standing('isaac.brock@acme.test'), 'disabled: Analyst')
  })
})
