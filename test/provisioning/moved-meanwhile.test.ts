import { afterEach, expect, test } from 'vitest'
import { ConnectorError } from '../../lib/core/errors.ts'
import type { Group, Member } from '../../lib/core/member.ts'
import { readMembers } from '../../lib/provisioning/state.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { interleaved } from '../store/interleaved.ts'
import { type Bench, demo, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

type Move = () => Promise<unknown>

/** The roles a look gives somebody while two things happen, each right after one of its requests. */
const rolesSeen = async (member: Member, moves: readonly (readonly [after: number, move: Move])[]) => {
  const [[i, first], [j, second]] = moves as [[number, Move], [number, Move]]
  const once = interleaved(bench.table, i, first)
  const twice = interleaved(once.table, j, second)
  const deps = { ...bench.deps, directory: createDirectory(twice.table) }
  const people = [{ connection: demo, member: member.id }]
  const { targets } = await readMembers(deps, await bench.deps.configuration(), soc, people)
  return { calls: twice.calls(), roles: targets.flatMap(({ granted }) => granted.map(({ role }) => role)) }
}

/** Whoever is somewhere else before they are taken out has the role at every moment. */
const neverLost = async (
  member: Member,
  moves: () => Promise<{ readonly join: Move; readonly leave: Move; readonly restore: Move }>,
) => {
  const none = async () => {}
  const calm = await rolesSeen(member, [
    [0, none],
    [0, none],
  ])
  expect(calm.roles).toEqual(['analyst'])
  for (let i = 0; i < calm.calls; i += 1)
    for (const j of new Set([i, Math.min(i + 1, calm.calls - 1)])) {
      const { join, leave, restore } = await moves()
      const { roles } = await rolesSeen(member, [
        [i, join],
        [j, leave],
      ])
      expect({ i, j, roles }).toEqual({ i, j, roles: ['analyst'] })
      await restore()
    }
}

const settled = async (): Promise<void> => {
  await bench.settle()
  bench.activateAll()
}

test('who is moved past a group in between has the role whenever that is looked at', async () => {
  bench = await openBench()
  const { provider } = bench
  const carl = await provider.person('carl')
  const inner = await provider.group('Inner', [carl])
  const outer = await provider.group('SOC-Analysts', [inner])
  await settled()
  await neverLost(carl, async () => ({
    join: () => provider.change(outer, { add: [carl] }),
    leave: () => provider.change(outer, { remove: [inner] }),
    restore: () => provider.change(outer, { add: [inner], remove: [carl] }),
  }))
}, 60_000)

test('who is put into a group of the same name before the other one is deleted has it, too', async () => {
  bench = await openBench()
  const { provider } = bench
  const dora = await provider.person('dora')
  let old: Group = await provider.group('SOC-Analysts', [dora])
  await settled()
  await neverLost(dora, async () => {
    const next = await provider.group('SOC-Analysts')
    return {
      join: () => provider.change(next, { add: [dora] }),
      leave: () => provider.removeGroup(old),
      restore: async () => {
        old = next
      },
    }
  })
}, 60_000)

test('a look that fails in the middle of nested groups is no look, whichever request it is', async () => {
  bench = await openBench()
  const { provider } = bench
  const carl = await provider.person('carl')
  const inner = await provider.group('Inner', [carl])
  const middle = await provider.group('Middle', [inner])
  await provider.group('SOC-Analysts', [middle])
  await settled()
  const none = async () => {}
  const fails = async () => {
    throw new ConnectorError('storeUnavailable', 'the store did not answer: try again')
  }
  const calm = await rolesSeen(carl, [
    [0, none],
    [0, none],
  ])
  expect(calm.calls).toBeGreaterThan(6)
  for (let n = 0; n < calm.calls; n += 1) {
    const look = rolesSeen(carl, [
      [n, fails],
      [n, none],
    ])
    await expect(look).rejects.toMatchObject({ code: 'storeUnavailable' })
  }
})
