import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Attributes, AttributeValue } from '../../lib/core/member.ts'
import { record } from '../../lib/scim/body.ts'
import type { BulkMethod, BulkOperation } from '../../lib/scim/bulk/message.ts'
import { orderOf } from '../../lib/scim/bulk/order.ts'
import { referencesOf, remainder, resolved, without } from '../../lib/scim/bulk/references.ts'

const operation = (position: number, method: BulkMethod, data: object, more: object = {}): BulkOperation => ({
  position,
  method,
  path: method === 'POST' ? '/Groups' : '/Groups/00000000-0000-4000-8000-000000000000',
  query: new URLSearchParams(),
  bulkId: `b${position}`,
  data: record(data),
  ...more,
})
const referring = (position: number, method: BulkMethod, targets: readonly number[]): BulkOperation =>
  operation(position, method, { members: targets.map((each) => ({ value: `bulkId:b${each}` })) })

const size = 8
const operations = fc
  .array(
    fc.record({
      method: fc.constantFrom<BulkMethod>('POST', 'POST', 'PUT', 'PATCH'),
      targets: fc.uniqueArray(fc.integer({ min: 1, max: size + 1 }), { maxLength: 4 }),
    }),
    { minLength: 1, maxLength: size },
  )
  .map((all) => all.map(({ method, targets }, index) => referring(index + 1, method, targets)))

const placed = (all: readonly BulkOperation[]) =>
  orderOf(all).steps.flatMap((step) => (step.kind === 'perform' ? [step] : []))

describe('the order of a bulk request', () => {
  it('has every operation once, and a resource before whatever refers to it, unless that is open', () => {
    fc.assert(
      fc.property(operations, (all) => {
        const { known } = orderOf(all)
        const steps = placed(all)
        expect(steps.map((step) => step.operation.position).sort((a, b) => a - b)).toEqual(
          all.map((each) => each.position),
        )
        const at = new Map(steps.map((step, index) => [step.operation.bulkId, index]))
        for (const [index, { operation: each, open }] of steps.entries())
          for (const bulkId of referencesOf(each, known)) {
            if (!known.has(bulkId)) continue
            const target = at.get(bulkId) ?? -1
            expect([bulkId, target < index]).toEqual([bulkId, !open.has(bulkId)])
          }
      }),
    )
  })

  it('leaves open only what stands in a circle', () => {
    // Referring to what comes before it in some shuffled order, nothing can be a circle.
    const acyclic = fc
      .tuple(
        fc.shuffledSubarray([1, 2, 3, 4, 5, 6], { minLength: 6 }),
        fc.array(fc.nat(5), { maxLength: 12 }),
      )
      .map(([ranks, picks]) =>
        ranks.map((rank, index) => {
          const lower = ranks.flatMap((other, at) => (other < rank ? [at + 1] : []))
          return referring(
            index + 1,
            'POST',
            picks.flatMap((pick) => lower[pick] ?? []),
          )
        }),
      )
    fc.assert(
      fc.property(acyclic, (all) => {
        expect(placed(all).filter(({ open }) => open.size > 0)).toEqual([])
      }),
    )
  })

  it('is that of the request where nothing refers forward, and always among those that create nothing', () => {
    const positions = (all: readonly BulkOperation[]): readonly number[] =>
      placed(all).map((step) => step.operation.position)
    const backwards = [1, 2, 3, 4].map((n) => referring(n, 'POST', n === 1 ? [] : [n - 1]))
    expect(positions(backwards)).toEqual([1, 2, 3, 4])
    fc.assert(
      fc.property(operations, (all) => {
        const changes = all.filter((each) => each.method !== 'POST').map((each) => each.position)
        expect(positions(all).filter((each) => changes.includes(each))).toEqual(changes)
      }),
    )
  })

  it('creates what is referred to just before it is needed', () => {
    const all = [
      referring(1, 'POST', [4]),
      referring(2, 'PATCH', []),
      referring(3, 'POST', []),
      referring(4, 'POST', []),
    ]
    expect(placed(all).map((step) => step.operation.position)).toEqual([4, 1, 2, 3])
  })

  it('takes a chain of five hundred and a circle of five hundred', () => {
    const chain = Array.from({ length: 500 }, (_, n) => referring(n + 1, 'POST', n === 499 ? [] : [n + 2]))
    expect(placed(chain).map((step) => step.operation.position)).toEqual(
      Array.from({ length: 500 }, (_, n) => 500 - n),
    )
    const circle = Array.from({ length: 500 }, (_, n) => referring(n + 1, 'POST', [((n + 1) % 500) + 1]))
    expect(placed(circle).filter(({ open }) => open.size > 0)).toHaveLength(1)
  })
})

