import type { Community, Configuration, RoleContents, RoleDefinition } from '../core/configuration.ts'
import { isConnectorError } from '../core/errors.ts'
import { fold } from '../core/ids.ts'
import type { Platform, Platforms } from '../core/ports/platform.ts'
import { didYouMean, type Finding, type Path } from './findings.ts'

type Catalogue = Awaited<ReturnType<Platform['catalogue']>>

const listed = (names: readonly string[]): string =>
  names.length === 0
    ? 'there is none'
    : `there are ${names.slice(0, 20).join(', ')}${names.length > 20 ? ', …' : ''}`

const unknown = (path: Path, what: string, name: string, known: readonly string[]): Finding => {
  const meant = didYouMean(name, known)
  return {
    path,
    what: `the platform has no ${what} "${name}"`,
    why: meant === undefined ? listed(known) : 'names must be as on the platform',
    remedy: meant === undefined ? 'correct the name' : `did you mean "${meant}"?`,
  }
}

/** A managed role is created when it is not there; any other has to exist. */
const existing = (path: Path, role: RoleDefinition, { roles }: Catalogue): readonly Finding[] => {
  const candidates = roles.filter(({ kind }) => (kind === 'builtin') === (role.kind === 'builtin'))
  if (candidates.some(({ name }) => fold(name) === fold(role.name))) return []
  const what = role.kind === 'builtin' ? 'built-in role' : 'role'
  return [
    unknown(
      [...path, role.kind],
      what,
      role.name,
      candidates.map(({ name }) => name),
    ),
  ]
}

const permissionFindings = (
  path: Path,
  scoped: boolean,
  { permissions }: RoleContents,
  catalogue: Catalogue,
): readonly Finding[] => {
  const all = new Set(catalogue.permissions)
  const allowed = new Set(scoped ? catalogue.restrictedPermissions : catalogue.permissions)
  return permissions.flatMap((name): readonly Finding[] => {
    if (!all.has(name)) return [unknown([...path, 'permissions'], 'permission', name, catalogue.permissions)]
    if (allowed.has(name)) return []
    return [
      {
        path: [...path, 'permissions'],
        what: `permission "${name}" is not allowed in restricted roles`,
        why: 'the platform would refuse the role',
        remedy: 'remove it, or make the role custom',
      },
    ]
  })
}

const intakeFindings = (path: Path, { intakes }: RoleContents, catalogue: Catalogue): readonly Finding[] =>
  intakes.flatMap((wanted): readonly Finding[] => {
    if (catalogue.intakes.some(({ id }) => id === wanted)) return []
    const named = catalogue.intakes.filter(({ name }) => fold(name) === fold(wanted))
    if (named.length === 1) return []
    const place = [...path, 'intakes']
    if (named.length === 0)
      return [
        unknown(
          place,
          'intake',
          wanted,
          catalogue.intakes.map(({ name }) => name),
        ),
      ]
    const what = `${named.length} intakes are called "${wanted}"`
    return [{ path: place, what, why: 'a role must name exactly one', remedy: 'write its uuid' }]
  })

const roleFindings = (path: Path, role: RoleDefinition, catalogue: Catalogue): readonly Finding[] => {
  if (role.kind === 'builtin' || role.contents === undefined) return existing(path, role, catalogue)
  return [
    ...permissionFindings(path, role.kind !== 'custom', role.contents, catalogue),
    ...intakeFindings(path, role.contents, catalogue),
  ]
}

const unreadable = (path: Path, error: unknown): Finding => {
  if (!isConnectorError(error)) throw error
  return {
    path,
    what: `the platform could not be asked: ${error.message}`,
    why: 'roles are checked against what the platform has',
    remedy: 'correct it, or try again when the platform answers',
  }
}

const communityFindings = async (
  path: Path,
  community: Community,
  platforms: Platforms,
): Promise<readonly Finding[]> => {
  try {
    const catalogue = await (await platforms.open(community)).catalogue()
    return community.roles.flatMap((role, index) => roleFindings([...path, 'roles', index], role, catalogue))
  } catch (error) {
    return [unreadable(path, error)]
  }
}

/** What the platforms' live catalogues say against a configuration: roles, permissions and intakes that do not exist or may not be combined. */
export const checkAgainstCatalogue = async (
  configuration: Configuration,
  platforms: Platforms,
): Promise<readonly Finding[]> => {
  const found: Finding[] = []
  // One after the other: communities may share one address and so one budget of calls.
  for (const [index, community] of configuration.communities.entries())
    found.push(...(await communityFindings(['communities', index], community, platforms)))
  return found
}
