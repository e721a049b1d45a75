import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { play } from './dialogues/dialogue.ts'
import { entra } from './dialogues/entra.ts'
import { okta } from './dialogues/okta.ts'
import { openScim, type Scim } from './support/service.ts'

let scim: Scim
beforeAll(async () => {
  scim = await openScim()
})
afterAll(() => scim.close())

describe('an identity provider', () => {
  it('Entra ID goes from the first connection test to deletion', async () => {
    const ids = await play(scim, entra, { accept: 'application/scim+json' })
    const { body } = await scim.get(`/Users/${ids.get('user')}`)
    expect(body).toMatchObject({ active: true, userName: 'Test_User_ab6490ee@acme.test' })
    // Gone with the deletion: a membership of an earlier life is none of the returning person.
    expect(body.groups).toBeUndefined()
    await scim.remove(`/Users/${ids.get('user')}`)
  })

  it('Okta goes from the first connection test to deactivation', async () => {
    const ids = await play(scim, okta, { accept: 'application/scim+json' })
    const { text, body } = await scim.get(`/Users/${ids.get('user')}`)
    expect(body).toMatchObject({ active: false, externalId: '00ujl29u0le5T6Aj10h7' })
    expect(text).not.toContain('1mz050nq')
  })
})
