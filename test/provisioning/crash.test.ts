import { afterEach, expect, test } from 'vitest'
import type { Member } from '../../lib/core/member.ts'
import type { Platform } from '../../lib/core/ports/platform.ts'
import type { Provisioning } from '../../lib/provisioning/deps.ts'
import { createDispatcher } from '../../lib/provisioning/dispatch.ts'
import { createProvisioner } from '../../lib/provisioning/provision.ts'
import { type Bench, demo, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

type Mortal = { readonly deps: Provisioning; readonly died: () => boolean }

/**
 * A worker that dies right after its n-th call into a port: as good as before the next one. A dead worker does nothing more, not even tidy up.
 */
const mortal = (given: Provisioning, n: number): Mortal => {
  let calls = 0
  let dead = false
  const die = (): never => {
    dead = true
    throw new Error('killed')
  }
  const guarded = <Port extends object>(port: Port): Port =>
    Object.fromEntries(
      Object.entries(port).map(([name, method]) => [
        name,
        typeof method !== 'function' || name === 'traits'
          ? method
          : async (...values: readonly unknown[]) => {
              calls += 1
              if (dead) return die()
              const answer = await method(...values)
              if (calls >= n) return die()
              return answer
            },
      ]),
    ) as Port
  const platforms = guarded(given.platforms)
  const opened = new Map<Platform, Platform>()
  const deps: Provisioning = {
    ...given,
    directory: guarded(given.directory),
    upkeep: guarded(given.upkeep),
    work: guarded(given.work),
    wakeUps: guarded(given.wakeUps),
    ownership: guarded(given.ownership),
    outcomes: guarded(given.outcomes),
    safety: guarded(given.safety),
    runs: guarded(given.runs),
    leases: guarded(given.leases),
    audit: guarded(given.audit),
    events: guarded(given.events),
    platforms: {
      ...platforms,
      open: async (community) => {
        const platform = await platforms.open(community)
        const mine = opened.get(platform) ?? guarded(platform)
        opened.set(platform, mine)
        return mine
      },
    },
  }
  return { deps, died: () => dead }
}

/** Dispatch and provision by a worker that dies, then what the schedule does anyway. True when it lived to the end. */
const survive = async (n: number): Promise<boolean> => {
  bench.clock.advance(6)
  const worker = mortal(bench.depsFor(`mortal-${n}`), n)
  await createDispatcher(worker.deps)
    .sweep()
    .catch(() => undefined)
  await createProvisioner(worker.deps)
    .run(soc, bench.later(600))
    .catch(() => undefined)
  bench.clock.advance(60)
  await bench.settle()
  return !worker.died()
}
/** However the runs ended: whatever was done on the platform for somebody stands in their trail. */
const trailNames = async (member: Member, kinds: readonly string[]): Promise<void> => {
  const trail = await bench.deps.audit.about({ kind: 'member', id: member.id, connection: demo }, 500)
  const named = new Set(
    trail.flatMap(({ event }) =>
      event.kind === 'changeIntended' || event.kind === 'changeApplied' ? [event.change.split('/')[0]] : [],
    ),
  )
  for (const kind of kinds) expect(named).toContain(kind)
}
const nobodyElse = { departures: { fraction: 1, floor: 10_000 }, revocations: { fraction: 1, floor: 10_000 } }

const shouldBe = async (member: Member, status: string, roles: readonly string[]): Promise<void> => {
  const name = member.userName.split('@')[0] ?? ''
  expect(bench.seen()[name]).toEqual({ status, roles })
  expect(bench.sekoia.world().mails.filter(({ to }) => to === member.userName)).toHaveLength(1)
  const [owned] = await bench.deps.ownership.ownershipsOf(demo, member.id)
  expect(owned?.grants.every(({ unconfirmed }) => unconfirmed === undefined)).toBe(true)
  expect(owned?.suspended?.unconfirmed).toBeUndefined()
}

type Phase = {
  readonly wish: (person: Member) => Promise<void>
  readonly status: string
  readonly roles: readonly string[]
}

test('killed after any call into a port, the next run finishes it: nothing lost, nothing doubled', async () => {
  bench = await openBench({
    community: {
      safety: {
        ...nobodyElse,
        window: 86_400,
        minimumAdmins: 0,
        requiredAdmins: [],
        whileHeld: 'goOn' as const,
        protected: [],
      },
    },
  })
  const stays = await bench.provider.person('stays')
  const analysts = await bench.provider.group('SOC-Analysts', [stays])
  const tier1 = await bench.provider.group('SOC-Tier1')
  const join: Phase = {
    wish: (person) => bench.provider.change(analysts, { add: [person] }),
    status: 'pending',
    roles: ['Analyst'],
  }
  const promote: Phase = {
    wish: async (person) => {
      bench.activateAll()
      await bench.provider.change(analysts, { remove: [person] })
      await bench.provider.change(tier1, { add: [person] })
    },
    status: 'enabled',
    roles: ['SOC tier 1'],
  }
  const leave: Phase = {
    wish: async (person) => {
      await bench.provider.setActive(person, false)
    },
    status: 'disabled',
    roles: ['SOC tier 1'],
  }
  const comeBack: Phase = {
    wish: async (person) => {
      await bench.provider.setActive(person, true)
    },
    status: 'enabled',
    roles: ['SOC tier 1'],
  }
  const lived = new Set<Phase>()
  // Every call into a port where `EVERY_CALL` is set (a stage of .ci/run), else every third.
  const stride = process.env.EVERY_CALL === undefined ? 3 : 1
  let n = 1 - stride
  while (lived.size < 4) {
    n += stride
    const person = await bench.provider.person(`p${n}`)
    for (const phase of [join, promote, leave, comeBack]) {
      await phase.wish(person)
      // What the worker lived through once is done by one that does not die.
      if (lived.has(phase)) await bench.settle()
      else if (await survive(n)) lived.add(phase)
      await shouldBe(person, phase.status, phase.roles)
    }
    await trailNames(person, ['invite', 'grant', 'revoke', 'suspend', 'resume'])
  }
  expect(n).toBeGreaterThan(30)
  expect(bench.seen().stays?.roles).toEqual(['Analyst'])
  expect(await bench.desk.list()).toEqual([])
}, 240_000)
