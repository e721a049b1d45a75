import type { Target } from './assignment.ts'
import type { Community } from './configuration.ts'
import type { ConnectionId, Instant } from './ids.ts'
import { type Ownership, type RoleOwnership, touchedSince } from './ownership.ts'
import type { Plan, Problem } from './plan.ts'
import { planMember } from './plan-accounts.ts'
import { createClaims, createUnknownClaims } from './plan-claims.ts'
import { inOrder } from './plan-order.ts'
import { createRemains } from './plan-others.ts'
import { planRoles } from './plan-roles.ts'
import type { Row } from './plan-rows.ts'
import { isEmpty, join, type Part, type Scene, type Stage, sceneOf } from './plan-scene.ts'
import { reachOf } from './reach.ts'
import type { Holding } from './role-contents.ts'
import { noticeWarnings, powerWarnings } from './role-power.ts'
import type { Account, PlatformTraits, SnapshotFacts } from './snapshot.ts'

/** What a plan is made with, beside the people in it. */
export type PlanFacts = {
  readonly community: Community
  /** Number of the configuration the targets were computed under. */
  readonly configuration: number
  readonly traits: PlatformTraits
  /** The e-mail domains each connection may speak for. */
  readonly domains: ReadonlyMap<ConnectionId, readonly string[]>
  readonly roleOwnership: readonly RoleOwnership[]
  readonly snapshot: SnapshotFacts
  /** When reading targets and ownership began. */
  readonly directoryAt: Instant
  readonly now: Instant
  readonly scope: Plan['scope']
}

/** A plan in the making. Rows come by member; of each only what it has to say is kept. */
export type Planner = {
  readonly row: (row: Row) => void
  /** An account on the platform that concerns none of the members; each once, in any order. */
  readonly other: (account: Account) => void
  readonly finish: () => Plan
}

const departedTarget = (ownership: Ownership): Target => ({
  connection: ownership.connection,
  member: ownership.member,
  email: ownership.email,
  givenName: '',
  familyName: '',
  standing: 'departed',
  granted: [],
  suppressed: [],
})

/** What is in the way of many people is one problem. */
const distinct = (problems: readonly Problem[]): readonly Problem[] => [
  ...new Map(problems.map((one) => [JSON.stringify(one), one])).values(),
]

/** In a plan for the whole community a record without a target is a departure; in any other it is there for the view. */
const withTarget = (row: Row, scope: Plan['scope']): Row => {
  const { target, ownership } = row
  if (target !== undefined || ownership === undefined || scope !== 'community') return row
  return { ...row, target: departedTarget(ownership) }
}

const rolesWith = ({ community, traits, roleOwnership, snapshot }: PlanFacts, accounts: readonly Holding[]) =>
  planRoles({ community, traits, roleOwnership, snapshot: { ...snapshot, accounts } })

const setStage = (facts: PlanFacts): Stage => {
  const { community, traits, domains, snapshot, now } = facts
  // How roles stand does not depend on who holds them; what is to be done about them does, and comes last.
  const { states, managed } = rolesWith(facts, [])
  const roles = new Map(snapshot.roles.map((role) => [role.id, role]))
  return { community, traits, domains, snapshot, now, states, managed, roles }
}

/**
 * The one planner. Most people are planned by their own row alone, and forgotten. Whoever has to know who else would join under an e-mail waits
 * until everybody was seen; so what is held grows with what the plan has to say, not with the number of members.
 */
export const createPlanner = (facts: PlanFacts): Planner => {
  const { community, traits, snapshot, scope } = facts
  const stage = setStage(facts)
  const claims = createClaims(stage)
  const unknown = createUnknownClaims()
  const remains = createRemains(stage, scope)
  const parts: (Part | Row)[] = []

  const plan = (row: Row, known: Scene['claims']): Part | undefined =>
    row.target && planMember(sceneOf(stage, row, known), row.target, row.ownership)

  const row = (given: Row): void => {
    if (scope === 'community' && touchedSince(given.ownership, snapshot)) {
      remains.silent(given)
      return
    }
    const one = withTarget(given, scope)
    remains.row(one)
    claims.add(one)
    const alone = plan(one, unknown.claims)
    if (unknown.wereAsked()) parts.push(one)
    else if (alone !== undefined && !isEmpty(alone)) {
      parts.push(alone)
      remains.planned(alone.changes, one.ownership)
    }
  }
  const partOf = (one: Part | Row): readonly Part[] => {
    if ('changes' in one) return [one]
    const late = plan(one, claims)
    if (late === undefined) return []
    remains.planned(late.changes, one.ownership)
    return [late]
  }
  const finish = (): Plan => {
    const roles = rolesWith(facts, remains.holdings())
    const people = join(parts.flatMap(partOf))
    const changes = inOrder([...roles.changes, ...people.changes])
    const power = { traits, snapshot, states: roles.states }
    const reach = reachOf({ ...power, community, changes, administers: remains.administers })
    const inheritsFrom = traits.inherited === undefined ? undefined : community.parent
    return {
      community: community.id,
      scope,
      configuration: facts.configuration,
      directoryAt: facts.directoryAt,
      snapshotAt: snapshot.takenAt,
      changes,
      unmanaged: remains.unmanaged(changes),
      problems: distinct([...roles.problems, ...people.problems]),
      drift: [...roles.drift, ...people.drift],
      warnings:
        scope === 'community'
          ? [...roles.warnings, ...powerWarnings(community.roles, power), ...noticeWarnings(snapshot)]
          : [],
      ...(reach === undefined ? {} : { reach }),
      ...(inheritsFrom === undefined ? {} : { inheritsFrom }),
    }
  }
  return { row, other: remains.other, finish }
}
