import { fold } from '../core/ids.ts'
import type { PlatformTraits } from '../core/snapshot.ts'
import { type CheckOptions, traitsOf } from './checks-communities.ts'
import type { Finding } from './findings.ts'
import { roleKinds } from './schema.ts'
import { field, items, present, text, type View } from './view.ts'

type Kind = (typeof roleKinds)[number]
const contents = ['description', 'permissions', 'intakes'] as const

const kindFindings = (
  role: View,
  kinds: readonly Kind[],
  traits: PlatformTraits | undefined,
): readonly Finding[] => {
  const [kind, ...more] = kinds
  const why = 'a role is of one kind, and that key holds its name on the platform'
  if (kind === undefined)
    return [{ path: role.path, what: 'has no kind', why, remedy: `add one of ${roleKinds.join(', ')}` }]
  if (more.length > 0)
    return [{ path: role.path, what: `is ${kinds.join(' and ')} at once`, why, remedy: 'keep one of them' }]
  if (traits === undefined || traits.roleKinds.includes(kind)) return []
  return [
    {
      path: field(role, kind).path,
      what: `there are no ${kind} roles on this platform`,
      why: `it has ${traits.roleKinds.join(', ')}`,
      remedy: 'use one of those',
    },
  ]
}

const builtinFindings = (role: View): readonly Finding[] =>
  contents
    .map((name) => field(role, name))
    .filter(present)
    .map(({ path }) => ({
      path,
      what: 'does not belong to a built-in role',
      why: 'the platform decides what built-in roles contain',
      remedy: 'remove it, or make the role custom',
    }))

const managedFindings = (role: View, scoped: boolean): readonly Finding[] => {
  const needed = scoped ? contents : (['description', 'permissions'] as const)
  const why = scoped
    ? 'a managed restricted role declares description, permissions and intakes'
    : 'a managed role declares description and permissions'
  const missing = needed
    .map((name) => field(role, name))
    .filter((view) => !present(view))
    .map(
      ({ path }): Finding => ({
        path,
        what: 'is missing',
        why,
        remedy: 'add it, or leave all of them out for a role that exists already',
      }),
    )
  const intakes = field(role, 'intakes')
  if (scoped || !present(intakes)) return missing
  return [
    ...missing,
    {
      path: intakes.path,
      what: 'does not belong to a custom role',
      why: 'only restricted roles are limited to intakes',
      remedy: 'remove it, or write restricted: in place of custom:',
    },
  ]
}

const repeated = (role: View, name: 'permissions' | 'intakes'): readonly Finding[] => {
  const seen = new Set<string>()
  return items(field(role, name)).flatMap((item): readonly Finding[] => {
    const value = text(item)?.trim()
    if (value === undefined) return []
    if (!seen.has(value)) {
      seen.add(value)
      return []
    }
    return [
      { path: item.path, what: 'is listed twice', why: 'once is enough', remedy: 'remove one of the two' },
    ]
  })
}

const roleFindings = (role: View, traits: PlatformTraits | undefined): readonly Finding[] => {
  const kinds = roleKinds.filter((kind) => present(field(role, kind)))
  const [kind, ...more] = kinds
  const wrong = kindFindings(role, kinds, traits)
  const twice = [...repeated(role, 'permissions'), ...repeated(role, 'intakes')]
  if (kind === undefined || more.length > 0) return [...wrong, ...twice]
  if (kind === 'builtin') return [...wrong, ...builtinFindings(role)]
  const managed = contents.some((name) => present(field(role, name)))
  return [...wrong, ...twice, ...(managed ? managedFindings(role, kind !== 'custom') : [])]
}

/** The platform tells roles apart by name; two of ours with one name would be one there. */
const sameName = (roles: readonly View[]): readonly Finding[] => {
  const seen = new Map<string, string>()
  return roles.flatMap((role) =>
    roleKinds.flatMap((kind): readonly Finding[] => {
      const view = field(role, kind)
      const name = text(view)
      if (name === undefined) return []
      const key = `${kind === 'builtin' ? 'builtin' : 'own'} ${fold(name)}`
      const other = seen.get(key)
      seen.set(key, text(field(role, 'id')) ?? '')
      if (other === undefined) return []
      return [
        {
          path: view.path,
          what: `is the name of role "${other}", too`,
          why: 'roles are found by their names on the platform',
          remedy: 'give it another name, or grant the other role',
        },
      ]
    }),
  )
}

export const rolesFindings = (root: View, options: CheckOptions): readonly Finding[] =>
  items(field(root, 'communities')).flatMap((community) => {
    const roles = items(field(community, 'roles'))
    const traits = traitsOf(community, options)
    return [...sameName(roles), ...roles.flatMap((role) => roleFindings(role, traits))]
  })
