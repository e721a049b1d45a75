import type { RoleDefinition } from './configuration.ts'
import { fold, type RoleId } from './ids.ts'
import type { RoleOwnership } from './ownership.ts'
import { inScope } from './plan-existing-role.ts'
import { differs, isManaged, type Managed, sameName } from './role-contents.ts'
import type { PlatformRole, Snapshot } from './snapshot.ts'

/** Which of our records of roles belongs to which managed role. */
export type RoleRecords = {
  /** A managed role's own record, or the one it takes over from a role it was in an earlier configuration. */
  readonly of: (definition: Managed) => RoleOwnership | undefined
  /** Of roles the configuration no longer manages, in id order. */
  readonly dropped: readonly RoleOwnership[]
}

const alone = (roles: readonly PlatformRole[]): PlatformRole | undefined =>
  roles.length === 1 ? roles[0] : undefined

/** What stands alone under the name and is exactly what we were about to write: anything else was made by hand. */
const exactly = (
  record: RoleOwnership,
  snapshot: Snapshot,
  fits: (role: PlatformRole) => boolean,
): PlatformRole | undefined => {
  const named = alone(snapshot.roles.filter((role) => sameName(role.name, record.name) && fits(role)))
  return named === undefined || differs(named, record.name, record.applied) ? undefined : named
}

/** By id once it was read back. A role with a scope has another id in another scope, and is the same role all the same. */
export const liveRole = (
  record: RoleOwnership,
  snapshot: Snapshot,
  definition?: Managed,
): PlatformRole | undefined => {
  const fits = (role: PlatformRole): boolean =>
    definition === undefined
      ? role.kind !== 'builtin'
      : role.kind === definition.kind && inScope(definition, role)
  if (record.platformRole === undefined) return exactly(record, snapshot, fits)
  const byId = snapshot.roles.find(({ id }) => id === record.platformRole)
  return byId ?? (definition?.scope === undefined ? undefined : exactly(record, snapshot, fits))
}

/** Former ids and names in the order they were written, then whoever bears the very name: only its id is another. */
const formerRecords = (
  { name, previously = [] }: Managed,
  orphans: readonly RoleOwnership[],
): readonly RoleOwnership[] => [
  ...previously.flatMap((former) => [
    ...orphans.filter(({ role }) => role === former),
    ...orphans.filter((one) => sameName(one.name, former)),
  ]),
  ...orphans.filter((one) => fold(one.name) === fold(name)),
]

export const assignRecords = (
  definitions: readonly RoleDefinition[],
  records: readonly RoleOwnership[],
  snapshot: Snapshot,
): RoleRecords => {
  const managed = definitions.filter(isManaged)
  const ids = new Set(managed.map(({ id }) => id))
  const inOrder = records.toSorted((a, b) => (a.role < b.role ? -1 : 1))
  const own = new Map(inOrder.map((one) => [one.role, one]))
  const orphans = new Set(inOrder.filter(({ role }) => !ids.has(role)))
  const assigned = new Map<RoleId, RoleOwnership>()
  for (const definition of managed) {
    const former = own.has(definition.id) ? [] : formerRecords(definition, [...orphans])
    const record =
      own.get(definition.id) ??
      former.find((one) => liveRole(one, snapshot, definition) !== undefined) ??
      former[0]
    if (record === undefined) continue
    assigned.set(definition.id, record)
    orphans.delete(record)
  }
  return { of: ({ id }) => assigned.get(id), dropped: [...orphans] }
}