const known = new Set(['a', 'b', 'c'])
const ids: Readonly<Record<string, string>> = { a: 'id-a', b: 'id-b', c: 'id-c' }
const text = fc.oneof(
  fc.constantFrom(
    'bulkId:a',
    'bulkId:b',
    'bulkId:c',
    '../Users/bulkId:a',
    'https://x.test/v2/Groups/bulkId:b',
  ),
  fc.constantFrom('', 'bulkId', 'bulkId:', 'a bulkId:a', 'https://x.test/bulkId:unknown', 'bulkid:a'),
)
const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.constantFrom<AttributeValue>(1, true, null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc
      .dictionary(fc.constantFrom('value', '$ref', 'type', 'urn:x:1.0:User'), tie('value'), { maxKeys: 3 })
      .map(record),
  ),
}))
const data: fc.Arbitrary<Attributes> = fc
  .dictionary(fc.constantFrom('members', 'manager', 'title', 'urn:x:1.0:User'), value, { maxKeys: 4 })
  .map(record)
const subset = fc.subarray(['a', 'b', 'c']).map((all) => new Set(all))

describe('references', () => {
  it('stand nowhere in what is resolved', () => {
    fc.assert(
      fc.property(data, (each) => {
        const before = operation(1, 'POST', each)
        const after = resolved(before, known, (bulkId) => ids[bulkId])
        expect([...referencesOf(after, known)]).toEqual([])
        const texts = (sent: unknown) => (JSON.stringify(sent).match(/bulkId:[abc]"/g) ?? []).length
        // What is left of them stands in the middle of a text, which is a text.
        expect(texts(after.data)).toBe((JSON.stringify(before.data).match(/a bulkId:a/g) ?? []).length)
      }),
    )
  })

  it('are all in the part without them or in the remainder, and the open ones only in the remainder', () => {
    fc.assert(
      fc.property(data, subset, (each, open) => {
        const before = operation(1, 'POST', each)
        const all = referencesOf(before, known)
        const first = referencesOf(without(before, known, open), known)
        const second = referencesOf(operation(1, 'PATCH', remainder(before, known, open)), known)
        expect([...first].filter((bulkId) => open.has(bulkId))).toEqual([])
        for (const bulkId of all)
          expect([bulkId, first.has(bulkId) || second.has(bulkId)]).toEqual([bulkId, true])
        for (const bulkId of open) expect([bulkId, second.has(bulkId)]).toEqual([bulkId, all.has(bulkId)])
      }),
    )
  })

  it('that are not open leave nothing out and nothing to add', () => {
    fc.assert(
      fc.property(data, (each) => {
        const before = operation(1, 'POST', each)
        expect(without(before, known, new Set()).data).toEqual(before.data)
        expect(remainder(before, known, new Set())).toEqual({})
      }),
    )
  })

  it('take whole elements out of lists, single attributes out of objects, and are added by attribute', () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
    const before = operation(1, 'POST', {
      userName: 'ada',
      members: [{ value: 'bulkId:a', type: 'User' }, { value: 'bulkId:b' }],
      [urn]: { department: 'R', manager: { value: 'bulkId:a', displayName: 'Eve' } },
    })
    const open = new Set(['a'])
    expect(without(before, known, open).data).toEqual({
      userName: 'ada',
      members: [{ value: 'bulkId:b' }],
      [urn]: { department: 'R', manager: { displayName: 'Eve' } },
    })
    expect(remainder(before, known, open)).toEqual({
      members: [{ value: 'bulkId:a', type: 'User' }],
      [urn]: { manager: { value: 'bulkId:a', displayName: 'Eve' } },
    })
  })

  it('stand in paths, in the filters of PATCH paths, and percent-encoded', () => {
    const data = record({
      schemas: [],
      Operations: [record({ op: 'remove', path: 'members[value eq "bulkId:a" or value eq "bulkId:b"]' })],
    })
    const path = '/Groups/bulkId%3Ac'
    const after = resolved(operation(1, 'PATCH', data, { path }), known, (bulkId) => ids[bulkId])
    expect(after).toMatchObject({
      path: '/Groups/id-c',
      data: { Operations: [{ path: 'members[value eq "id-a" or value eq "id-b"]' }] },
    })
  })

  it('that stand for nothing are named', () => {
    const before = operation(1, 'PUT', { manager: 'bulkId:z' }, { path: '/Users/bulkId:y' })
    expect(() => resolved(before, known, (bulkId) => ids[bulkId])).toThrow(
      expect.objectContaining({ code: 'unresolvedReference', message: expect.stringContaining('"y", "z"') }),
    )
  })
})
