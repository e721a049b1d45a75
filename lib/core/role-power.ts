import type { RoleContents, RoleDefinition } from './configuration.ts'
import type { RoleId } from './ids.ts'
import type { Warning } from './plan.ts'
import { differs, isManaged, resolveContents } from './role-contents.ts'
import type { RoleState } from './role-verdict.ts'
import type { PlatformRole, PlatformTraits, SnapshotFacts } from './snapshot.ts'

/** Which of these make whoever has them an administrator: by what the platform is like, and by what it says of itself. */
export const adminPermissionsIn = (
  permissions: readonly string[],
  { adminPermissions = [] }: PlatformTraits,
  snapshot?: SnapshotFacts,
): readonly string[] =>
  [...new Set([...adminPermissions, ...(snapshot?.adminPermissions ?? [])])]
    .filter((one) => permissions.includes(one))
    .toSorted()

/** Names as written count as well: a capability stands for itself. */
const reachOfContents = (
  written: RoleContents,
  resolved: RoleContents,
  traits: PlatformTraits,
  snapshot: SnapshotFacts,
): readonly string[] =>
  adminPermissionsIn([...written.permissions, ...resolved.permissions], traits, snapshot)

const everythingOf = (permissions: readonly string[], { roles }: SnapshotFacts): readonly string[] =>
  roles
    .filter(({ kind, admin }) => kind === 'builtin' && admin)
    .filter(
      (role) => role.permissions.length > 0 && role.permissions.every((one) => permissions.includes(one)),
    )
    .map(({ name }) => `everything "${name}" may do`)
    .toSorted()

const flagged = (role: PlatformRole | undefined): readonly string[] =>
  role?.admin === true ? ['the platform counts its holders as administrators'] : []

export type PowerInput = {
  readonly traits: PlatformTraits
  readonly snapshot: SnapshotFacts
  readonly states: ReadonlyMap<RoleId, RoleState>
}

/** What makes a custom role as powerful as an administrator's; empty: nothing. */
export const adminPower = (definition: RoleDefinition, input: PowerInput): readonly string[] => {
  const { traits, snapshot, states } = input
  const state = states.get(definition.id)
  const role = state?.kind === 'present' ? state.role : undefined
  if (!isManaged(definition)) {
    const found = role === undefined ? [] : adminPermissionsIn(role.permissions, traits, snapshot)
    const all = role === undefined ? [] : everythingOf(role.permissions, snapshot)
    return found.length + all.length > 0 ? [...found, ...all] : flagged(role)
  }
  const { contents } = resolveContents(definition, snapshot)
  const found = [
    ...reachOfContents(definition.contents, contents, traits, snapshot),
    ...everythingOf(contents.permissions, snapshot),
  ]
  // What somebody added by hand is drift, and goes with the repair.
  const asDeclared = role !== undefined && !differs(role, role.name, contents)
  return found.length > 0 || !asDeclared ? found : flagged(role)
}

/** By what a role could do as much as an administrator with these contents, and cannot as it stands and as we left it. */
export const powerGained = (
  written: RoleContents,
  resolved: RoleContents,
  before: readonly string[],
  { traits, snapshot }: Pick<PowerInput, 'traits' | 'snapshot'>,
): readonly string[] => {
  const had = new Set([...adminPermissionsIn(before, traits, snapshot), ...everythingOf(before, snapshot)])
  const has = [
    ...reachOfContents(written, resolved, traits, snapshot),
    ...everythingOf(resolved.permissions, snapshot),
  ]
  return has.filter((one) => !had.has(one))
}

export const powerWarnings = (
  definitions: readonly RoleDefinition[],
  input: PowerInput,
): readonly Warning[] =>
  definitions.flatMap((definition): Warning[] => {
    const by = definition.kind === 'builtin' ? [] : adminPower(definition, input)
    return by.length === 0 ? [] : [{ kind: 'roleEqualsAdmin', role: definition.id, by }]
  })

/** What the adapter saw and no change speaks of. */
export const noticeWarnings = ({ notices = [] }: SnapshotFacts): readonly Warning[] =>
  notices.map((notice) =>
    notice.kind === 'portalOnly'
      ? { kind: 'portalOnly', platformRole: notice.role, names: notice.names }
      : { kind: notice.kind, account: notice.account, roleName: notice.roleName },
  )
