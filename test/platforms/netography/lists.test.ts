import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { listCap, readList } from '../../../lib/platforms/netography/lists.ts'
import { type KeyShape, keyShape } from '../../../lib/platforms/netography/shapes.ts'
import { testClock } from '../clock.ts'

/** Lists as the vendor may send them: an array, entries by id, or an array under a name. */
const numRuns = Math.min(5000, Number(process.env.FUZZ_BUDGET ?? 200))
const kind = { shape: keyShape, idOf: ({ appname }: KeyShape) => appname, what: 'reading the API keys' }

const read = async (...bodies: readonly unknown[]) => {
  let asked = 0
  const result = await readList(
    async () => {
      asked += 1
      return bodies[Math.min(asked, bodies.length) - 1]
    },
    kind,
    testClock(),
  ).catch((error: { readonly code?: string }) => error.code ?? String(error))
  return { result, asked }
}

const keys = fc.uniqueArray(
  fc.record({
    appname: fc.string({ minLength: 1, maxLength: 9 }).filter((name) => name !== '__proto__'),
    roles: fc.array(fc.string({ maxLength: 5 }), { maxLength: 2 }),
  }),
  { maxLength: 8, selector: ({ appname }) => appname },
)
type Form = 'array' | 'byId' | 'wrapped'
const form = fc.constantFrom<Form>('array', 'byId', 'wrapped')
const dataAs = (as: Form, items: readonly KeyShape[]): unknown => {
  if (as === 'array') return items
  return as === 'wrapped'
    ? { api_keys: items }
    : Object.fromEntries(items.map((item) => [`id-${item.appname}`, item]))
}
const body = (as: Form, items: readonly KeyShape[], count: number | undefined = items.length): unknown => ({
  meta: { code: 200, ...(count === undefined ? {} : { count }) },
  data: dataAs(as, items),
})

describe('a list', () => {
  it('is the same in every form', async () => {
    await fc.assert(
      fc.asyncProperty(form, keys, fc.boolean(), async (as, items, counted) => {
        const whole = counted ? body(as, items) : { data: dataAs(as, items) }
        const { result, asked } = await read(whole)
        expect(result).toEqual({ items, complete: true })
        expect(asked).toBe(1)
      }),
      { numRuns },
    )
  })

  it('that is cut is read again, and believed only when it is whole', async () => {
    await fc.assert(
      fc.asyncProperty(form, keys, fc.nat(7), async (as, items, left) => {
        fc.pre(items.length > left)
        const cut = body(as, items.slice(0, left), items.length)
        expect(await read(cut)).toEqual({ result: 'platformUnreadable', asked: 3 })
        expect(await read(cut, body(as, items))).toEqual({ result: { items, complete: true }, asked: 2 })
      }),
      { numRuns },
    )
  })

  it('in which somebody is named twice is not believed', async () => {
    const twice = [
      { appname: 'a', roles: [] },
      { appname: 'a', roles: ['admin'] },
    ]
    expect((await read(body('array', twice))).result).toBe('platformUnreadable')
  })

  it('as long as lists get may be cut, whatever it counts', async () => {
    const many = Array.from({ length: listCap }, (_, index) => ({ appname: `key-${index}`, roles: [] }))
    for (const count of [listCap, listCap + 7])
      expect((await read(body('array', many, count))).result).toEqual({ items: many, complete: false })
    expect((await read(body('array', many.slice(1)))).result).toMatchObject({ complete: true })
  })

  it.each([
    ['no data', { meta: { count: 0 } }],
    ['a text', { data: 'nobody' }],
    ['nothing', undefined],
    ['entries that are texts', { data: ['a'] }],
    ['entries without a name', { data: [{ roles: [] }] }],
    ['roles that are no list', { data: [{ appname: 'a', roles: 'admin' }] }],
  ])('of %s is unreadable', async (_, given) => {
    expect((await read(given)).result).toBe('platformUnreadable')
  })
})
