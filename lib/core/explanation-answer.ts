import type { Target } from './assignment.ts'
import type { Community, Rule } from './configuration.ts'
import type { RoleExplanation } from './explanation-roles.ts'
import type { Instant, RoleId, RuleId } from './ids.ts'
import type { LoginStanding } from './login-explained.ts'
import { type MatchSubject, type Patterns, whyNot } from './matching.ts'
import { type CommunityFacts, communityObstacles, heldObstacles, type Obstacle } from './obstacles.ts'
import type { Change } from './plan.ts'
import type { Hold } from './verdict.ts'
import type { Outcome } from './work.ts'

/** "Why does this person not have this role?" */
export type Question = {
  readonly role: RoleId
  readonly rules: readonly Rule[]
  /** Undefined when the directory knows them no longer. */
  readonly subject: MatchSubject | undefined
  readonly patterns: Patterns
  /** How they stand with what logins say of groups, where rules ask for that. */
  readonly logins?: LoginStanding | undefined
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
  /** Whoever departed is wanted nowhere, whatever the rules say. */
  readonly departed?: { readonly at?: Instant }
  /** Every rule that grants the role here; of somebody who departed, none is asked. */
  readonly rules: readonly RuleAnswer[]
  /** Where a rule does not match that might by what a login shows. */
  readonly logins?: LoginStanding
  readonly suppressed?: RoleExplanation['suppressed']
  /** Of a wanted one: since when, as far as the trail tells. */
  readonly since?: Instant
  /** What is in the way of giving or taking it. */
  readonly obstacles: readonly Obstacle[]
}

type AnswerInput = {
  readonly community: Pick<Community, 'id' | 'roles'>
  readonly target: Target
  readonly outcome?: Outcome | undefined
  readonly hold?: Hold | undefined
  readonly facts?: Omit<CommunityFacts, 'hold'> | undefined
  readonly question: Question
  readonly roles: readonly RoleExplanation[]
}

/** A change of the account as a whole is one of every role on it. */
const concerns =
  (role: RoleId) =>
  (change: Change): boolean => {
    switch (change.kind) {
      case 'grant':
        return change.grant.role === role
      case 'revoke':
        return change.role === role
      case 'invite':
        return change.roles.some((one) => one.role === role)
      default:
        return true
    }
  }

const rulesFor = ({ community, target, question }: AnswerInput): readonly RuleAnswer[] => {
  const { role, rules, subject, patterns } = question
  if (subject === undefined || target.standing === 'departed') return []
  return rules
    .filter(({ grant }) => grant.some((one) => one.community === community.id && one.role === role))
    .map((rule) => {
      const elsewhere = rule.connection !== undefined && rule.connection !== target.connection
      const against = whyNot(rule.when, subject, patterns)
      return { rule: rule.id, matches: !elsewhere && against.length === 0, elsewhere, against }
    })
}

/** Only where it is not as wished is anything in the way. */
const obstaclesTo = (
  { target, outcome, hold, facts = {}, question }: AnswerInput,
  state: Answer['state'],
): readonly Obstacle[] => {
  if (state !== 'waiting' && state !== 'leaving') return []
  const looked: readonly Obstacle[] =
    outcome === undefined || outcome.state === 'assigned' || outcome.state === 'held'
      ? []
      : [{ kind: 'outcome', since: outcome.at, state: outcome.state, detail: outcome.detail }]
  return [
    ...heldObstacles({ ...facts, hold }, target, concerns(question.role)),
    ...(Object.hasOwn(facts, 'mode') ? communityObstacles(facts, state === 'leaving') : []),
    ...looked,
  ]
}

export const answer = (input: AnswerInput): Answer => {
  const { community, target, question } = input
  const role = input.roles.find((one) => one.role === question.role)
  const state = role?.state ?? 'notWanted'
  const { departedAt: at, standing } = target
  const rules = rulesFor(input)
  const { logins } = question
  const open = rules.some(({ matches, elsewhere }) => !matches && !elsewhere)
  return {
    role: question.role,
    known: community.roles.some(({ id }) => id === question.role),
    state,
    ...(standing === 'departed' ? { departed: at === undefined ? {} : { at } } : {}),
    rules,
    ...(logins === undefined || !open ? {} : { logins }),
    ...(role?.suppressed === undefined ? {} : { suppressed: role.suppressed }),
    ...(role?.since === undefined ? {} : { since: role.since }),
    obstacles: obstaclesTo(input, state),
  }
}
