import { stringify } from 'yaml'
import type { Community } from '../core/configuration.ts'
import { fold } from '../core/ids.ts'
import type { Account, PlatformRole, PlatformTraits, Snapshot } from '../core/snapshot.ts'
import { platformForms } from './platform-forms.ts'
import type { RoleFile } from './schema-roles.ts'
import { scopeKeys, scopeWords } from './schema-roles.ts'

export type DraftInput = {
  readonly community: Community
  readonly snapshot: Snapshot
  readonly traits: PlatformTraits
  /** What a scope may name, of the live catalogue. */
  readonly scopes: readonly string[]
  readonly places?: ReadonlyMap<string, string>
}
export type DraftRole = {
  readonly file: RoleFile
  readonly role: PlatformRole
  /** People, in the order of the list. */
  readonly holders: readonly Account[]
}
export type DraftRoles = {
  readonly fresh: readonly DraftRole[]
  /** Roles a configuration cannot name, and why. */
  readonly left: readonly { readonly role: PlatformRole; readonly why: string }[]
}

/** Names come from outside, and a comment ends with its line. */
export const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()

const scopeFile = (scope: string | undefined): RoleFile['scope'] => {
  const word = scopeWords.find((one) => one === scope)
  if (word !== undefined) return word
  const key = scopeKeys.find((one) => scope?.startsWith(`${one}:`) === true)
  const name = key === undefined ? '' : (scope ?? '').slice(key.length + 1).trim()
  return key === undefined || name === '' ? undefined : { [key]: name }
}

/** A role given by hand has the way it was given behind its scope: the longest beginning that a configuration may write. */
const placeOf = ({ scope }: PlatformRole, scopes: readonly string[]): string | undefined => {
  const parts = (scope ?? '').split(', ')
  const beginnings = parts.map((_, index) => parts.slice(0, parts.length - index).join(', '))
  return beginnings.find((one) => scopes.includes(one))
}

/** A tenant's name and its id are one place. */
const samePlace = (scope: string | undefined, { places }: DraftInput): string | undefined =>
  scope === undefined ? undefined : (places?.get(fold(scope)) ?? scope)

const scopeProblem = (role: PlatformRole, input: DraftInput): string | undefined => {
  const { community, traits, scopes } = input
  if (traits.scopes === undefined) return undefined
  const own = platformForms[community.platform].scopeIn?.(community.tenant)
  const place = placeOf(role, scopes)
  if (own !== undefined)
    return role.scope === undefined || samePlace(place, input) === own || place === 'ownTenant'
      ? undefined
      : 'they are given beyond the community'
  if (role.scope === undefined) return 'nobody holds them, and they would need a scope'
  return scopeFile(place) === undefined ? 'their scope has no word here' : undefined
}

const obstacle = (role: PlatformRole, input: DraftInput): string | undefined => {
  const { community, traits } = input
  const { roleName } = platformForms[community.platform]
  if (!traits.roleKinds.includes(role.kind)) return `there are no ${role.kind} roles here`
  if (role.name.trim() === '' || role.name.length > 256) return 'they have no usable name'
  if (role.kind !== 'builtin' && roleName?.form.test(role.name) === false) return roleName.rule
  return scopeProblem(role, input)
}

const keyOf = ({ kind, name }: Pick<PlatformRole, 'kind' | 'name'>, scope: string | undefined): string =>
  JSON.stringify([kind === 'builtin', fold(name), scope ?? ''])

export const slug = (text: string, taken: Set<string>): string => {
  const plain = fold(text)
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
  const base = plain.slice(0, 50).replace(/-+$/, '') || 'role'
  let id = base
  for (let n = 2; taken.has(id); n += 1) id = `${base}-${n}`
  taken.add(id)
  return id
}

const fileOf = (role: PlatformRole, input: DraftInput, taken: Set<string>): RoleFile => {
  const { tenant, platform } = input.community
  const place = placeOf(role, input.scopes)
  const written =
    platformForms[platform].scopeIn?.(tenant) === samePlace(place, input) ? undefined : scopeFile(place)
  return {
    id: slug(role.name, taken),
    [role.kind]: role.name.trim(),
    ...(written === undefined ? {} : { scope: written }),
  }
}

const heldBy = (ids: ReadonlySet<string>, { accounts }: Snapshot): readonly Account[] =>
  accounts.filter(({ service, roles }) => !service && roles.some((role) => ids.has(role)))

/** What of the platform's roles the configuration does not name yet, each with an id and its holders. */
export const draftRoles = (input: DraftInput): DraftRoles => {
  const { community, snapshot } = input
  const own = platformForms[community.platform].scopeIn?.(community.tenant)
  const known = new Set(community.roles.map((one) => keyOf(one, samePlace(one.scope, input))))
  const taken = new Set<string>(community.roles.map(({ id }) => id))
  const unnamed = new Map<string, { readonly role: PlatformRole; readonly ids: Set<string> }>()
  for (const role of snapshot.roles) {
    const key = keyOf(role, samePlace(placeOf(role, input.scopes) ?? role.scope ?? own, input))
    if (known.has(key)) continue
    const { ids } = unnamed.get(key) ?? { ids: new Set() }
    unnamed.set(key, { role: unnamed.get(key)?.role ?? role, ids: ids.add(role.id) })
  }
  const judged = [...unnamed.values()].map((one) => ({ ...one, why: obstacle(one.role, input) }))
  return {
    fresh: judged
      .filter(({ why }) => why === undefined)
      .map(({ role, ids }) => ({
        role,
        file: fileOf(role, input, taken),
        holders: heldBy(ids, snapshot),
      })),
    left: judged.flatMap(({ role, why }) => (why === undefined ? [] : [{ role, why }])),
  }
}

const intakeName = (id: string, { intakes }: Snapshot): string => {
  const named = intakes.find((one) => one.id === id)
  const alone = intakes.filter(({ name }) => fold(name) === fold(named?.name ?? '')).length === 1
  return named !== undefined && alone ? named.name : id
}

/** What the role holds, as a configuration would declare it; empty for what the platform brings along. */
export const contentsLines = (role: PlatformRole, { snapshot, traits }: DraftInput): readonly string[] => {
  if (role.kind === 'builtin') return []
  const switches = role.permissions.filter((one) => traits.capabilities?.includes(one) === true)
  const contents = {
    description: oneLine(role.description),
    permissions: role.permissions.filter((one) => !switches.includes(one)).map(oneLine),
    ...(switches.length === 0 ? {} : { capabilities: switches }),
    ...(role.intakes.length === 0
      ? {}
      : { intakes: role.intakes.map((id) => oneLine(intakeName(id, snapshot))) }),
  }
  return stringify(contents, { lineWidth: 0 }).trimEnd().split('\n')
}
