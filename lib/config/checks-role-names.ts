import { fold } from '../core/ids.ts'
import { scopeIn } from './checks-scopes.ts'
import type { Finding } from './findings.ts'
import type { PlatformForms } from './platform-forms.ts'
import { roleKinds } from './schema-roles.ts'
import { field, items, present, text, type View } from './view.ts'

type Scene = { readonly tenant: string | undefined; readonly forms: PlatformForms | undefined }
type Named = {
  readonly view: View
  readonly id: string
  /** Built-in roles and others may share a name. */
  readonly name: string
  readonly scope: string
  readonly managed: boolean
}

const namesOf = (role: View, { tenant, forms }: Scene): readonly Named[] =>
  roleKinds.flatMap((kind) => {
    const view = field(role, kind)
    const name = text(view)
    if (name === undefined) return []
    return [
      {
        view,
        id: text(field(role, 'id')) ?? '',
        name: `${kind === 'builtin' ? 'builtin' : 'own'} ${fold(name)}`,
        scope: fold(scopeIn(role, tenant, forms) ?? ''),
        managed: present(field(role, 'permissions')),
      },
    ]
  })

const clash = (one: Named, before: readonly Named[]): Finding | undefined => {
  const alike = before.filter(({ name }) => name === one.name)
  const same = alike.findLast(({ scope }) => scope === one.scope)
  if (same !== undefined)
    return {
      path: one.view.path,
      what: `is the name of role "${same.id}", too`,
      why: 'roles are found by their names on the platform',
      remedy: 'give it another name, or grant the other role',
    }
  const declared = one.managed ? alike.findLast(({ managed }) => managed) : undefined
  if (declared === undefined) return undefined
  return {
    path: one.view.path,
    what: `is declared by role "${declared.id}" already`,
    why: 'in another scope it is the same role with the same contents',
    remedy: 'leave description and permissions out here',
  }
}

/**
 * The platform tells roles apart by name, and by scope where it has scopes; two of ours with one name and scope would be one there. Contents are
 * declared once: the other scopes name the same role.
 */
export const sameNameFindings = (roles: readonly View[], scene: Scene): readonly Finding[] => {
  const named = roles.flatMap((role) => namesOf(role, scene))
  return named.flatMap((one, index) => clash(one, named.slice(0, index)) ?? [])
}

/** A name of the past belongs to one role, and to none that is there today. */
export const claimedFindings = (roles: readonly View[]): readonly Finding[] => {
  const names = new Map(
    roles.flatMap((role) => roleKinds.map((kind) => [fold(text(field(role, kind)) ?? ''), role] as const)),
  )
  const seen = new Map<string, View>()
  return roles.flatMap((role) =>
    items(field(role, 'previously')).flatMap((item): readonly Finding[] => {
      const name = fold(text(item) ?? '')
      const other = [names.get(name), seen.get(name)].find((one) => one !== undefined && one !== role)
      seen.set(name, role)
      if (other === undefined || name === '') return []
      return [
        {
          path: item.path,
          what: `belongs to role "${text(field(other, 'id')) ?? ''}", too`,
          why: 'one role cannot become two',
          remedy: 'remove it from one of them',
        },
      ]
    }),
  )
}
