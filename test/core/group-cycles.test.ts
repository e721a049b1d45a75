import { expect, test } from 'vitest'
import { describeProblem } from '../../lib/core/describe.ts'
import { cycleProblems } from '../../lib/core/group-cycles.ts'
import { connectionId, groupId } from '../../lib/core/ids.ts'

const found = (connection: string, ...groups: readonly string[]) => ({
  connection: connectionId(connection),
  cycles: groups.map(groupId),
})
const told = (...all: readonly ReturnType<typeof found>[]) =>
  cycleProblems(all).map((one) => one.kind === 'groupCycle' && [one.connection, ...one.groups])

test('a cycle is told once, however many people are in it', () => {
  expect(told(found('acme', 'a', 'b'), found('acme'), found('acme', 'a', 'b'))).toEqual([['acme', 'a', 'b']])
  expect(told(found('acme'), found('globex'))).toEqual([])
})

test('cycles that somebody is in without the other are two', () => {
  const both = [
    ['acme', 'a', 'b'],
    ['acme', 'x', 'y'],
  ]
  expect(told(found('acme', 'a', 'b', 'x', 'y'), found('acme', 'a', 'b'))).toEqual(both)
  expect(told(found('acme', 'x', 'y'), found('acme', 'a', 'b', 'x', 'y'))).toEqual(both)
})

test('connections do not mix, and the order of people does not matter', () => {
  const people = [found('globex', 'a', 'b'), found('acme', 'c', 'd'), found('acme', 'a', 'b')]
  const all = [
    ['acme', 'a', 'b'],
    ['acme', 'c', 'd'],
    ['globex', 'a', 'b'],
  ]
  expect(told(...people)).toEqual(all)
  expect(told(...people.toReversed())).toEqual(all)
})

test('it is told by ids alone', () => {
  expect(cycleProblems([found('acme', 'a', 'b')]).map(describeProblem)).toEqual([
    'groups a, b of acme contain each other: whoever is in one counts as in all of them; take one out of another at the identity provider',
  ])
  expect(cycleProblems([found('acme', 'a')]).map(describeProblem)).toEqual([
    'group a of acme contains itself; take it out of itself at the identity provider',
  ])
})
