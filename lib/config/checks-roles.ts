import { fold } from '../core/ids.ts'
import type { PlatformTraits } from '../core/snapshot.ts'
import { type CheckOptions, platformOf, traitsOf } from './checks-communities.ts'
import { contentsFindings, contentsWarnings, repeatedFindings } from './checks-contents.ts'
import { claimedFindings, sameNameFindings } from './checks-role-names.ts'
import { ownerFindings, scopeFindings } from './checks-scopes.ts'
import type { Finding } from './findings.ts'
import { type PlatformForms, platformForms } from './platform-forms.ts'
import { roleKinds } from './schema-roles.ts'
import { field, items, present, text, type View } from './view.ts'

type Kind = (typeof roleKinds)[number]
const contents = ['description', 'permissions', 'capabilities', 'intakes'] as const

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
  const needed = scoped ? ['description', 'permissions', 'intakes'] : ['description', 'permissions']
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

const nameFindings = (role: View, kind: Kind, forms: PlatformForms | undefined): readonly Finding[] => {
  const view = field(role, kind)
  const name = text(view)?.trim()
  const rule = forms?.roleName
  if (name === undefined || kind === 'builtin' || rule === undefined || rule.form.test(name)) return []
  return [
    {
      path: view.path,
      what: 'is no name for a role of this platform',
      why: rule.rule,
      remedy: 'give it a name of that form',
    },
  ]
}

const previousFindings = (role: View, kind: Kind, managed: boolean): readonly Finding[] => {
  const view = field(role, 'previously')
  if (!present(view)) return []
  if (!managed)
    return [
      {
        path: view.path,
        what: 'has no meaning here',
        why: 'only managed roles are renamed',
        remedy: 'remove it, or declare description and permissions',
      },
    ]
  const name = fold(text(field(role, kind)) ?? '')
  return items(view)
    .filter((item) => fold(text(item) ?? ' ') === name)
    .map(({ path }) => ({
      path,
      what: 'is the name it has now',
      why: 'it lists names of the past',
      remedy: 'remove it',
    }))
}

type Scene = {
  readonly tenant: string | undefined
  readonly fallbackRole: string | undefined
  readonly traits: PlatformTraits | undefined
  readonly forms: PlatformForms | undefined
}

const roleFindings = (role: View, { tenant, fallbackRole, traits, forms }: Scene): readonly Finding[] => {
  const kinds = roleKinds.filter((kind) => present(field(role, kind)))
  const [kind, ...more] = kinds
  const wrong = [...kindFindings(role, kinds, traits), ...repeatedFindings(role)]
  if (kind === undefined || more.length > 0) return wrong
  const managed = kind !== 'builtin' && contents.some((name) => present(field(role, name)))
  const fallback = fallbackRole !== undefined && text(field(role, 'id')) === fallbackRole
  return [
    ...wrong,
    ...nameFindings(role, kind, forms),
    ...(kind === 'builtin' ? builtinFindings(role) : []),
    ...(managed ? managedFindings(role, kind !== 'custom') : []),
    ...(managed ? contentsFindings(role, { traits, forms, fallback }) : []),
    ...scopeFindings(role, tenant, traits, forms),
    ...ownerFindings(role, managed, traits),
    ...previousFindings(role, kind, managed),
  ]
}

export const rolesFindings = (root: View, options: CheckOptions): readonly Finding[] =>
  items(field(root, 'communities')).flatMap((community) => {
    const roles = items(field(community, 'roles'))
    const platform = platformOf(community)
    const scene: Scene = {
      tenant: text(field(community, 'tenant')),
      fallbackRole: text(field(community, 'fallbackRole')),
      traits: traitsOf(community, options),
      forms: platform === undefined ? undefined : platformForms[platform],
    }
    return [
      ...sameNameFindings(roles, scene),
      ...claimedFindings(roles),
      ...roles.flatMap((role) => roleFindings(role, scene)),
    ]
  })

export const rolesWarnings = (root: View, options: CheckOptions): readonly Finding[] =>
  items(field(root, 'communities')).flatMap((community) =>
    items(field(community, 'roles')).flatMap((role) => contentsWarnings(role, traitsOf(community, options))),
  )
