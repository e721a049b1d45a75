import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { instant, milliseconds } from '../../../lib/core/ids.ts'
import { openScim, type Scim, user } from '../support/service.ts'

let scim: Scim
beforeAll(async () => {
  scim = await openScim()
})
afterAll(() => scim.close())

const ask = (token: string) => scim.send({ method: 'GET', path: '/Users?count=0', token })
const now = (): number => Date.now()

describe('pain 15: tokens expire silently, rotation causes an outage', () => {
  it('two are good at once, and the old one ends with the moment it is revoked', async () => {
    const old = await scim.credential({})
    const fresh = await scim.credential({})
    // Requests go on through the whole rotation, with whichever token the identity provider has by now.
    const during = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        scim.send({
          method: 'POST',
          path: '/Users',
          body: user(`rotated${n}@acme.test`),
          token: n % 2 === 0 ? old.token : fresh.token,
        }),
      ),
    )
    expect(during.map(({ status }) => status)).toEqual(during.map(() => 201))
    await scim.credentials.saveCredential({ ...old.credential, revokedAt: instant(now()) })
    expect([(await ask(old.token)).status, (await ask(fresh.token)).status]).toEqual([401, 200])
  })

  it('the day of the last use is seen on each, so that the unused one is known before it is revoked', async () => {
    const used = await scim.credential({})
    const unused = await scim.credential({})
    await ask(used.token)
    const all = await scim.credentials.credentials(used.credential.connection)
    const lastUsed = (id: string): string | undefined => all.find((each) => each.id === id)?.lastUsed
    expect(lastUsed(used.credential.id)).toBe(instant(now()).slice(0, 10))
    expect(lastUsed(unused.credential.id)).toBeUndefined()
    // A refused request is no use.
    await scim.credentials.saveCredential({ ...unused.credential, revokedAt: instant(now()) })
    await ask(unused.token)
    const again = await scim.credentials.credential(unused.credential.connection, unused.credential.id)
    expect(again?.lastUsed).toBeUndefined()
  })

  it('an expiry is exact, known beforehand, and answered 401 with a challenge, not by an empty directory', async () => {
    const expiresAt = instant(now() + 3_600_000)
    const { token, credential } = await scim.credential({ expiresAt })
    const [stored] = (await scim.credentials.credentials(credential.connection)).filter(
      ({ id }) => id === credential.id,
    )
    expect(stored?.expiresAt).toBe(expiresAt)
    expect((await ask(token)).status).toBe(200)
    vi.useFakeTimers({ toFake: ['Date'], now: milliseconds(expiresAt) - 1 })
    try {
      expect((await ask(token)).status).toBe(200)
      vi.setSystemTime(milliseconds(expiresAt))
      const refused = await ask(token)
      expect([refused.status, refused.headers['www-authenticate']]).toEqual([
        401,
        expect.stringMatching(/^Bearer /),
      ])
      expect((await ask(scim.token)).status).toBe(200)
    } finally {
      vi.useRealTimers()
    }
  })
})
