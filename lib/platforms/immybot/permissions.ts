import { fold } from '../../core/ids.ts'
import type { PermissionName } from '../../core/snapshot.ts'
import type { SubjectShape } from './shapes.ts'

/** The live catalogue of permissions: over a hundred, by subject and category, each with what it depends on. */
type Permission = SubjectShape['permissions'][number]

const categories: readonly string[] = ['view', 'corecapability', 'advanced']
/** Our words: how many of the categories each takes in. */
const words = { view: 1, manage: 2, full: 3 } as const

/** Numbers as the vendor's enumeration counts them, from 1; an unknown category counts as the widest. */
const rankOf = ({ category }: Permission): number => {
  if (typeof category === 'number') return category
  const at = categories.indexOf(category.toLowerCase())
  return at < 0 ? categories.length : at + 1
}

const dependenciesOf = (permission: Permission): readonly string[] =>
  (permission.dependencies ?? []).map((one) => (typeof one === 'string' ? one : one.id))

const all = (subjects: readonly SubjectShape[]): readonly Permission[] =>
  subjects.flatMap(({ permissions }) => permissions)

/** With everything they depend on, and what that depends on, sorted. */
const closure = (ids: readonly string[], byId: ReadonlyMap<string, Permission>): readonly string[] => {
  const seen = new Set<string>()
  const open = [...ids]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    const known = byId.get(id)
    if (known !== undefined) open.push(...dependenciesOf(known))
  }
  return [...seen].toSorted()
}

/** Every name a managed role may hold: permissions by id, and subjects with a word, `computers=manage`. */
export const permissionNames = (subjects: readonly SubjectShape[]): readonly PermissionName[] => {
  const byId = new Map(all(subjects).map((one) => [one.id, one]))
  const single = [...byId.keys()].map((name) => ({ name, grants: closure([name], byId) }))
  const groups = subjects.flatMap((subject) =>
    Object.entries(words).map(([word, rank]) => ({
      name: `${fold(subject.name)}=${word}`,
      grants: closure(
        subject.permissions.filter((one) => rankOf(one) <= rank).map(({ id }) => id),
        byId,
      ),
    })),
  )
  const names = new Map([...groups, ...single].map((one) => [one.name, one]))
  return [...names.values()]
    .filter(({ grants }) => grants.length > 0)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** Whoever may change users, roles, groups or who holds what can make themselves administrator. */
const managing = /^(users?|roles?|groups?|(user)?roleassignments?)$/

const named = (subjects: readonly SubjectShape[], pattern: RegExp): readonly Permission[] => {
  const letters = (text: string): string => text.toLowerCase().replaceAll(/[^a-z]/g, '')
  return all(
    subjects.filter(({ id, name }) => pattern.test(letters(name)) || pattern.test(letters(String(id)))),
  )
}

export const adminPermissions = (subjects: readonly SubjectShape[]): ReadonlySet<string> => {
  const chosen = named(subjects, managing).filter((one) => rankOf(one) > words.view)
  return new Set(chosen.map(({ id }) => id))
}

/** What `manage` adds to `view` for the subjects of such a name. */
export const coreOf = (subjects: readonly SubjectShape[], pattern: RegExp): readonly string[] =>
  named(subjects, pattern)
    .filter((one) => rankOf(one) === words.manage)
    .map(({ id }) => id)
