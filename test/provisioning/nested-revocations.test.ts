import { afterEach, expect, test } from 'vitest'
import type { Member } from '../../lib/core/member.ts'
import { type Bench, openBench } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

const analysts = (): number =>
  Object.values(bench.seen()).filter(
    ({ roles, status }) => roles.includes('Analyst') && status !== 'disabled',
  ).length
/** Some directly, most of them by way of a group. */
const crowd = async (direct: number, inside: number) => {
  const people: Member[] = []
  for (let n = 0; n < direct + inside; n += 1) people.push(await bench.provider.person(`p${n}`))
  const inner = await bench.provider.group('Inner', people.slice(direct))
  const outer = await bench.provider.group('SOC-Analysts', [...people.slice(0, direct), inner])
  await bench.settle()
  bench.activateAll()
  expect(analysts()).toBe(direct + inside)
  return { people, inner, outer }
}

test('a group taken out of another is as many revocations as people lose something, and held when they are many', async () => {
  bench = await openBench()
  const { people, inner, outer } = await crowd(3, 9)
  // One of them has the role by another way, too.
  await bench.provider.change(outer, { add: people.slice(3, 4) })
  await bench.provider.change(outer, { remove: [inner] })
  await bench.settle()
  // Eight lose it: as many as the budget's floor allows, and the rest waits for a person.
  expect(analysts()).toBe(12 - 5)
  expect((await bench.history()).revocations).toHaveLength(5)
  expect((await bench.desk.list()).map(({ held }) => held.length)).toEqual([3])
  await bench.provider.change(outer, { add: [inner] })
  await bench.settle()
  expect(analysts()).toBe(12)
  expect(await bench.desk.list()).toEqual([])
})
