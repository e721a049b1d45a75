import type { Community, Configuration, RoleContents, RoleDefinition } from '../core/configuration.ts'
import { isConnectorError } from '../core/errors.ts'
import { fold } from '../core/ids.ts'
import type { Platforms } from '../core/ports/platform.ts'
import type { Catalogue, PlatformTraits } from '../core/snapshot.ts'
import { fallbackFindings } from './catalogue-fallback.ts'
import { existingFindings, powerFindings, systemNameFindings } from './catalogue-roles.ts'
import { type Finding, type Path, unknownName } from './findings.ts'

const permissionFindings = (
  path: Path,
  scoped: boolean,
  { permissions }: RoleContents,
  catalogue: Catalogue,
): readonly Finding[] => {
  const names = catalogue.permissions.map(({ name }) => name)
  const all = new Set(names)
  const allowed = new Set(scoped ? catalogue.restrictedPermissions : names)
  const place = [...path, 'permissions']
  return permissions.flatMap((name): readonly Finding[] => {
    if (!all.has(name)) return [unknownName(place, 'permission', name, names)]
    if (allowed.has(name)) return []
    return [
      {
        path: place,
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
    const names = catalogue.intakes.map(({ name }) => name)
    const named = names.filter((name) => fold(name) === fold(wanted))
    if (named.length === 1) return []
    const place = [...path, 'intakes']
    if (named.length === 0) return [unknownName(place, 'intake', wanted, names)]
    const what = `${named.length} intakes are called "${wanted}"`
    return [{ path: place, what, why: 'a role must name exactly one', remedy: 'write its uuid' }]
  })

/** Tenants and tags that are not there: a role given there would be given nowhere. */
const scopeFindings = (path: Path, role: RoleDefinition, { scopes }: Catalogue): readonly Finding[] => {
  const known = new Set(scopes.map(fold))
  const owner = role.kind === 'builtin' ? undefined : role.owner
  const wanted = [
    { place: 'scope', scope: role.scope },
    { place: 'owner', scope: owner === undefined ? undefined : `tenant:${owner}` },
  ]
  return wanted.flatMap(({ place, scope }) =>
    scope === undefined || known.has(fold(scope))
      ? []
      : [unknownName([...path, place], 'scope', scope, scopes)],
  )
}

/** One role in one place is one role there, however its tenant is written. */
const samePlaceFindings = (
  path: Path,
  role: RoleDefinition,
  { community, catalogue }: Scene,
): readonly Finding[] => {
  const place = ({ scope = '' }: RoleDefinition): string => catalogue.places?.get(fold(scope)) ?? scope
  const earlier = community.roles
    .slice(0, community.roles.indexOf(role))
    .find(
      (one) =>
        (one.kind === 'builtin') === (role.kind === 'builtin') &&
        fold(one.name) === fold(role.name) &&
        place(one) === place(role),
    )
  if (earlier === undefined) return []
  return [
    {
      path: [...path, 'scope'],
      what: `is the place of role "${earlier.id}", by another name`,
      why: 'one role in one place cannot be given twice',
      remedy: 'remove one of the two, or grant the other',
    },
  ]
}

type Scene = {
  readonly community: Community
  readonly catalogue: Catalogue
  readonly traits: PlatformTraits
}

const roleFindings = (path: Path, role: RoleDefinition, scene: Scene): readonly Finding[] => {
  const { community, catalogue } = scene
  const contents = role.kind === 'builtin' ? undefined : role.contents
  return [
    ...(contents === undefined
      ? existingFindings(path, role, scene)
      : [
          ...systemNameFindings(path, role, scene),
          ...permissionFindings(path, role.kind !== 'custom', contents, catalogue),
          ...intakeFindings(path, contents, catalogue),
        ]),
    ...scopeFindings(path, role, catalogue),
    ...samePlaceFindings(path, role, scene),
    ...fallbackFindings(path, role, community, catalogue),
    ...powerFindings(path, role, scene),
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

/** What one community's live catalogue says, at the paths of its place in the file. */
export const communityAgainstCatalogue = async (
  path: Path,
  community: Community,
  platforms: Platforms,
): Promise<readonly Finding[]> => {
  try {
    const catalogue = await (await platforms.open(community)).catalogue()
    const scene = { community, catalogue, traits: platforms.traits(community) }
    return community.roles.flatMap((role, index) => roleFindings([...path, 'roles', index], role, scene))
  } catch (error) {
    return [unreadable(path, error)]
  }
}

/**
 * What the platforms' live catalogues say to a configuration: roles, permissions, intakes and scopes that do not exist or may not be combined; and, as
 * warnings, roles that make administrators and names that have a newer one.
 */
export const checkAgainstCatalogue = async (
  configuration: Configuration,
  platforms: Platforms,
): Promise<readonly Finding[]> => {
  const found: Finding[] = []
  // One after the other: communities may share one address and so one budget of calls.
  for (const [index, community] of configuration.communities.entries())
    found.push(...(await communityAgainstCatalogue(['communities', index], community, platforms)))
  return found
}
