import { ConnectorError } from '../../core/errors.ts'
import { fold } from '../../core/ids.ts'
import type { AssignmentShape, TenantShape } from './shapes.ts'

/** Where a role applies. Resource scopes exist and are never ours: they are shown as `resource`. */
export type Scope =
  | { readonly kind: 'everything' | 'msp' | 'ownTenant' }
  | { readonly kind: 'tenant' | 'tenantTag'; readonly id: number }

/** Stable text of a scope, ids in the place of names: the part of our role ids behind the `@`. */
export const scopeKey = (scope: Scope): string => ('id' in scope ? `${scope.kind}:${scope.id}` : scope.kind)

export const scopeOfKey = (key: string): Scope | undefined => {
  const [kind, id = ''] = key.split(':')
  if (kind === 'everything' || kind === 'msp' || kind === 'ownTenant') return { kind }
  if ((kind === 'tenant' || kind === 'tenantTag') && /^\d+$/.test(id)) return { kind, id: Number(id) }
  return undefined
}

type Named = { readonly id: number; readonly name: string }

/** Tags are known by the tenants that carry them. */
const tagsOf = (tenants: readonly TenantShape[]): readonly Named[] => {
  const all = tenants.flatMap(({ tenantTagIds, tenantTagNames }) =>
    (tenantTagIds ?? []).map((id, index) => ({ id, name: tenantTagNames?.[index] ?? '' })),
  )
  return [...new Map(all.map((tag) => [tag.id, tag])).values()]
}

/** By id, else by a name that only one has. */
const meant = (written: string, among: readonly Named[]): number | undefined => {
  const exact = among.find(({ id }) => String(id) === written.trim())
  if (exact !== undefined) return exact.id
  const named = among.filter(({ name }) => fold(name) === fold(written))
  return named.length === 1 ? named[0]?.id : undefined
}

/** What the configuration wrote (`tenant:Paris`), resolved; undefined: there is no such place, or its name is not unique. */
export const scopeOf = (written: string, tenants: readonly TenantShape[]): Scope | undefined => {
  const at = written.indexOf(':')
  if (at < 0) return scopeOfKey(written)
  const [kind, name] = [written.slice(0, at), written.slice(at + 1)]
  if (kind !== 'tenant' && kind !== 'tenantTag') return undefined
  const id = meant(name, kind === 'tenant' ? tenants : tagsOf(tenants))
  return id === undefined ? undefined : { kind, id }
}

/** Everything a configuration may write, by id, and by name where the name says which one. */
export const scopeTexts = (tenants: readonly TenantShape[]): readonly string[] => {
  const texts = (kind: string, among: readonly Named[]): readonly string[] =>
    among.flatMap(({ id, name }) => [
      `${kind}:${id}`,
      ...(name !== '' && meant(name, among) === id ? [`${kind}:${name}`] : []),
    ])
  return [
    'everything',
    'msp',
    'ownTenant',
    ...texts('tenant', tenants),
    ...texts('tenantTag', tagsOf(tenants)),
  ].toSorted()
}

/** The same place for each of its texts, folded. */
export const placesOf = (tenants: readonly TenantShape[]): ReadonlyMap<string, string> =>
  new Map(
    scopeTexts(tenants).flatMap((text) => {
      const scope = scopeOf(text, tenants)
      return scope === undefined ? [] : [[fold(text), scopeKey(scope)] as const]
    }),
  )

/** For people: names in the place of ids. */
export const scopeName = (scope: Scope, tenants: readonly TenantShape[]): string => {
  if (!('id' in scope)) return scope.kind
  const among = scope.kind === 'tenant' ? tenants : tagsOf(tenants)
  return `${scope.kind}:${among.find(({ id }) => id === scope.id)?.name || scope.id}`
}

/** The vendor's enumeration, by name and by number. */
const types: Readonly<Record<string, Scope['kind'] | 'resource'>> = {
  owner: 'everything',
  1: 'everything',
  msp: 'msp',
  2: 'msp',
  tenanttag: 'tenantTag',
  3: 'tenantTag',
  specifictenant: 'tenant',
  4: 'tenant',
  usertenant: 'ownTenant',
  5: 'ownTenant',
}

const idsIn = (values: readonly unknown[]): readonly number[] =>
  values.map(String).flatMap((value) => (/^\d+$/.test(value) ? [Number(value)] : []))

/** Where an assignment applies, as far as its answer says: by the ids it shows, else by the name of the place. Undefined: a resource, or not to be told. */
export const scopeOfAssignment = (
  assignment: AssignmentShape,
  tenants: readonly TenantShape[],
): Scope | undefined => {
  const type = String(assignment.assignmentType).toLowerCase()
  const kind = Object.hasOwn(types, type) ? types[type] : undefined
  if (kind === undefined || kind === 'resource') return undefined
  if (kind !== 'tenant' && kind !== 'tenantTag') return { kind }
  const [id, ...more] = idsIn(assignment.claimValues ?? [])
  if (id !== undefined) return more.length === 0 ? { kind, id } : undefined
  return typeof assignment.scope === 'string' ? scopeOf(`${kind}:${assignment.scope}`, tenants) : undefined
}

export type Dto = Readonly<Record<string, number | boolean | string>>

/** What `POST …/{kind}/create` wants for a group's assignment with this scope. */
export const assignmentDto = (
  scope: Scope,
  group: number,
  role: number,
  places: { readonly msp: number | undefined; readonly ownTenant: number | undefined },
): { readonly kind: string; readonly dto: Dto } => {
  const dto = (assignmentType: number, own: Dto): Dto => ({
    groupId: group,
    roleId: role,
    isAllow: true,
    assignmentType,
    ...own,
  })
  switch (scope.kind) {
    case 'everything':
      return { kind: 'owner', dto: dto(1, {}) }
    case 'msp':
      if (places.msp === undefined)
        throw new ConnectorError(
          'platformRefused',
          'scope msp: no tenant, or more than one, is an MSP; name the tenant',
          {
            field: 'roles',
          },
        )
      return { kind: 'msp', dto: dto(2, { mspTenantId: places.msp }) }
    case 'tenantTag':
      return { kind: 'tenant-tag', dto: dto(3, { tagId: scope.id }) }
    case 'tenant':
      return { kind: 'specific-tenant', dto: dto(4, { tenantId: scope.id }) }
    case 'ownTenant':
      return {
        kind: 'user-tenant',
        dto: dto(5, places.ownTenant === undefined ? {} : { tenantId: places.ownTenant }),
      }
  }
}
