import type { Community, RoleDefinition } from '../../core/configuration.ts'
import { fold, type PlatformRoleId, platformRoleId } from '../../core/ids.ts'
import { newerNames } from '../../core/role-names.ts'
import type { PlatformRole } from '../../core/snapshot.ts'
import type { Dialect } from './dialect.ts'
import type { Facts } from './instance.ts'
import { adminPermissions } from './permissions.ts'
import { type Scope, scopeKey, scopeName, scopeOf, scopeOfKey } from './scopes.ts'
import type { RoleShape } from './shapes.ts'
import { immybotTraits } from './traits.ts'

/**
 * One of the platform's roles stands for as many of ours as there are places it is given in: `<role>@<scope>`. What was given by hand has the way
 * it was given behind it, so that no plan ever takes it for ours.
 */
export type Held = {
  readonly role: string
  /** Undefined: a resource, or not to be told. */
  readonly scope: Scope | undefined
  /** Absent: by us, or in a generation that does not tell. */
  readonly byHand?: string
  /** It comes with being a user at all, and so ends with it. */
  readonly inherent?: true
}

export const heldId = ({ role, scope, byHand }: Held): PlatformRoleId =>
  platformRoleId(
    `${role}@${scope === undefined ? 'other' : scopeKey(scope)}${byHand === undefined ? '' : `#${byHand}`}`,
  )

/** Of a role we may give and take; undefined for what was given by hand. */
export const partsOf = (id: PlatformRoleId): { readonly role: string; readonly scope: Scope } | undefined => {
  const [, role = '', key = ''] = /^([^@#]+)@([^@#]+)$/.exec(id) ?? []
  const scope = scopeOfKey(key)
  return role === '' || scope === undefined ? undefined : { role, scope }
}

const letters = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, '')
const builtinNames = new Set(immybotTraits.builtinPower)

/** The type's name is not published; where a role has none, its own name tells. */
export const isBuiltin = (role: RoleShape, dialect: Dialect): boolean =>
  role.roleTypeName
    ? letters(role.roleTypeName) === letters(dialect.builtinRoleType)
    : builtinNames.has(fold(role.name))

/** The role's claims that are permissions of the catalogue, wherever the claim carries the id. */
export const permissionsIn = (role: RoleShape, { subjects }: Facts): readonly string[] => {
  const known = new Set(subjects.flatMap(({ permissions }) => permissions.map(({ id }) => id)))
  const claims = (role.roleClaims ?? []).flatMap(({ claimType, claimValue }) => [claimValue, claimType])
  return [
    ...new Set(claims.filter((one): one is string => typeof one === 'string' && known.has(one))),
  ].toSorted()
}

/** Built-in roles whose holders are administrators even where the catalogue does not show what they hold. */
const adminNames: ReadonlySet<string> = new Set([
  'system administrator (legacy)',
  'administrator (legacy)',
  'global administrator',
  'tenant administrator',
])

/** The platform's roles by id, without the place they are given in. */
export type Described = ReadonlyMap<string, Omit<PlatformRole, 'id' | 'scope'>>

export const describedRoles = (facts: Facts, dialect: Dialect, ownRoles: ReadonlySet<string>): Described => {
  const managing = adminPermissions(facts.subjects)
  return new Map(
    facts.roles.map((role) => {
      const permissions = permissionsIn(role, facts)
      const kind = isBuiltin(role, dialect) ? 'builtin' : 'custom'
      const named = kind === 'builtin' && adminNames.has(fold(role.name))
      return [
        String(role.id),
        {
          name: role.name,
          kind,
          description: role.description ?? '',
          permissions,
          intakes: [],
          admin: named || permissions.some((one) => managing.has(one)),
          ...(ownRoles.has(String(role.id)) ? { untouchable: 'ownKey' as const } : {}),
        },
      ]
    }),
  )
}

/** The platform's role of a definition, by name or else by the first alias it knows. */
const roleOf = (definition: RoleDefinition, described: Described): string | undefined => {
  const fits = [...described].filter(
    ([, { kind }]) => (kind === 'builtin') === (definition.kind === 'builtin'),
  )
  const names = [definition.name, ...newerNames(immybotTraits, definition.name)]
  for (const name of names) {
    const [found, ...more] = fits.filter(([, role]) => fold(role.name) === fold(name))
    if (found !== undefined) return more.length === 0 ? found[0] : undefined
  }
  return undefined
}

/** Where a role of this community applies when it does not say so. */
export const writtenScope = ({ tenant }: Community, { scope }: RoleDefinition): string =>
  scope ?? (tenant === 'instance' ? 'ownTenant' : `tenant:${tenant}`)

type Mapped = { readonly definition: RoleDefinition; readonly role: string; readonly scope: Scope }

/** What the configuration maps, as far as the platform has it. */
export const mappedRoles = (
  community: Community,
  { tenants }: Facts,
  described: Described,
): readonly Mapped[] =>
  community.roles.flatMap((definition) => {
    const role = roleOf(definition, described)
    const scope = scopeOf(writtenScope(community, definition), tenants)
    return role === undefined || scope === undefined ? [] : [{ definition, role, scope }]
  })

/** Every role as the plan must see it: those of the configuration, those that are held, and of the rest the bare role. */
export const listRoles = (input: {
  readonly community: Community
  readonly facts: Facts
  readonly described: Described
  readonly held: readonly Held[]
}): readonly PlatformRole[] => {
  const { community, facts, described } = input
  const listed = new Map<string, PlatformRole>()
  const list = (id: PlatformRoleId, role: string, scope: string | undefined): void => {
    const known = described.get(role)
    if (known === undefined || listed.has(`${id} ${scope}`)) return
    listed.set(`${id} ${scope}`, { ...known, id, ...(scope === undefined ? {} : { scope }) })
  }
  for (const { definition, role, scope } of mappedRoles(community, facts, described))
    list(heldId({ role, scope }), role, definition.scope)
  const ids = new Set([...listed.values()].map(({ id }) => id))
  for (const held of input.held) {
    const id = heldId(held)
    const place = held.scope === undefined ? 'one resource' : scopeName(held.scope, facts.tenants)
    if (!ids.has(id))
      list(id, held.role, held.byHand === undefined ? place : `${place}, ${wordsFor(held.byHand)}`)
  }
  const named = new Set([...listed.values()].map(({ name }) => fold(name)))
  for (const [role, { name }] of described)
    if (!named.has(fold(name))) list(platformRoleId(role), role, undefined)
  return [...listed.values()]
}

const wordsFor = (byHand: string): string =>
  byHand === 'direct' ? 'given directly' : `by group ${byHand.slice('group:'.length)}`
