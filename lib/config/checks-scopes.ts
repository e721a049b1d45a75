import { fold } from '../core/ids.ts'
import type { PlatformTraits } from '../core/snapshot.ts'
import type { Finding } from './findings.ts'
import type { PlatformForms } from './platform-forms.ts'
import { scopeKeys, scopeWords } from './schema-roles.ts'
import { entries, field, isMap, present, text, type View } from './view.ts'

/** As `RoleDefinition.scope` holds it; undefined when it says nothing that can be understood. */
export const scopeText = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value
  const view = { value, path: [] }
  const given = scopeKeys.flatMap((key) => {
    const name = text(field(view, key))?.trim()
    return name === undefined ? [] : [`${key}:${name}`]
  })
  return given.length === 1 ? given[0] : undefined
}

/** Where a role applies: what it says, else what its community says. */
export const scopeIn = (role: View, tenant: string | undefined, forms: PlatformForms | undefined) =>
  scopeText(field(role, 'scope').value) ?? (tenant === undefined ? undefined : forms?.scopeIn?.(tenant))

const oneKey = (view: View): readonly Finding[] => {
  const given = scopeKeys.filter((key) => present(field(view, key)))
  // What else it may hold is an unknown key, and the schema says so.
  if (!isMap(view) || given.length === 1 || (given.length === 0 && entries(view).length > 0)) return []
  return [
    {
      path: view.path,
      what: given.length === 0 ? 'names nothing' : `is ${given.join(' and ')} at once`,
      why: 'a role applies in one place',
      remedy: `keep one of ${scopeKeys.join(', ')}`,
    },
  ]
}

const unknownScope = (view: View, traits: PlatformTraits): readonly Finding[] => {
  const word = scopeText(view.value)?.split(':')[0]
  const scopes = traits.scopes ?? []
  const known: readonly string[] = [...scopeWords, ...scopeKeys]
  if (word === undefined || !known.includes(word) || scopes.some((one) => one === word)) return []
  const why = scopes.length === 0 ? 'roles of this platform have no scopes' : `there are ${scopes.join(', ')}`
  return [{ path: view.path, what: 'has no meaning here', why, remedy: 'remove it' }]
}

/** A community of one tenant says nothing about any other. */
const beyond = (view: View, tenant: string, forms: PlatformForms): readonly Finding[] => {
  const [own, scope] = [forms.scopeIn?.(tenant), scopeText(view.value)]
  if (own === undefined || scope === undefined || [fold(own), 'ownTenant'].includes(scope)) return []
  return [
    {
      path: view.path,
      what: 'reaches beyond the community',
      why: `the community is tenant ${tenant} alone`,
      remedy: 'remove it, write ownTenant, or make the community the instance',
    },
  ]
}

const missing = (view: View): Finding => ({
  path: view.path,
  what: 'is missing',
  why: 'in a whole instance a role must say where it applies',
  remedy: 'add scope: everything, msp, ownTenant, { tenant: NAME } or { tenantTag: NAME }',
})

export const scopeFindings = (
  role: View,
  tenant: string | undefined,
  traits: PlatformTraits | undefined,
  forms: PlatformForms | undefined,
): readonly Finding[] => {
  const view = field(role, 'scope')
  if (present(view))
    return [
      ...oneKey(view),
      ...(traits === undefined ? [] : unknownScope(view, traits)),
      ...(tenant === undefined || forms === undefined ? [] : beyond(view, tenant, forms)),
    ]
  const needed = traits?.scopes !== undefined && tenant !== undefined
  return needed && scopeIn(role, tenant, forms) === undefined ? [missing(view)] : []
}

export const ownerFindings = (
  role: View,
  managed: boolean,
  traits: PlatformTraits | undefined,
): readonly Finding[] => {
  const view = field(role, 'owner')
  if (!present(view) || (managed && (traits === undefined || traits.scopes !== undefined))) return []
  const why = managed ? 'roles of this platform belong to no tenant' : 'only a role we make gets an owner'
  return [{ path: view.path, what: 'has no meaning here', why, remedy: 'remove it' }]
}
