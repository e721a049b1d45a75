import { createRoleId, repairRoleId } from './change-ids.ts'
import type { Community, RoleContents, RoleDefinition } from './configuration.ts'
import { fold, type PlatformRoleId, type RoleId } from './ids.ts'
import type { RoleOwnership } from './ownership.ts'
import type { Change, Drift, Problem } from './plan.ts'
import type { PlatformRole, Snapshot } from './snapshot.ts'

/** How a configured role stands on the platform, for those who want to give it. */
export type RoleState =
  | { readonly kind: 'present'; readonly role: PlatformRole }
  /** This plan creates it. */
  | { readonly kind: 'creatable' }
  /** A problem says why it is neither given nor taken. */
  | { readonly kind: 'blocked' }

export type RolePlan = {
  readonly states: ReadonlyMap<RoleId, RoleState>
  readonly changes: readonly Change[]
  readonly problems: readonly Problem[]
  readonly drift: readonly Drift[]
}

type Verdict = {
  readonly state: RoleState
  readonly changes?: readonly Change[]
  readonly problems?: readonly Problem[]
  readonly drift?: readonly Drift[]
}
type Managed = Exclude<RoleDefinition, { readonly kind: 'builtin' }> & { readonly contents: RoleContents }

const blocked = (...problems: readonly Problem[]): Verdict => ({ state: { kind: 'blocked' }, problems })
const sorted = (texts: readonly string[]): readonly string[] => [...new Set(texts)].toSorted()
const sameList = (a: readonly string[], b: readonly string[]): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))

const named = (definition: RoleDefinition, snapshot: Snapshot): readonly PlatformRole[] =>
  snapshot.roles.filter(({ name }) => fold(name) === fold(definition.name))

const planExisting = (definition: RoleDefinition, snapshot: Snapshot): Verdict => {
  const [role, ...more] = named(definition, snapshot).filter(({ kind }) => kind === definition.kind)
  // Two roles of one name: which one is meant is not ours to guess.
  if (role === undefined || more.length > 0)
    return blocked({ kind: 'roleMissing', role: definition.id, name: definition.name })
  return { state: { kind: 'present', role } }
}

const resolveIntakes = (
  definition: Managed,
  snapshot: Snapshot,
): { readonly contents: RoleContents; readonly missing: readonly string[] } => {
  const found = definition.contents.intakes.map((written) => {
    const byId = snapshot.intakes.filter(({ id }) => fold(id) === fold(written))
    const hits = byId.length > 0 ? byId : snapshot.intakes.filter(({ name }) => fold(name) === fold(written))
    return { written, id: hits.length === 1 ? hits[0]?.id : undefined }
  })
  return {
    contents: {
      description: definition.contents.description,
      permissions: sorted(definition.contents.permissions),
      intakes: sorted(found.flatMap(({ id }) => (id === undefined ? [] : [id]))),
    },
    missing: found.filter(({ id }) => id === undefined).map(({ written }) => written),
  }
}

const differs = (role: PlatformRole, name: string, contents: RoleContents): boolean =>
  fold(role.name) !== fold(name) ||
  role.description.trim() !== contents.description.trim() ||
  !sameList(role.permissions, contents.permissions) ||
  !sameList(role.intakes, contents.intakes)

/** What the role could reach that it can reach neither now nor by what we last wrote. Only a role that is not scoped reaches every intake. */
const gains = (
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

const holdersOf = (role: PlatformRoleId, snapshot: Snapshot): number =>
  snapshot.accounts.filter((account) => account.roles.includes(role)).length

const repair = (
  definition: Managed,
  contents: RoleContents,
  role: PlatformRole,
  owned: RoleOwnership,
  snapshot: Snapshot,
): Verdict => {
  const state: RoleState = { kind: 'present', role }
  const wrong = role.kind !== definition.kind || differs(role, definition.name, contents)
  // Holders beyond a targeted read are unknown, and what a repair widens is judged by its holders: the full plan does it.
  if (snapshot.scope !== 'community' || (!wrong && owned.platformRole !== undefined)) return { state }
  const widens = gains(role, owned.applied, contents)
  const edited = owned.platformRole !== undefined && differs(role, owned.name, owned.applied)
  return {
    state,
    changes: [
      {
        id: repairRoleId(definition.id, widens),
        kind: 'repairRole',
        role: definition,
        platformRole: role.id,
        contents,
        widens,
        holders: holdersOf(role.id, snapshot),
      },
    ],
    drift: edited ? [{ kind: 'roleEdited', role: definition.id, platformRole: role.id }] : [],
  }
}

/** By id once it was read back; before that, what stands alone under the name and is exactly what we were about to write: anything else was made by hand. */
const whichIsOurs = (
  definition: Managed,
  owned: RoleOwnership,
  sameName: readonly PlatformRole[],
  snapshot: Snapshot,
): PlatformRole | undefined => {
  if (owned.platformRole !== undefined) return snapshot.roles.find(({ id }) => id === owned.platformRole)
  if (sameName.length !== 1) return undefined
  return sameName.find((role) => role.kind === definition.kind && !differs(role, owned.name, owned.applied))
}

const planManaged = (definition: Managed, snapshot: Snapshot, owned: RoleOwnership | undefined): Verdict => {
  const { contents, missing } = resolveIntakes(definition, snapshot)
  if (missing.length > 0)
    return blocked(
      ...missing.map((intake): Problem => ({ kind: 'intakeMissing', role: definition.id, intake })),
    )
  const sameName = named(definition, snapshot)
  const ours = owned === undefined ? undefined : whichIsOurs(definition, owned, sameName, snapshot)
  if (owned !== undefined && ours !== undefined) return repair(definition, contents, ours, owned, snapshot)
  if (sameName.length > 0) return blocked({ kind: 'roleNotOurs', role: definition.id, name: definition.name })
  if (!snapshot.complete) return blocked()
  const gone = owned?.platformRole !== undefined
  return {
    state: { kind: 'creatable' },
    changes: [{ id: createRoleId(definition.id), kind: 'createRole', role: definition, contents }],
    drift: gone ? [{ kind: 'roleGone', role: definition.id }] : [],
  }
}

const isManaged = (definition: RoleDefinition): definition is Managed =>
  definition.kind !== 'builtin' && definition.contents !== undefined

/** Roles first: which exist, which this plan creates or repairs, which nobody may be given. Contents are handed on with intake ids. */
export const planRoles = (
  community: Community,
  roleOwnership: readonly RoleOwnership[],
  snapshot: Snapshot,
): RolePlan => {
  const verdicts = community.roles.map((definition) => ({
    id: definition.id,
    ...(isManaged(definition)
      ? planManaged(
          definition,
          snapshot,
          roleOwnership.find(({ role }) => role === definition.id),
        )
      : planExisting(definition, snapshot)),
  }))
  return {
    states: new Map(verdicts.map(({ id, state }) => [id, state])),
    changes: verdicts.flatMap(({ changes = [] }) => changes),
    problems: verdicts.flatMap(({ problems = [] }) => problems),
    drift: verdicts.flatMap(({ drift = [] }) => drift),
  }
}
