import type { RoleContents, RoleDefinition } from './configuration.ts'
import { fold, type PlatformRoleId } from './ids.ts'
import type { Problem } from './plan.ts'
import type { PlatformRole, SnapshotFacts } from './snapshot.ts'

/** A role whose contents the configuration declares: we create and keep it. */
export type Managed = Exclude<RoleDefinition, { readonly kind: 'builtin' }> & {
  readonly contents: RoleContents
}

export const isManaged = (definition: RoleDefinition): definition is Managed =>
  definition.kind !== 'builtin' && definition.contents !== undefined

/** Code unit order, without repetitions. */
export const sorted = (texts: readonly string[]): readonly string[] => [...new Set(texts)].toSorted()
const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))

type Resolved = { readonly contents: RoleContents; readonly problems: readonly Problem[] }
type Found = { readonly written: string; readonly stands: readonly string[] | undefined }

const missing = (found: readonly Found[]): readonly string[] =>
  found.filter(({ stands }) => stands === undefined).map(({ written }) => written)
const union = (found: readonly Found[]): readonly string[] =>
  sorted(found.flatMap(({ stands = [] }) => stands))

const permissionsOf = ({ contents }: Managed, { permissions }: SnapshotFacts): readonly Found[] => {
  const known = permissions && new Map(permissions.map(({ name, grants }) => [name, grants]))
  return contents.permissions.map((written) => ({ written, stands: known ? known.get(written) : [written] }))
}

const intakesOf = ({ contents }: Managed, { intakes }: SnapshotFacts): readonly Found[] =>
  contents.intakes.map((written) => {
    const byId = intakes.filter(({ id }) => fold(id) === fold(written))
    const hits = byId.length > 0 ? byId : intakes.filter(({ name }) => fold(name) === fold(written))
    return { written, stands: hits.length === 1 ? hits.map(({ id }) => id) : undefined }
  })

/** Declared names as what they stand for on the platform: every later step compares and writes that. */
export const resolveContents = (definition: Managed, snapshot: SnapshotFacts): Resolved => {
  const permissions = permissionsOf(definition, snapshot)
  const intakes = intakesOf(definition, snapshot)
  const role = definition.id
  return {
    contents: {
      description: definition.contents.description,
      permissions: union(permissions),
      intakes: union(intakes),
    },
    problems: [
      ...missing(permissions).map((permission): Problem => ({ kind: 'permissionMissing', role, permission })),
      ...missing(intakes).map((intake): Problem => ({ kind: 'intakeMissing', role, intake })),
    ],
  }
}

export const sameName = (a: string, b: string): boolean => fold(a) === fold(b)

export const differs = (role: PlatformRole, name: string, contents: RoleContents): boolean =>
  !sameName(role.name, name) || contentsDiffer(role, contents)

const contentsDiffer = (role: PlatformRole, contents: RoleContents): boolean =>
  role.description.trim() !== contents.description.trim() ||
  !sameList(role.permissions, contents.permissions) ||
  !sameList(role.intakes, contents.intakes)

/** What the role could reach that it can reach neither now nor by what we last wrote. Only a role that is not scoped reaches every intake. */
export const gains = (
  role: PlatformRole,
  applied: RoleContents | undefined,
  contents: RoleContents,
): readonly string[] => {
  const had = new Set([...role.permissions, ...(applied?.permissions ?? [])])
  const intakes = new Set([...role.intakes, ...(applied?.intakes ?? [])])
  const everywhere = role.kind === 'custom' || applied?.intakes.length === 0
  const permissions = contents.permissions.filter((permission) => !had.has(permission))
  if (everywhere) return sorted(permissions)
  const more = contents.intakes.length === 0 ? ['*'] : contents.intakes.filter((id) => !intakes.has(id))
  return sorted([...permissions, ...more.map((id) => `intake:${id}`)])
}

/** What whoever holds the role can reach now and could no longer. */
export const losses = (role: PlatformRole, contents: RoleContents): readonly string[] => {
  const permissions = role.permissions.filter((permission) => !contents.permissions.includes(permission))
  if (contents.intakes.length === 0) return sorted(permissions)
  const less = role.kind === 'custom' ? ['*'] : role.intakes.filter((id) => !contents.intakes.includes(id))
  return sorted([...permissions, ...less.map((id) => `intake:${id}`)])
}

/** An account by the roles it holds, or so many of them that hold the same. */
export type Holding = { readonly roles: readonly PlatformRoleId[]; readonly accounts?: number }
/** A snapshot as far as roles are concerned. */
export type RoleSnapshot = SnapshotFacts & { readonly accounts: readonly Holding[] }

export const holdersOf = (roles: readonly PlatformRoleId[], { accounts: holdings }: RoleSnapshot): number =>
  holdings
    .filter((holding) => holding.roles.some((role) => roles.includes(role)))
    .reduce((total, { accounts = 1 }) => total + accounts, 0)
