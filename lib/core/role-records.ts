import type { RoleDefinition } from './configuration.ts'
import { fold, type RoleId } from './ids.ts'
import type { RoleOwnership } from './ownership.ts'
import { inScope } from './plan-existing-role.ts'
import { differs, isManaged, type Managed, type RoleSnapshot, sameName } from './role-contents.ts'
import type { PlatformRole } from './snapshot.ts'

/** What our records are compared with. */
export type RoleSight = {
  readonly snapshot: RoleSnapshot
  /** The platform's ids of all roles we have a record of. */
  readonly ours: ReadonlySet<string>
}
/** Which of our records of roles belongs to which managed role. */
export type RoleRecords = {
  /** A managed role's own record, or the one it takes over from a role it was in an earlier configuration. */
  readonly of: (definition: Managed) => RoleOwnership | undefined
  /** Of roles the configuration no longer manages, in id order. */
  readonly dropped: readonly RoleOwnership[]
}

/** What a role of an earlier configuration is called in this one. */
export const roleNow = (definitions: readonly RoleDefinition[], role: RoleId): RoleId => {
  if (definitions.some(({ id }) => id === role)) return role
  const heir = definitions.filter(isManaged).find(({ previously = [] }) => previously.includes(role))
  return heir?.id ?? role
}

const alone = (roles: readonly PlatformRole[]): PlatformRole | undefined =>
  roles.length === 1 ? roles[0] : undefined

/** What stands alone under the name and is exactly what we were about to write: anything else was made by hand, or is another record's. */
const exactly = (
  record: RoleOwnership,
  { snapshot, ours }: RoleSight,
  fits: (role: PlatformRole) => boolean,
): PlatformRole | undefined => {
  const free = snapshot.roles.filter((role) => !ours.has(role.id) && fits(role))
  const named = alone(free.filter((role) => sameName(role.name, record.name)))
  return named === undefined || differs(named, record.name, record.applied) ? undefined : named
}

/** By id once it was read back. A role with a scope has another id in another scope, and is the same role all the same. */
export const liveRole = (
  record: RoleOwnership,
  sight: RoleSight,
  definition?: Managed,
): PlatformRole | undefined => {
  const fits = (role: PlatformRole): boolean =>
    definition === undefined
      ? role.kind !== 'builtin'
      : role.kind === definition.kind && inScope(definition, role)
  if (record.platformRole === undefined) return exactly(record, sight, fits)
  const byId = sight.snapshot.roles.filter(({ id }) => id === record.platformRole)
  if (definition?.scope === undefined) return byId[0]
  // Still held where it applied before: that one is taken from people, and no longer given.
  return byId.find((role) => inScope(definition, role)) ?? exactly(record, sight, fits)
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

const unbound = ({ platformRole: _others, ...rest }: RoleOwnership): RoleOwnership => rest

/**
 * Own records first; then each role without one takes over, all in the configuration's order. A take-over that was cut off leaves two records of one
 * role: it is the first one's.
 */
export const assignRecords = (
  definitions: readonly RoleDefinition[],
  records: readonly RoleOwnership[],
  sight: RoleSight,
): RoleRecords => {
  const managed = definitions.filter(isManaged)
  const own = new Map(records.map((one) => [one.role, one]))
  const assigned = new Map<RoleId, RoleOwnership>()
  const taken = new Set<string | undefined>()
  const assign = (id: RoleId, record: RoleOwnership | undefined): void => {
    if (record === undefined) return
    assigned.set(id, taken.has(record.platformRole) ? unbound(record) : record)
    if (record.platformRole !== undefined) taken.add(record.platformRole)
  }
  for (const { id } of managed) assign(id, own.get(id))
  const ids = new Set(managed.map(({ id }) => id))
  const orphans = records.filter(({ role }) => !ids.has(role)).toSorted((a, b) => (a.role < b.role ? -1 : 1))
  const used = new Set<RoleOwnership>()
  for (const definition of managed) {
    if (assigned.has(definition.id)) continue
    const free = orphans.filter((one) => !used.has(one) && !taken.has(one.platformRole))
    const former = formerRecords(definition, free)
    const record = former.find((one) => liveRole(one, sight, definition) !== undefined) ?? former[0]
    assign(definition.id, record)
    if (record !== undefined) used.add(record)
  }
  return { of: ({ id }) => assigned.get(id), dropped: orphans.filter((one) => !used.has(one)) }
}
