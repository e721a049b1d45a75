import type { Because, GroupStep, Suppressed } from './assignment.ts'
import type { Actor } from './audit.ts'
import type { StillPresent } from './departed.ts'
import { describe, describeHoldReason, describeProblem } from './describe.ts'
import type { Inherited, InheritedRole } from './effective.ts'
import { unreachable } from './errors.ts'
import type { Explanation } from './explanation.ts'
import type { Answer, RuleAnswer } from './explanation-answer.ts'
import type { RoleExplanation } from './explanation-roles.ts'
import { loginStandingText } from './login-explained.ts'
import { obstacleText } from './obstacles.ts'
import type { Provenance, ProvenBecause, ProvenEvidence } from './provenance.ts'

export const actorText = (actor: Actor): string => {
  switch (actor.kind) {
    case 'system':
      return actor.part
    case 'login':
      return actor.by === 'saml' ? 'SAML login' : 'login at Okta'
    case 'credential':
    case 'operator':
      return actor.label
    default:
      return unreachable(actor)
  }
}

const sinceText = (since: string, from: Provenance | undefined): string =>
  from === undefined ? '' : `${since} ${from.at} (request ${from.requestId} by ${actorText(from.actor)})`

const groupText = ({ id, displayName }: GroupStep): string => `group "${displayName}" (${id})`

const shownText = ({ shownLast }: ProvenEvidence): string => {
  if (shownLast === undefined) return 'shown at a login'
  const { at, until, over } = shownLast
  return `shown at a login on ${at}, ${over ? 'counted' : 'counts'} until ${until}`
}

export const evidenceText = (evidence: ProvenEvidence): string => {
  switch (evidence.kind) {
    case 'group': {
      if (evidence.shown) return `group "${evidence.displayName}", ${shownText(evidence)}`
      const steps = (evidence.through ?? []).map(
        (step) => `${groupText(step)}${sinceText(' nested since', step.from)}`,
      )
      const more = evidence.leftOut === undefined ? [] : [`${evidence.leftOut} more`]
      const way = [...steps.slice(0, steps.length / 2), ...more, ...steps.slice(steps.length / 2)]
      return [groupText(evidence), ...way.toReversed()].join(' through ')
    }
    case 'attribute':
      return `attribute ${evidence.path}${evidence.shown ? `, ${shownText(evidence)}` : ''}`
    case 'absence':
      return 'nothing that speaks against it'
    default:
      return unreachable(evidence)
  }
}

const sources: Readonly<Record<Because['source'], string>> = {
  scim: 'pushed by SCIM',
  sso: 'known by logins alone',
}

export const sourceText = (source: Because['source']): string => sources[source]

/** At the end of a way from group to group it has to be said who came when. */
const provenText = (evidence: ProvenEvidence): string => {
  const indirect = evidence.kind === 'group' && evidence.through !== undefined
  const shown = evidence.kind !== 'absence' && evidence.shown === true
  const since = shown ? ', shown since' : indirect ? ', joined' : ' since'
  return `${evidenceText(evidence)}${sinceText(since, evidence.from)}`
}

/** Rule, and what made it match. Without personal values. */
export const becauseText = ({ rule, evidence, source, configuration }: ProvenBecause): string =>
  `rule ${rule} (configuration ${configuration}): ${evidence.map(provenText).join(', ')}, ${sourceText(source)}`

const suppressions: Readonly<Record<Suppressed['by'], string>> = {
  customReplacesBuiltin: 'the platform switches a built-in role off when a custom one is given',
  exclusiveRole: 'one of these roles stands alone',
  maximumRoles: 'the platform allows no more roles of this kind',
  createdAtLogin:
    'the member was created by a login, the role may administer, and no rule has includeCreatedAtLogin',
  conflictDenied: 'the roles clash and the community denies clashing roles',
}

/** What stood in the way of a role that a rule wants. */
export const suppressionText = ({ by, winners }: NonNullable<RoleExplanation['suppressed']>): string =>
  `${suppressions[by]}${winners.length === 0 ? '' : ` (${winners.join(', ')})`}`

export const suppressedText = (suppressed: NonNullable<RoleExplanation['suppressed']>): string =>
  `wanted and not given: ${suppressionText(suppressed)}`

const runText = ({ given }: RoleExplanation): string =>
  given === undefined ? '' : ` (request ${given.requestId} by ${actorText(given.actor)})`

