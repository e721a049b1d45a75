import type { Community, Configuration, Safety } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import { type Instant, milliseconds } from '../core/ids.ts'
import type { Unmentioned } from '../core/mentions.ts'
import { accountsOf, touchedSince } from '../core/ownership.ts'
import type { Plan } from '../core/plan.ts'
import { personKey } from '../core/plan-scene.ts'
import type { Snapshot } from '../core/snapshot.ts'
import type { Work } from '../core/work.ts'
import { type AssessDeps, type Assessment, assess } from './assess.ts'
import type { Provisioning } from './deps.ts'
import { createSilence } from './silence.ts'
import type { Snapshots } from './snapshots.ts'
import { type Person, readCommunity, readMembers, type State, type StateDeps } from './state.ts'
import { together } from './together.ts'
import type { Turn } from './turn.ts'
import { vouchFor } from './vouching.ts'

export type LookDeps = StateDeps & AssessDeps
type WorkDeps = Pick<Provisioning, 'work'>
export type LookInput = {
  readonly configuration: Configuration
  readonly community: Community
  readonly snapshots: Snapshots
  /** Reading ends here; absent: it may take as long as it takes. */
  readonly deadline?: Instant
  /** Absent: nothing is more urgent. */
  readonly turn?: Turn
  /** Judged by these; absent: by the community's own. */
  readonly limits?: Safety
}
/** What was read, and what plan and judge say of it. */
export type Look = {
  readonly state: State
  /** Whom the look was about. */
  readonly people: readonly Person[]
  /** Everybody was looked at just to judge what these need: nobody else is touched. */
  readonly only?: readonly Person[]
  /** Their work, more than was taken at first. */
  readonly taken?: readonly Work[]
  /** Of whom nothing can be said, because we wrote to the platform for them while its list was read. */
  readonly untold?: readonly Person[]
  /** Absent: nothing is owned and nothing wanted, so the platform was not asked. */
  readonly weighed?: Weighed
  /** By connection, of those where that is asked for. */
  readonly unmentioned?: readonly Unmentioned[]
}
type Weighed = {
  readonly snapshot: Snapshot
  readonly scope: Plan['scope']
  readonly directoryAt: Instant
  readonly assessment: Assessment
}

const takenPeople = (taken: readonly Work[]): readonly Person[] => {
  const people = new Map<string, Person>()
  for (const { subject } of taken) if (subject.kind === 'member') people.set(personKey(subject), subject)
  return [...people.values()]
}

const everyone = ({ targets, ownership, problems }: State): readonly Person[] => {
  const without = problems.flatMap((one) => (one.kind === 'noEmail' ? [one] : []))
  return [...new Map([...targets, ...ownership, ...without].map((one) => [personKey(one), one])).values()]
}

/**
 * Others who own an account with the address of somebody about to join: the planner has to know them, and of those who departed that they did, for
 * the account may be taken over from them.
 */
const withRivals = async (
  deps: LookDeps,
  { configuration, community }: LookInput,
  state: State,
  snapshot: Snapshot,
): Promise<State> => {
  const bound = new Set(state.ownership.flatMap(accountsOf))
  const begun = state.ownership.filter(({ account }) => account === undefined)
  const joining = new Set([...state.targets, ...begun].map(({ email }) => email))
  const candidates = snapshot.accounts.filter(
    ({ id, email }) => email !== undefined && joining.has(email) && !bound.has(id),
  )
  const owners = await Promise.all(
    candidates.map(({ id }) => deps.ownership.ownershipOfAccount(community.id, id)),
  )
  const rivals = new Map(owners.flatMap((one) => (one === undefined ? [] : [[personKey(one), one] as const])))
  if (rivals.size === 0) return state
  const known = await readMembers(deps, configuration, community.id, [...rivals.values()])
  return {
    ...state,
    targets: [...state.targets, ...known.targets.filter(({ standing }) => standing === 'departed')],
    ownership: [...state.ownership, ...known.ownership],
  }
}

/** Everybody the rules or our records name, and the whole platform. */
export const lookAtAll = async (
  deps: LookDeps,
  input: LookInput,
): Promise<Look & { readonly weighed: Weighed }> => {
  const { configuration, community, snapshots } = input
  const inTime = (): void => {
    if (input.deadline === undefined || milliseconds(deps.clock.now()) < milliseconds(input.deadline)) return
    throw new ConnectorError('outOfTime', 'the community could not be read in the time of one run')
  }
  // The list first: it takes longest, and what is wished meanwhile is in the directory then.
  const snapshot = await snapshots.whole(input.turn)
  inTime()
  const directoryAt = deps.clock.now()
  const silence = createSilence(configuration, community.id, directoryAt)
  const state = await readCommunity(deps, configuration, community.id, inTime, silence.see)
  await vouchFor(snapshot, state.ownership, snapshots.known)
  inTime()
  const scope = 'community'
  const limits = input.limits === undefined ? {} : { limits: input.limits }
  const seen = { configuration, community, state, snapshot, scope, directoryAt } as const
  const assessment = await assess(deps, { ...seen, ...limits })
  const weighed = { snapshot, scope, directoryAt, assessment } as const
  const untold = state.ownership.filter((one) => touchedSince(one, snapshot))
  const silent = new Set(untold.map(personKey))
  const people = everyone(state).filter((person) => !silent.has(personKey(person)))
  return { state, people, untold, weighed, unmentioned: silence.found() }
}

const lookAtSome = async (deps: LookDeps, input: LookInput, people: readonly Person[]): Promise<Look> => {
  const { configuration, community, snapshots } = input
  const directoryAt = deps.clock.now()
  const read = await readMembers(deps, configuration, community.id, people)
  const snapshot = await snapshots.for(read, input.turn)
  if (snapshot === undefined) return { state: read, people }
  await vouchFor(snapshot, read.ownership, snapshots.known)
  const state = snapshot.scope === 'community' ? await withRivals(deps, input, read, snapshot) : read
  const scope = 'targeted'
  const assessment = await assess(deps, { configuration, community, state, snapshot, scope, directoryAt })
  return { state, people, weighed: { snapshot, scope, directoryAt, assessment } }
}

/** Whom one look at everybody serves, if it has to be. */
const widest = 20_000

/** Read before the look: what is wished after that has a token that nobody saw. */
const alikeBehind = async (
  { clock, work }: LookDeps & WorkDeps,
  community: Community,
  taken: readonly Work[],
): Promise<readonly Work[]> => {
  const seen = new Set(taken.map(({ token }) => token))
  const waiting = await work.take(community.id, clock.now(), widest)
  const behind = waiting.filter(({ token }) => !seen.has(token))
  return together([...taken, ...behind])
}

/**
 * At the members taken; at everybody when that was asked for, or when the verdict needs it. Then all who wait for the like are served together: a group
 * of thousands that is gone is one question, and nobody asks the platform for each of them what is held already.
 */
export const lookAt = async (
  deps: LookDeps & WorkDeps,
  input: LookInput,
  given: readonly Work[],
): Promise<Look> => {
  if (given.some(({ subject }) => subject.kind !== 'member')) return lookAtAll(deps, input)
  const some = await lookAtSome(deps, input, takenPeople(given))
  if (some.weighed?.assessment.needsWhole !== true) return some
  const taken = await alikeBehind(deps, input.community, given)
  const only = takenPeople(taken)
  const all = await lookAtAll(deps, input)
  const untold = new Set(all.untold?.map(personKey))
  return { ...all, only, taken, people: only.filter((person) => !untold.has(personKey(person))) }
}
