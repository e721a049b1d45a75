import { milliseconds } from '../core/ids.ts'
import { accountsOf } from '../core/ownership.ts'
import { personKey } from '../core/plan-scene.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Platform } from '../core/ports/platform.ts'
import type { PlatformTraits, Snapshot } from '../core/snapshot.ts'
import type { State } from './state.ts'

/** A whole snapshot serves the joins of one run this long, kept current with what the run itself applies. */
const freshSeconds = 60

export type Snapshots = {
  readonly whole: () => Promise<Snapshot>
  /** What is needed to plan for these members; undefined when nothing is owned or wanted, so that nothing needs to be read. */
  readonly for: (state: State) => Promise<Snapshot | undefined>
  /** What a change did: later rounds of the run see it without reading the list again. */
  readonly keep: (after: (before: Snapshot) => Snapshot) => void
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

export const createSnapshots = (platform: Platform, clock: Clock): Snapshots => {
  let cached: Snapshot | undefined

  const whole = async (): Promise<Snapshot> => {
    cached = await platform.snapshot()
    return cached
  }
  const recent = async (): Promise<Snapshot> => {
    const age = cached && milliseconds(clock.now()) - milliseconds(cached.takenAt)
    return cached !== undefined && age !== undefined && age < freshSeconds * 1000 ? cached : whole()
  }
  const forState = async (state: State): Promise<Snapshot | undefined> => {
    switch (needOf(state, platform.traits)) {
      case 'nothing':
        return undefined
      case 'known':
        return platform.accounts(state.ownership.flatMap(accountsOf))
      case 'everything':
        return recent()
    }
  }
  return {
    whole,
    for: forState,
    keep: (after) => {
      cached = cached && after(cached)
    },
  }
}
