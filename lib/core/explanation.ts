import type { Suppressed, Target } from './assignment.ts'
import type { AuditEntry } from './audit.ts'
import type { Community, Rule } from './configuration.ts'
import type { StillPresent } from './departed.ts'
import type { Inherited } from './effective.ts'
import type {
  AccountId,
  CommunityId,
  ConnectionId,
  GroupId,
  Instant,
  MemberId,
  RoleId,
  RuleId,
} from './ids.ts'
import { type MatchSubject, type Patterns, whyNot } from './matching.ts'
import type { Ownership } from './ownership.ts'
import { type ProvenBecause, withProvenance } from './provenance.ts'
import { roleNow } from './role-records.ts'
import type { PlatformRole } from './snapshot.ts'
import { unassigned } from './standing.ts'
import type { HeldChange, Hold } from './verdict.ts'
import type { Outcome } from './work.ts'

export type ExplainInput = {
  readonly community: Community
  readonly target: Target
  readonly ownership?: Ownership | undefined
  readonly outcome?: Outcome | undefined
  readonly hold?: Hold | undefined
  /** The roles the account holds on the platform, where somebody has just looked. */
  readonly snapshotRoles?: readonly PlatformRole[]
  readonly question?: Question | undefined
  /** Groups they are in that contain themselves by way of others. */
  readonly cycles?: readonly GroupId[]
  /** The member's audit trail and that of the groups in between, newest first: tells which request made the evidence true. */
  readonly trail?: readonly AuditEntry[]
  /** What communities above give that holds here, too. */
  readonly inherited?: readonly Inherited[]
  /** Of somebody who departed: here and below. */
  readonly stillPresent?: readonly StillPresent[]
}
/** "Why does this person not have this role?" */
export type Question = {
  readonly role: RoleId
  readonly rules: readonly Rule[]
  readonly subject: MatchSubject
  readonly patterns: Patterns
}

export type RoleExplanation = {
  readonly role: RoleId
  readonly name: string
  /**
   * `given`: wanted and given by us; `byHand`: wanted, and there by somebody else's hand; `waiting`: wanted and not given yet; `leaving`: given by us and
   * wanted no longer; `suppressed`: wanted by a rule, and another role stood in the way.
   */
  readonly state: 'given' | 'byHand' | 'waiting' | 'leaving' | 'suppressed'
  readonly because: readonly ProvenBecause[]
  readonly since?: Instant
  readonly suppressed?: Pick<Suppressed, 'by' | 'winners'>
}

export type RuleAnswer = {
  readonly rule: RuleId
  readonly matches: boolean
  /** The rule is for another connection. */
  readonly elsewhere: boolean
  /** The leaves that failed. */
  readonly against: readonly string[]
}
export type Answer = {
  readonly role: RoleId
  readonly known: boolean
  readonly state: RoleExplanation['state'] | 'notWanted'
  /** Every rule that grants the role here. */
  readonly rules: readonly RuleAnswer[]
}

export type Explanation = {
  readonly community: CommunityId
  readonly connection: ConnectionId
  readonly member: MemberId
  readonly standing: 'active' | 'departed' | 'unassigned'
  readonly account?: AccountId
  readonly suspended?: { readonly at: Instant; readonly reason: 'departed' | 'unassigned' }
  readonly roles: readonly RoleExplanation[]
  readonly held: readonly HeldChange[]
  readonly outcome?: Outcome
  readonly answer?: Answer
  readonly cycles?: readonly GroupId[]
  /** Effective access is `roles` and these. */
  readonly inherited?: readonly Inherited[]
  readonly stillPresent?: readonly StillPresent[]
}

type PlainRole = Omit<RoleExplanation, 'because'> & { readonly because: Target['granted'][number]['because'] }

const explainRoles = (input: ExplainInput): readonly RoleExplanation[] =>
  plainRoles(input).map((role) => ({
    ...role,
    because: role.because.map((one) => withProvenance(one, input.trail ?? [])),
  }))

const plainRoles = (input: ExplainInput): readonly PlainRole[] => {
  const { community, target, ownership, snapshotRoles = [] } = input
  const grants = (ownership?.grants ?? []).map((one) => ({
    ...one,
    role: roleNow(community.roles, one.role),
  }))
  const owned = new Map(grants.map((grant) => [grant.role, grant]))
  const wanted = new Set(target.granted.map(({ role }) => role))
  const nameOf = (role: RoleId) => community.roles.find(({ id }) => id === role)?.name ?? role
  const heldByHand = (role: RoleId) => snapshotRoles.some(({ name }) => name === nameOf(role))
  const granted = target.granted.map(({ role, because }): PlainRole => {
    const grant = owned.get(role)
    if (grant === undefined)
      return { role, name: nameOf(role), state: heldByHand(role) ? 'byHand' : 'waiting', because }
    const state = grant.unconfirmed === true ? 'waiting' : 'given'
    return { role, name: nameOf(role), state, because, since: grant.since }
  })
  const suppressed = target.suppressed.map(
    ({ role, because, by, winners }): PlainRole => ({
      role,
      name: nameOf(role),
      state: 'suppressed',
      because,
      suppressed: { by, winners },
    }),
  )
  const leaving = [...owned.values()]
    .filter(({ role }) => !wanted.has(role))
    .map(
      ({ role, because, since }): PlainRole => ({
        role,
        name: nameOf(role),
        state: 'leaving',
        because,
        since,
      }),
    )
  return [...granted, ...suppressed, ...leaving]
}

const answer = (input: ExplainInput, question: Question, roles: readonly RoleExplanation[]): Answer => {
  const { community, target } = input
  const naming = question.rules.filter(({ grant }) =>
    grant.some((one) => one.community === community.id && one.role === question.role),
  )
  return {
    role: question.role,
    known: community.roles.some(({ id }) => id === question.role),
    state: roles.find(({ role }) => role === question.role)?.state ?? 'notWanted',
    rules: naming.map((rule) => {
      const elsewhere = rule.connection !== undefined && rule.connection !== target.connection
      const against = whyNot(rule.when, question.subject, question.patterns)
      return { rule: rule.id, matches: !elsewhere && against.length === 0, elsewhere, against }
    }),
  }
}

/** How one member stands in one community and why, from stored facts; and, when asked, why they do not have a role. */
export const explain = (input: ExplainInput): Explanation => {
  const { target, ownership, outcome, hold, question, cycles = [], inherited = [] } = input
  const present = target.standing === 'departed' ? (input.stillPresent ?? []) : []
  const roles = explainRoles(input)
  const about = ({ change }: HeldChange): boolean =>
    'subject' in change &&
    change.subject.member === target.member &&
    change.subject.connection === target.connection
  return {
    community: input.community.id,
    connection: target.connection,
    member: target.member,
    standing: unassigned(target) ? 'unassigned' : target.standing,
    ...(ownership?.account === undefined ? {} : { account: ownership.account }),
    ...(ownership?.suspended === undefined
      ? {}
      : { suspended: { at: ownership.suspended.at, reason: ownership.suspended.reason } }),
    roles,
    held: (hold?.held ?? []).filter(about),
    ...(outcome === undefined ? {} : { outcome }),
    ...(question === undefined ? {} : { answer: answer(input, question, roles) }),
    ...(cycles.length === 0 ? {} : { cycles }),
    ...(inherited.length === 0 ? {} : { inherited }),
    ...(present.length === 0 ? {} : { stillPresent: present }),
  }
}