const stateText = (role: RoleExplanation): string => {
  switch (role.state) {
    case 'given':
      return `given by us since ${role.since ?? 'unknown'}${runText(role)}`
    case 'byHand':
      return 'wanted; already there, given by somebody else'
    case 'waiting':
      return role.since === undefined
        ? 'wanted, not given yet'
        : `wanted, not given yet; wanted since ${role.since}`
    case 'leaving':
      return `given by us, wanted no longer${sinceText(' since', role.lost)}`
    case 'suppressed':
      return role.suppressed === undefined ? 'wanted and not given' : suppressedText(role.suppressed)
    default:
      return unreachable(role.state)
  }
}

const roleLines = (role: RoleExplanation): readonly string[] => [
  `  ${role.role} "${role.name}": ${stateText(role)}`,
  ...role.because.map((because) => `    ${becauseText(because)}`),
]

const standings: Readonly<Record<Explanation['standing'], string>> = {
  active: 'active',
  departed: 'departed: inactive or deleted at the identity provider',
  unassigned: 'active, and no role is left here',
}

const ruleText = ({ rule, matches, elsewhere, against }: RuleAnswer): string => {
  if (elsewhere) return `rule ${rule} grants it, for another connection`
  if (matches) return `rule ${rule} grants it and matches`
  return `rule ${rule} would grant it, but: ${against.join('; ')}`
}

const departedText = ({ departed }: Answer): readonly string[] =>
  departed === undefined
    ? []
    : [
        `    they departed${departed.at === undefined ? '' : ` on ${departed.at}`}: no rule counts for somebody who is inactive or deleted`,
      ]

const verdictText = ({ state, suppressed, since }: Answer): string => {
  if (state === 'notWanted') return 'no rule that matches grants it'
  if (suppressed !== undefined) return suppressedText(suppressed)
  return state === 'waiting' && since !== undefined ? `it is waiting since ${since}` : `it is ${state}`
}

const answerLines = (answer: Answer): readonly string[] => {
  if (!answer.known) return [`  ${answer.role}: the configuration knows no such role here`]
  const rules = answer.rules.map((rule) => `    ${ruleText(rule)}`)
  const none = answer.departed === undefined && rules.length === 0
  return [
    `  asked about ${answer.role}: ${verdictText(answer)}`,
    ...departedText(answer),
    ...(none ? ['    no rule grants it at all'] : rules),
    ...(answer.logins === undefined ? [] : [`    ${loginStandingText(answer.logins)}`]),
    ...answer.obstacles.map((one) => `    in the way: ${obstacleText(one)}`),
  ]
}

const inheritedStates: Readonly<Record<InheritedRole['state'], string>> = {
  given: 'given there',
  waiting: 'wanted there, not given yet',
  leaving: 'given there, wanted no longer',
}

const inheritedLines = ({ community, roles }: Inherited): readonly string[] =>
  roles.map(({ role, name, state, perhaps }) => {
    const reach = perhaps ? 'holds here, too, if its holders are administrators' : 'holds here, too'
    return `  inherited from ${community}: ${role} "${name}": ${inheritedStates[state]}, ${reach}`
  })

const presentText = ({ community, by }: StillPresent): string => {
  const above = by.filter((one) => one !== community)
  return above.length === 0 ? community : `${community} (by way of ${above.join(', ')})`
}

/** For a terminal. */
export const explanationText = (explanation: Explanation): string => {
  const { suspended, outcome, answer, account, cycles = [], inherited = [], stillPresent = [] } = explanation
  const { obstacles = [], takenOver } = explanation
  return [
    `${explanation.community}: member ${explanation.member} of ${explanation.connection}, ${standings[explanation.standing]}`,
    ...(account === undefined ? [] : [`  account ${account}`]),
    ...(takenOver === undefined
      ? []
      : [
          `  taken over on ${takenOver.at} from member ${takenOver.from.member} of ${takenOver.from.connection}, who departed`,
        ]),
    ...(suspended === undefined ? [] : [`  suspended by us since ${suspended.at} (${suspended.reason})`]),
    ...(stillPresent.length === 0
      ? []
      : [`  departed, still present in ${stillPresent.map(presentText).join(', ')}`]),
    ...explanation.roles.flatMap(roleLines),
    ...inherited.flatMap(inheritedLines),
    ...(cycles.length === 0
      ? []
      : [`  ${describeProblem({ kind: 'groupCycle', connection: explanation.connection, groups: cycles })}`]),
    ...explanation.held.map(
      ({ change, reason }) => `  held: ${describe(change)} — ${describeHoldReason(reason)}`,
    ),
    // Asked about a role, the answer names them.
    ...(answer === undefined ? obstacles : []).map((one) => `  in the way: ${obstacleText(one)}`),
    ...(outcome === undefined ? [] : [`  last outcome ${outcome.at}: ${outcome.state}, ${outcome.detail}`]),
    ...(answer === undefined ? [] : answerLines(answer)),
  ].join('\n')
}
