import type { RoleDefinition } from './configuration.ts'
import { sameName } from './role-contents.ts'
import { newerNames } from './role-names.ts'
import { blocked, type RoleVerdict } from './role-verdict.ts'
import type { PlatformRole, PlatformTraits, SnapshotFacts } from './snapshot.ts'

export const inScope = (definition: RoleDefinition, role: PlatformRole): boolean =>
  definition.scope === role.scope

const sole = <T>(list: readonly T[]): T | undefined => (list.length === 1 ? list[0] : undefined)

/** The name it has today. Only where no role of any kind bears the older one: that one would be meant. */
const renamedSince = (
  definition: RoleDefinition,
  traits: PlatformTraits,
  snapshot: SnapshotFacts,
): PlatformRole | undefined => {
  for (const name of newerNames(traits, definition.name)) {
    const named = snapshot.roles.filter(
      (role) => sameName(role.name, name) && role.kind === definition.kind && inScope(definition, role),
    )
    if (named.length > 0) return sole(named)
  }
  return undefined
}

/** A role the configuration only names: given and taken as it is, never edited. */
export const planExistingRole = (
  definition: RoleDefinition,
  traits: PlatformTraits,
  snapshot: SnapshotFacts,
): RoleVerdict => {
  const { id, name, scope } = definition
  const named = snapshot.roles.filter((role) => sameName(role.name, name))
  const ofKind = named.filter(({ kind }) => kind === definition.kind)
  const meant = ofKind.filter((role) => inScope(definition, role))
  // Two roles of one name: which one is meant is not ours to guess.
  const role = sole(meant)
  if (role !== undefined) return { state: { kind: 'present', role } }
  if (meant.length === 0 && ofKind.length > 0 && scope !== undefined)
    return blocked({ kind: 'scopeMissing', role: id, scope })
  const used = named.length === 0 ? renamedSince(definition, traits, snapshot) : undefined
  if (used === undefined) return blocked({ kind: 'roleMissing', role: id, name })
  return {
    state: { kind: 'present', role: used },
    warnings: [{ kind: 'roleAlias', role: id, name, used: used.name }],
  }
}
