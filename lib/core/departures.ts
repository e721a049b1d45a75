import type { Community } from './configuration.ts'
import type { StillPresent } from './departed.ts'
import { shutOut } from './effective.ts'
import {
  type AccountId,
  type CommunityId,
  type ConnectionId,
  type Instant,
  later,
  type MemberId,
} from './ids.ts'
import type { Member } from './member.ts'
import { type CommunityFacts, communityObstacles, heldObstacles, type Obstacle } from './obstacles.ts'
import type { Ownership } from './ownership.ts'
import type { Change } from './plan.ts'
import { departed } from './standing.ts'
import type { Outcome } from './work.ts'

/** Somebody the identity provider sent away, whose account we still keep. */
export type Departure = {
  readonly community: CommunityId
  readonly connection: ConnectionId
  readonly member: MemberId
  readonly email: string
  readonly account?: AccountId
  /** `gone`: the directory knows nothing of them any more. */
  readonly how: 'inactive' | 'deleted' | 'gone'
  /** When the identity provider said so; nobody knows of who is gone. */
  readonly since?: Instant
  /** `kept`: without access. `access`: it is still to be taken. `held`: that waits for a person. */
  readonly state: 'kept' | 'access' | 'held'
  readonly suspendedAt?: Instant
  /** When the account is removed; absent: never. */
  readonly removedOn?: Instant
  /** Communities below in which they can get in by way of this one, or could when the access here was taken. */
  readonly below: readonly string[]
  /** Why the access is not taken yet, or the kept account not removed. */
  readonly obstacles: readonly Obstacle[]
}

export type DepartureInput = {
  readonly ownership: Ownership
  readonly member: Member | undefined
  /** Undefined: no longer configured. */
  readonly community: Community | undefined
  readonly facts: CommunityFacts
  readonly outcome: Outcome | undefined
  readonly present: readonly StillPresent[]
}

const ended = (member: Member | undefined): Pick<Departure, 'how' | 'since'> => {
  if (member === undefined) return { how: 'gone' }
  const since = [member.inactiveSince, member.deletedAt].filter((at) => at !== undefined).toSorted()[0]
  const how = member.deletedAt === undefined ? 'inactive' : 'deleted'
  return { how, ...(since === undefined ? {} : { since }) }
}

const takesAccess = ({ kind }: Change): boolean => kind === 'suspend' || kind === 'remove'

/** The look that followed found nothing to take: it was taken by somebody else. */
const foundWithout = (outcome: Outcome | undefined): boolean =>
  outcome?.state === 'none' && (outcome.remains ?? []).length === 0

const removalOf = ({ ownership, community }: DepartureInput): Pick<Departure, 'removedOn'> => {
  const { suspended } = ownership
  const after = community?.onDeparture.removeAfter
  return suspended === undefined || after === undefined || community?.mode !== 'enforce'
    ? {}
    : { removedOn: later(suspended.at, after) }
}

const obstaclesOf = (input: DepartureInput): readonly Obstacle[] => {
  const { facts, ownership, outcome } = input
  const looked: readonly Obstacle[] =
    outcome === undefined || outcome.state === 'assigned' || outcome.state === 'held'
      ? []
      : [{ kind: 'outcome', since: outcome.at, state: outcome.state, detail: outcome.detail }]
  return [...heldObstacles(facts, ownership, takesAccess), ...communityObstacles(facts, true), ...looked]
}

/** Undefined for whoever has not departed. */
export const departureOf = (input: DepartureInput): Departure | undefined => {
  const { ownership, member, outcome, present } = input
  if (!departed(member)) return undefined
  const { community, connection, account, email, suspended } = ownership
  const here = !shutOut(ownership) && !foundWithout(outcome)
  const below = [
    ...new Set([
      ...present.flatMap((one) => (one.community === community ? [] : [one.community as string])),
      ...(outcome?.remains ?? []),
    ]),
  ]
  const access = here || below.length > 0
  // Of an account that is kept, its removal may wait for a person.
  const obstacles = access ? obstaclesOf(input) : heldObstacles(input.facts, ownership, takesAccess)
  const held = access && obstacles.some((one) => one.kind === 'held' && one.state === 'waiting')
  return {
    community,
    connection,
    member: ownership.member,
    email,
    ...(account === undefined ? {} : { account }),
    ...ended(member),
    state: held ? 'held' : access ? 'access' : 'kept',
    ...(suspended === undefined || suspended.unconfirmed === true ? {} : { suspendedAt: suspended.at }),
    ...removalOf(input),
    below,
    obstacles,
  }
}
