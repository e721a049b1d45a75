import type { Check } from '../../core/checkup.ts'
import type { Community, RoleContents, RoleDefinition } from '../../core/configuration.ts'
import { isConnectorError } from '../../core/errors.ts'
import { fold } from '../../core/ids.ts'
import { newerNames } from '../../core/role-names.ts'
import type { PlatformRole } from '../../core/snapshot.ts'
import { intakeIds, isScoped, permissionIds } from './roles.ts'
import type { IntakeShape, PermissionShape } from './shapes.ts'
import { sekoiaTraits } from './traits.ts'

/** What the platform holds, as far as roles need it. */
export type RoleFacts = {
  readonly roles: readonly PlatformRole[]
  readonly permissions: readonly PermissionShape[]
  /** Those that restricted roles may carry. */
  readonly restricted: readonly PermissionShape[]
  readonly intakes: readonly IntakeShape[]
}

const named = (roles: readonly PlatformRole[], name: string): PlatformRole | undefined =>
  roles.find((role) => fold(role.name) === fold(name))

const existing = (definition: RoleDefinition, { roles }: RoleFacts): Check => {
  const subject = `role ${definition.id}`
  const builtin = definition.kind === 'builtin'
  const candidates = roles.filter(({ kind }) => (kind === 'builtin') === builtin)
  if (named(candidates, definition.name) !== undefined)
    return { subject, state: 'ok', found: `"${definition.name}" is there` }
  const heirs = newerNames(sekoiaTraits, definition.name)
  const [used] = heirs.flatMap((heir) => named(roles, heir) ?? [])
  return used === undefined
    ? {
        subject,
        state: 'problem',
        found: `the community has no ${builtin ? 'built-in ' : ''}role "${definition.name}"`,
        remedy: `name one of ${candidates.map(({ name }) => `"${name}"`).join(', ')}`,
      }
    : {
        subject,
        state: 'warning',
        found: `the community has no role "${definition.name}"; "${used.name}" is given instead`,
        remedy: `write "${used.name}"`,
      }
}

const managed = (definition: RoleDefinition, contents: RoleContents, facts: RoleFacts): Check => {
  const subject = `role ${definition.id}`
  try {
    permissionIds(definition, contents, isScoped(definition.kind) ? facts.restricted : facts.permissions)
    intakeIds(definition, contents, facts.intakes)
  } catch (error) {
    if (!isConnectorError(error)) throw error
    return { subject, state: 'problem', found: error.message, remedy: 'correct it in the configuration' }
  }
  const there = named(facts.roles, definition.name) !== undefined
  return { subject, state: 'ok', found: `"${definition.name}" ${there ? 'is there' : 'will be created'}` }
}

export const roleChecks = (community: Community, facts: RoleFacts): readonly Check[] =>
  community.roles.map((definition) =>
    definition.kind === 'builtin' || definition.contents === undefined
      ? existing(definition, facts)
      : managed(definition, definition.contents, facts),
  )
