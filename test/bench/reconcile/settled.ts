import { demoCommunity, demoKey } from '../../../infra/local/simulators/sekoia/demo.ts'
import type { Safety } from '../../../lib/core/configuration.ts'
import { milliseconds, roleId } from '../../../lib/core/ids.ts'
import { createPlatforms } from '../../../lib/platforms/catalog.ts'
import { testPace } from '../../platforms/clock.ts'
import { type Bench, day, openBench } from '../../provisioning/bench.ts'
import { typedRows } from '../scim/rows.ts'
import { type SettledPlatform, settledPlatform } from './settled-platform.ts'
import { groupName, settledRows } from './settled-rows.ts'

export type Settled = {
  readonly bench: Bench
  readonly platform: SettledPlatform
  /** Requests to the table since it was asked last, by operation. */
  readonly asked: () => Readonly<Record<string, number>>
  /** Capacity units so far. */
  readonly units: () => number
}

const calm: Safety = {
  departures: { fraction: 0.2, floor: 5 },
  revocations: { fraction: 0.2, floor: 5 },
  window: day,
  minimumAdmins: 0,
  requiredAdmins: [],
  whileHeld: 'goOn',
  protected: [],
}

/** Real engine, stores, adapter and worker, over a community of so many in which nothing is to be done. */
export const openSettled = async (members: number, safety?: Partial<Safety>): Promise<Settled> => {
  let platform: SettledPlatform | undefined
  let units = 0
  const bench = await openBench({
    community: {
      tenant: demoCommunity,
      baseUrl: 'https://town.example/sekoia',
      roles: [{ id: roleId('analyst'), kind: 'builtin', name: 'Analyst' }],
      ...(safety === undefined ? {} : { safety: { ...calm, ...safety } }),
    },
    onCapacity: (consumed) => {
      units += consumed
    },
    wrap: (given) => {
      const { clock } = given
      platform = settledPlatform(members, () => milliseconds(clock.now()))
      const platforms = createPlatforms({
        secrets: async () => demoKey,
        pace: testPace({ ...clock, advance: () => {}, slept: () => 0 }),
        clock,
        allowLoopback: false,
        random: () => 0.5,
        transport: platform.transport,
      })
      return { ...given, platforms }
    },
  })
  if (bench.engine === undefined || platform === undefined)
    throw new Error('rows are loaded into the embedded engine only')
  await bench.engine.load(bench.tableName, typedRows(settledRows(members)))
  bench.configure((before) => ({
    ...before,
    rules: before.rules.filter(
      ({ when }) => 'group' in when && JSON.stringify(when.group).includes(groupName),
    ),
  }))
  let told = bench.requests.length
  return {
    bench,
    platform,
    units: () => units,
    asked: () => {
      const counts: Record<string, number> = {}
      for (const { operation } of bench.requests.slice(told)) counts[operation] = (counts[operation] ?? 0) + 1
      told = bench.requests.length
      return counts
    },
  }
}
