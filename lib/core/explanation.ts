import type { AuditEntry } from './audit.ts'
import type { StillPresent } from './departed.ts'
import type { Inherited } from './effective.ts'
import { type Answer, answer, type Question } from './explanation-answer.ts'
import { explainRoles, type RoleExplanation, type RolesInput } from './explanation-roles.ts'
import type { AccountId, CommunityId, ConnectionId, GroupId, Instant, MemberId } from './ids.ts'
import { type CommunityFacts, communityObstacles, type Obstacle } from './obstacles.ts'
import type { Ownership } from './ownership.ts'
import { personKey } from './plan-scene.ts'
import { unassigned } from './standing.ts'
import type { HeldChange, Hold } from './verdict.ts'
import type { Outcome } from './work.ts'

export type ExplainInput = RolesInput & {
  readonly outcome?: Outcome | undefined
  readonly hold?: Hold | undefined
  /** What else is known of the community. */
  readonly facts?: Omit<CommunityFacts, 'hold'> | undefined
  readonly question?: Question | undefined
  /** Groups they are in that contain themselves by way of others. */
  readonly cycles?: readonly GroupId[]
  readonly trail?: readonly AuditEntry[]
  /** What communities above give that holds here, too. */
  readonly inherited?: readonly Inherited[]
  /** Of somebody who departed: here and below. */
  readonly stillPresent?: readonly StillPresent[]
}

export type Explanation = {
  readonly community: CommunityId
  readonly connection: ConnectionId
  readonly member: MemberId
  readonly standing: 'active' | 'departed' | 'unassigned'
  /** Since when, as the identity provider said. */
  readonly departedAt?: Instant
  readonly account?: AccountId
  readonly suspended?: { readonly at: Instant; readonly reason: 'departed' | 'unassigned' }
  /** The account was another member's, who departed. */
  readonly takenOver?: Ownership['takenOver']
  readonly roles: readonly RoleExplanation[]
  readonly held: readonly HeldChange[]
  /** Where something of theirs is not as wished: what is in the way of everybody there. */
  readonly obstacles?: readonly Obstacle[]
  readonly outcome?: Outcome
  readonly answer?: Answer
  readonly cycles?: readonly GroupId[]
  /** Effective access is `roles` and these. */
  readonly inherited?: readonly Inherited[]
  readonly stillPresent?: readonly StillPresent[]
}

/** Something is still to be given, or to be taken. */
const unsettled = (roles: readonly RoleExplanation[], present: readonly StillPresent[]) => ({
  taking: present.length > 0 || roles.some(({ state }) => state === 'leaving'),
  giving: roles.some(({ state }) => state === 'waiting'),
})

const obstaclesOf = (
  { facts }: ExplainInput,
  roles: readonly RoleExplanation[],
  present: readonly StillPresent[],
): readonly Obstacle[] => {
  const { taking, giving } = unsettled(roles, present)
  return facts !== undefined && (taking || giving) ? communityObstacles(facts, taking) : []
}

/** How one member stands in one community and why, from stored facts; and, when asked, why they do not have a role. */
export const explain = (input: ExplainInput): Explanation => {
  const { target, ownership, outcome, hold, question, cycles = [], inherited = [] } = input
  const present = target.standing === 'departed' ? (input.stillPresent ?? []) : []
  const roles = explainRoles(input)
  const held = (hold?.held ?? []).filter(
    ({ change }) => 'subject' in change && personKey(change.subject) === personKey(target),
  )
  const obstacles = obstaclesOf(input, roles, present)
  return {
    community: input.community.id,
    connection: target.connection,
    member: target.member,
    standing: unassigned(target) ? 'unassigned' : target.standing,
    ...(target.departedAt === undefined ? {} : { departedAt: target.departedAt }),
    ...(ownership?.account === undefined ? {} : { account: ownership.account }),
    ...(ownership?.suspended === undefined
      ? {}
      : { suspended: { at: ownership.suspended.at, reason: ownership.suspended.reason } }),
    ...(ownership?.takenOver === undefined ? {} : { takenOver: ownership.takenOver }),
    roles,
    held,
    ...(obstacles.length === 0 ? {} : { obstacles }),
    ...(outcome === undefined ? {} : { outcome }),
    ...(question === undefined ? {} : { answer: answer({ ...input, question, roles }) }),
    ...(cycles.length === 0 ? {} : { cycles }),
    ...(inherited.length === 0 ? {} : { inherited }),
    ...(present.length === 0 ? {} : { stillPresent: present }),
  }
}
