import type { Community, RoleContents, RoleDefinition } from '../core/configuration.ts'
import { fold } from '../core/ids.ts'
import { newerNames } from '../core/role-names.ts'
import type { Catalogue, PlatformRole, PlatformTraits } from '../core/snapshot.ts'
import { type Finding, type Path, unknownName } from './findings.ts'

type Scene = {
  readonly community: Community
  readonly catalogue: Catalogue
  readonly traits: PlatformTraits
}

const called = (roles: readonly PlatformRole[], name: string): PlatformRole | undefined =>
  roles.find((one) => fold(one.name) === fold(name))

/** Made by another role of this community, which declares it for every scope. */
const declared = (role: RoleDefinition, { roles }: Community): boolean =>
  role.kind !== 'builtin' &&
  roles.some(
    (one) => one.kind === role.kind && one.contents !== undefined && fold(one.name) === fold(role.name),
  )

const ofKind = ({ roles }: Catalogue, builtin: boolean): readonly PlatformRole[] =>
  roles.filter(({ kind }) => (kind === 'builtin') === builtin)

/** What the platform brings along is named as that, and nothing is declared under its name. */
export const systemNameFindings = (
  path: Path,
  role: RoleDefinition,
  { catalogue }: Pick<Scene, 'catalogue'>,
): readonly Finding[] => {
  const builtin = called(ofKind(catalogue, true), role.name)
  if (role.kind === 'builtin' || builtin === undefined) return []
  if (called(ofKind(catalogue, false), role.name) !== undefined) return []
  return [
    {
      path: [...path, role.kind],
      what: 'is the name of a built-in role',
      why: 'the platform decides what built-in roles contain',
      remedy: `write builtin: ${builtin.name}, or another name`,
    },
  ]
}

/** A managed role is created when it is not there; any other has to exist, by its name or by a newer one of the platform's. */
export const existingFindings = (
  path: Path,
  role: RoleDefinition,
  { community, catalogue, traits }: Scene,
): readonly Finding[] => {
  const candidates = ofKind(catalogue, role.kind === 'builtin')
  if (called(candidates, role.name) !== undefined || declared(role, community)) return []
  const place = [...path, role.kind]
  const names = newerNames(traits, role.name)
  const [used] = names.flatMap((name) => called(candidates, name) ?? [])
  if (used === undefined) {
    const system = systemNameFindings(path, role, { catalogue })
    if (system.length > 0) return system
    const what = role.kind === 'builtin' ? 'built-in role' : 'role'
    return [
      unknownName(
        place,
        what,
        role.name,
        candidates.map(({ name }) => name),
      ),
    ]
  }
  return [
    {
      path: place,
      what: `the platform has no role "${role.name}", "${used.name}" is used`,
      why: 'it has a newer name',
      remedy: `write "${used.name}"`,
      severity: 'warning',
    },
  ]
}

const grantedBy = ({ permissions }: RoleContents, catalogue: Catalogue): ReadonlySet<string> => {
  const grants = new Map(catalogue.permissions.map((one) => [one.name, one.grants]))
  return new Set(permissions.flatMap((name) => [name, ...(grants.get(name) ?? [])]))
}

/** The built-in administrators' roles it equals or exceeds, and permissions that make administrators. Switches were told of before. */
const powerOf = (contents: RoleContents, { catalogue, traits }: Scene): readonly string[] => {
  const granted = grantedBy(contents, catalogue)
  const roles = catalogue.roles
    .filter(({ kind, admin, permissions }) => kind === 'builtin' && admin && permissions.length > 0)
    .filter(({ permissions }) => permissions.every((one) => granted.has(one)))
    .map(({ name }) => `everything ${name} has`)
  const single = (traits.adminPermissions ?? []).filter(
    (one) => granted.has(one) && !traits.capabilities?.includes(one),
  )
  return [...roles, ...single]
}

/** A custom role that makes administrators is allowed, and said. */
export const powerFindings = (path: Path, role: RoleDefinition, scene: Scene): readonly Finding[] => {
  if (role.kind === 'builtin') return []
  const live = called(ofKind(scene.catalogue, false), role.name)
  const existing = live?.admin === true ? ['what it holds on the platform'] : []
  const power = role.contents === undefined ? existing : powerOf(role.contents, scene)
  if (power.length === 0) return []
  return [
    {
      path: [...path, role.kind],
      what: `makes administrators by ${power.join(', ')}`,
      why: 'its holders count as administrators',
      remedy: 'leave it only where that is meant',
      severity: 'warning',
    },
  ]
}
