import type { Community, Configuration, Safety } from '../core/configuration.ts'
import { dated } from '../core/drift.ts'
import { flappingIn } from '../core/flapping.ts'
import type { Instant } from '../core/ids.ts'
import { missingAdmins } from '../core/judge-admins.ts'
import { type JudgeInput, judge, needsWholeCommunity } from '../core/judgement.ts'
import { touchedSince } from '../core/ownership.ts'
import type { Plan, Warning } from '../core/plan.ts'
import { planChanges } from '../core/planning.ts'
import type { DriftRecord, Quarantine } from '../core/ports/runs.ts'
import type { Snapshot } from '../core/snapshot.ts'
import type { Approval, Hold, Verdict } from '../core/verdict.ts'
import type { Provisioning } from './deps.ts'
import { asQuarantined } from './quarantine.ts'
import type { Person, State } from './state.ts'

export type AssessInput = {
  readonly configuration: Configuration
  readonly community: Community
  readonly state: State
  readonly snapshot: Snapshot
  readonly scope: Plan['scope']
  /** When reading `state` began. */
  readonly directoryAt: Instant
  /** Judged by these; absent: by the community's own. */
  readonly limits?: Safety
}
export type Assessment = {
  readonly plan: Plan
  readonly verdict: Verdict
  readonly hold: Hold | undefined
  readonly approvals: readonly Approval[]
  /** As it was judged: in quarantine its mode is `report`. */
  readonly community: Community
  readonly quarantined: boolean
  /** What was recorded of this community's drift; of a plan for some members only where something drifted. */
  readonly records: readonly DriftRecord[]
  /** The plan shows only some members, and what it would do can only be judged with all of them in view. */
  readonly needsWhole: boolean
}
export type AssessDeps = Pick<
  Provisioning,
  'clock' | 'safety' | 'ownership' | 'platforms' | 'quarantine' | 'drift'
>

const quarantineWarnings = (quarantine: Quarantine | undefined): readonly Warning[] =>
  quarantine === undefined
    ? []
    : [{ kind: 'quarantined', since: quarantine.since, reason: quarantine.reason }]

/** Whom we wrote to the platform for while its list was read: what a whole plan does not say of them is still true. */
export const untoldIn = ({ state, snapshot, scope }: AssessInput): readonly Person[] =>
  scope === 'community' ? state.ownership.filter((one) => touchedSince(one, snapshot)) : []

/** Plan and verdict. Nothing is written: whoever calls decides whether it is applied, stored or only shown. */
export const assess = async (deps: AssessDeps, input: AssessInput): Promise<Assessment> => {
  const { configuration, state, snapshot, scope, directoryAt } = input
  const now = deps.clock.now()
  const quarantine = await deps.quarantine.quarantine(input.community.id)
  const community = asQuarantined(input.community, quarantine)
  const plan = planChanges({
    community,
    configuration: configuration.number,
    traits: deps.platforms.traits(community),
    domains: new Map(configuration.connections.map(({ id, domains }) => [id, domains])),
    targets: state.targets,
    ownership: state.ownership,
    roleOwnership: state.roleOwnership,
    snapshot,
    directoryAt,
    now,
    scope,
  })
  const safety = input.limits ?? community.safety
  const asked = scope === 'community' || plan.drift.length > 0
  const [history, hold, approvals, owned, records] = await Promise.all([
    deps.safety.history(community.id, safety.window, now),
    deps.safety.hold(community.id),
    deps.safety.approvals(community.id, now),
    deps.ownership.ownedCount(community.id),
    asked ? deps.drift.drift(community.id) : [],
  ])
  const admins = scope === 'community' ? missingAdmins({ safety }, snapshot) : []
  const judged: JudgeInput = {
    plan: {
      ...plan,
      problems: [...state.problems, ...plan.problems],
      warnings: [...quarantineWarnings(quarantine), ...admins, ...plan.warnings],
      drift: dated(plan.drift, records),
    },
    community: { ...community, safety },
    history,
    hold,
    approvals,
    snapshot,
    owned,
    desired: state.targets.filter(({ granted }) => granted.length > 0).length,
    flapping: flappingIn(plan.drift, records, now),
    lookedAt: state.targets,
    untold: untoldIn(input),
    now,
  }
  return {
    plan: judged.plan,
    verdict: judge(judged),
    hold,
    approvals,
    community,
    quarantined: quarantine !== undefined,
    records,
    needsWhole: needsWholeCommunity(judged),
  }
}
