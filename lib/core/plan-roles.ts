import type { Community } from './configuration.ts'
import type { PlatformRoleId, RoleId } from './ids.ts'
import type { RoleOwnership } from './ownership.ts'
import type { Change, Drift, Problem, Warning } from './plan.ts'
import { planDroppedRoles } from './plan-dropped-roles.ts'
import { planExistingRole } from './plan-existing-role.ts'
import { planManagedRole } from './plan-managed-role.ts'
import { isManaged, type RoleSnapshot } from './role-contents.ts'
import { assignRecords } from './role-records.ts'
import type { RoleState } from './role-verdict.ts'
import type { PlatformTraits } from './snapshot.ts'

export type RolePlan = {
  readonly states: ReadonlyMap<RoleId, RoleState>
  /** What each role of ours is called in this configuration, even while nobody can be given it. */
  readonly managed: ReadonlyMap<PlatformRoleId, RoleId>
  readonly changes: readonly Change[]
  readonly problems: readonly Problem[]
  readonly drift: readonly Drift[]
  readonly warnings: readonly Warning[]
}
export type RolePlanInput = {
  readonly community: Community
  readonly traits: PlatformTraits
  readonly roleOwnership: readonly RoleOwnership[]
  readonly snapshot: RoleSnapshot
}

/** Roles first: which exist, which this plan creates, repairs or deletes, which nobody may be given. Contents are handed on resolved. */
export const planRoles = ({ community, traits, roleOwnership, snapshot }: RolePlanInput): RolePlan => {
  const ours = new Set(roleOwnership.flatMap(({ platformRole }) => platformRole ?? []))
  const records = assignRecords(community.roles, roleOwnership, { snapshot, ours })
  const verdicts = community.roles.map((definition) => ({
    id: definition.id,
    ...(isManaged(definition)
      ? planManagedRole({ definition, record: records.of(definition), ours, traits, snapshot })
      : planExistingRole(definition, traits, snapshot)),
  }))
  const managed = new Map(
    community.roles.filter(isManaged).flatMap((definition) => {
      const id = records.of(definition)?.platformRole
      return id === undefined ? [] : [[id, definition.id] as const]
    }),
  )
  const states = new Map(verdicts.map(({ id, state }) => [id, state]))
  const dropped = planDroppedRoles({ community, records, states, snapshot, ours })
  return {
    states,
    managed,
    changes: [...verdicts.flatMap(({ changes = [] }) => changes), ...dropped.changes],
    problems: verdicts.flatMap(({ problems = [] }) => problems),
    drift: verdicts.flatMap(({ drift = [] }) => drift),
    warnings: [...verdicts.flatMap(({ warnings = [] }) => warnings), ...dropped.warnings],
  }
}
