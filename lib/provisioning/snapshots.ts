import type { Community } from '../core/configuration.ts'
import type { AccountId } from '../core/ids.ts'
import { accountsOf } from '../core/ownership.ts'
import { personKey } from '../core/plan-scene.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Platform } from '../core/ports/platform.ts'
import type { ReadingStore } from '../core/ports/runs.ts'
import type { PlatformTraits, Snapshot } from '../core/snapshot.ts'
import { createLongReading } from './long-reading.ts'
import type { State } from './state.ts'
import type { Turn } from './turn.ts'

/**
 * Seconds for which a list serves those who join, kept current with what we do ourselves. Re-reading it may take a twentieth of the time, or a fifth
 * while somebody we wanted to invite turned out to be there: a large community is not read once a minute for the sake of one more person.
 */
const fresh = { least: 60, most: 900, per: 20, perInDoubt: 5 } as const
/** A list that was read faster than this is read again by the next run. */
const slowSeconds = 5

/** What is known of a community's list; outlives a run as long as nobody else ran in between. */
export type SnapshotMemory = {
  cached?: Snapshot | undefined
  /** Something turned out to be there that the list does not show. */
  doubted?: boolean
}
export type SnapshotsOptions = {
  readonly memory?: SnapshotMemory
  /** Absent: readings are not interrupted. */
  readonly interrupted?: { readonly community: Community; readonly readings: ReadingStore }
}

export type Snapshots = {
  /** Read now, or gone on with where that was interrupted. Interrupted again it throws `outOfTime`, and keeps how far it came. */
  readonly whole: (turn?: Turn) => Promise<Snapshot>
  /** What is needed to plan for these members; undefined when nothing is owned or wanted, so that nothing needs to be read. */
  readonly for: (state: State, turn?: Turn) => Promise<Snapshot | undefined>
  /** Of these accounts those that the platform knows now, each asked for by itself. */
  readonly known: (ids: readonly AccountId[]) => Promise<readonly AccountId[]>
  /** What a change did: later rounds see it without reading the list again. */
  readonly keep: (after: (before: Snapshot) => Snapshot) => void
  readonly doubt: () => void
  /** A reading stopped halfway and is to be gone on with. */
  readonly unfinished: () => boolean
  /** The run ends: what was read so far is kept for the next. */
  readonly putAway: () => Promise<void>
}

type Need = 'nothing' | 'known' | 'everything'

/** A person without a known account can only be found by e-mail, in the whole list. So can whoever has the address an account is to move to. */
const needOf = (state: State, { emailIsIdentity }: PlatformTraits): Need => {
  const owned = new Map(state.ownership.map((one) => [personKey(one), one]))
  const concerned = state.targets.filter(
    (target) => target.granted.length > 0 || owned.has(personKey(target)),
  )
  if (concerned.length === 0) return 'nothing'
  const known = concerned.every((target) => {
    const ownership = owned.get(personKey(target))
    const moved = emailIsIdentity === true && target.granted.length > 0 && ownership?.email !== target.email
    return ownership?.account !== undefined && !moved
  })
  return known ? 'known' : 'everything'
}

const secondsBetween = (from: string, until: string): number => (Date.parse(until) - Date.parse(from)) / 1000
const readFor = ({ begunAt, takenAt }: Snapshot): number => secondsBetween(begunAt ?? takenAt, takenAt)

export const createSnapshots = (
  platform: Platform,
  clock: Clock,
  { memory = {}, interrupted }: SnapshotsOptions = {},
): Snapshots => {
  const reading = createLongReading(platform, clock, interrupted)
  // What an earlier run read fast is not worth the doubt.
  if (memory.cached !== undefined && readFor(memory.cached) < slowSeconds) memory.cached = undefined

  const whole = async (turn?: Turn): Promise<Snapshot> => {
    memory.cached = await reading.read(turn)
    memory.doubted = false
    return memory.cached
  }
  const serves = (snapshot: Snapshot): boolean => {
    const per = memory.doubted === true ? fresh.perInDoubt : fresh.per
    const limit = Math.min(fresh.most, Math.max(fresh.least, per * readFor(snapshot)))
    return secondsBetween(snapshot.begunAt ?? snapshot.takenAt, clock.now()) < limit
  }
  /** The list is for whoever is looked for in it; those who are known are read now. */
  const withCurrent = async (cached: Snapshot, ids: readonly AccountId[]): Promise<Snapshot> => {
    if (ids.length === 0) return cached
    const { accounts, roles, intakes } = await platform.accounts(ids)
    const known = new Set(ids)
    const others = cached.accounts.filter(({ id }) => !known.has(id))
    return { ...cached, roles, intakes, accounts: [...others, ...accounts] }
  }
  return {
    whole,
    known: async (ids) => (await platform.accounts(ids)).accounts.map(({ id }) => id),
    for: async (state, turn) => {
      switch (needOf(state, platform.traits)) {
        case 'nothing':
          return undefined
        case 'known':
          return platform.accounts(state.ownership.flatMap(accountsOf))
        case 'everything':
          return memory.cached !== undefined && serves(memory.cached)
            ? withCurrent(memory.cached, state.ownership.flatMap(accountsOf))
            : whole(turn)
      }
    },
    keep: (after) => {
      memory.cached = memory.cached && after(memory.cached)
      reading.keep(after)
    },
    doubt: () => {
      memory.doubted = true
    },
    unfinished: reading.unfinished,
    putAway: reading.putAway,
  }
}
