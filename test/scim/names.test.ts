import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { filterOf, idOf, openScim, type Scim, user } from './support/service.ts'

let scim: Scim
beforeAll(async () => {
  scim = await openScim()
})
afterAll(() => scim.close())

const found = async (name: string): Promise<readonly unknown[]> => {
  const { body } = await scim.get(`/Users?${filterOf(`userName eq ${JSON.stringify(name)}`)}`)
  return (body.Resources as readonly { readonly id: string }[]).map(({ id }) => id)
}

describe('a userName', () => {
  it.each([
    ['composed and decomposed', 'caf\u00e9@acme.test', 'cafe\u0301@acme.test'],
    ['capitals', 'Ada@Acme.test', 'aDA@acme.TEST'],
    ['the Kelvin sign', '\u212aelvin@acme.test', 'kelvin@acme.test'],
    ['a ligature', '\ufb01nn@acme.test', 'finn@acme.test'],
    ['the capital sharp s', 'STRA\u1e9eE@acme.test', 'stra\u00dfe@acme.test'],
    [
      'a sigma at the end of a word',
      '\u039f\u0394\u039f\u03a32@acme.test',
      '\u03bf\u03b4\u03bf\u03c32@acme.test',
    ],
    ['a final sigma', '\u039f\u0394\u039f\u03a3', '\u03bf\u03b4\u03bf\u03c3'],
    ['blanks around it', ' eve@acme.test ', 'eve@acme.test'],
  ])('is one name in two forms: %s', async (_, one, other) => {
    const id = idOf(await scim.post('/Users', user(one)))
    expect(await scim.post('/Users', user(other))).toMatchObject({
      status: 409,
      body: { scimType: 'uniqueness' },
    })
    expect([await found(one), await found(other)]).toEqual([[id], [id]])
  })

  // Two mailboxes may differ in nothing else: taking one for the other would let one person be another.
  it.each([
    ['sharp s and ss', 'wei\u00df@acme.test', 'weiss@acme.test'],
    ['dotless i and i', '\u0131van@acme.test', 'ivan@acme.test'],
    ['dotted capital I and i', '\u0130ris@acme.test', 'iris@acme.test'],
    ['accent and none', 'ren\u00e9@acme.test', 'rene@acme.test'],
    ['Cyrillic a and Latin a', '\u0430nna@acme.test', 'anna@acme.test'],
  ])('is another name: %s', async (_, one, other) => {
    const ids = [idOf(await scim.post('/Users', user(one))), idOf(await scim.post('/Users', user(other)))]
    expect(ids[0]).not.toBe(ids[1])
    expect([await found(one), await found(other)]).toEqual([[ids[0]], [ids[1]]])
  })
})
