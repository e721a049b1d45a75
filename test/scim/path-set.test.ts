import fc from 'fast-check'
import { expect, it } from 'vitest'
import { pathSet, type Standing } from '../../lib/scim/path-set.ts'

const isBelow = (path: string, above: string): boolean =>
  path.startsWith(`${above}.`) || (above.startsWith('urn:') && path.startsWith(`${above}:`))
const naive = (names: readonly string[], path: string): Standing => {
  if (names.some((name) => name === path || isBelow(path, name))) return 'named'
  return names.some((name) => isBelow(name, path)) ? 'partly' : 'apart'
}

const part = fc.constantFrom('a', 'b', 'name', '2.0', 'user', 'urn')
const plain = fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => parts.join('.'))
const urn = fc
  .tuple(fc.array(part, { minLength: 1, maxLength: 4 }), fc.array(part, { maxLength: 2 }))
  .map(([above, below]) => [`urn:${above.join(':')}`, ...below].join('.'))
const path = fc.oneof(
  plain,
  urn,
  fc.tuple(plain, part).map((parts) => parts.join(':')),
)

it('tells what a list of names covers as a look at each of them does', () => {
  fc.assert(
    fc.property(fc.array(path, { maxLength: 6 }), path, (names, asked) => {
      expect(pathSet(names)(asked.toUpperCase())).toBe(naive(names, asked))
    }),
    { numRuns: 2_000 },
  )
})
