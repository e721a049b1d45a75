import { deleteRoleId, forgetRoleId } from './change-ids.ts'
import type { Community } from './configuration.ts'
import type { RoleId } from './ids.ts'
import type { RoleOwnership } from './ownership.ts'
import type { Change, Warning } from './plan.ts'
import { holdersOf, isManaged, sameName } from './role-contents.ts'
import { liveRole, type RoleRecords, type RoleSight } from './role-records.ts'
import type { RoleState } from './role-verdict.ts'
import type { PlatformRole, SnapshotFacts } from './snapshot.ts'

type DroppedInput = RoleSight & {
  readonly community: Community
  readonly records: RoleRecords
  readonly states: ReadonlyMap<RoleId, RoleState>
}
type Part = { readonly changes?: readonly Change[]; readonly warnings?: readonly Warning[] }

/**
 * The configuration still means this role: it names it without contents, or another managed role has become it. A role with a scope is listed once
 * for each, so that its name alone says that it is meant.
 */
const stillMeant = ({ community, records, states }: DroppedInput, role: PlatformRole): boolean =>
  [...states.values()].some((state) => state.kind === 'present' && state.role.id === role.id) ||
  community.roles.some((definition) =>
    isManaged(definition) && role.scope === undefined
      ? records.of(definition)?.platformRole === role.id
      : definition.kind !== 'builtin' && sameName(definition.name, role.name),
  )

const listedAs = (role: PlatformRole, { roles }: SnapshotFacts): readonly PlatformRole[] =>
  role.scope === undefined
    ? [role]
    : roles.filter(({ kind, name }) => kind !== 'builtin' && sameName(name, role.name))

const forgetting = ({ role, name }: RoleOwnership): Part => ({
  changes: [{ id: forgetRoleId(role), kind: 'forgetRole', role, name }],
})

const planDropped = (input: DroppedInput, record: RoleOwnership): Part => {
  const { snapshot } = input
  const { role: id } = record
  const role = liveRole(record, input)
  if (role === undefined || stillMeant(input, role)) return forgetting(record)
  const held = holdersOf(
    listedAs(role, snapshot).map((one) => one.id),
    snapshot,
  )
  // Our own key is not in the list of accounts everywhere, and holds it all the same.
  const holders = role.untouchable === undefined ? held : Math.max(1, held)
  if (holders > 0) return { warnings: [{ kind: 'droppedRoleHeld', role: id, name: role.name, holders }] }
  const change = { kind: 'deleteRole', role: id, name: role.name, platformRole: role.id } as const
  return { changes: [{ id: deleteRoleId(id, role.id), ...change }] }
}

/**
 * Roles of ours that the configuration no longer manages: deleted when nobody holds them, else left until nobody does. Only a whole list says
 * that nobody holds a role.
 */
export const planDroppedRoles = (input: DroppedInput): Required<Part> => {
  const { scope, complete } = input.snapshot
  const records = scope === 'community' && complete ? input.records.dropped : []
  const told = new Set<string>()
  const parts = records.map((one) => {
    // Two records of one role are left by a take-over that was cut off: it is dropped once.
    if (one.platformRole !== undefined && told.has(one.platformRole)) return forgetting(one)
    if (one.platformRole !== undefined) told.add(one.platformRole)
    return planDropped(input, one)
  })
  return {
    changes: parts.flatMap(({ changes = [] }) => changes),
    warnings: parts.flatMap(({ warnings = [] }) => warnings),
  }
}
