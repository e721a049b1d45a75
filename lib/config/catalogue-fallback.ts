import type { Community, RoleContents, RoleDefinition } from '../core/configuration.ts'
import { fold } from '../core/ids.ts'
import type { Catalogue } from '../core/snapshot.ts'
import type { Finding, Path } from './findings.ts'
import { platformForms } from './platform-forms.ts'

const resolved = ({ permissions }: RoleContents, catalogue: Catalogue): readonly string[] => {
  const grants = new Map(catalogue.permissions.map((one) => [one.name, one.grants]))
  return [...new Set(permissions.flatMap((name) => grants.get(name) ?? [name]))].toSorted()
}

const givenBy = (role: RoleDefinition, catalogue: Catalogue): readonly string[] =>
  role.kind !== 'builtin' && role.contents !== undefined
    ? resolved(role.contents, catalogue)
    : (catalogue.roles.find(({ name }) => fold(name) === fold(role.name))?.permissions ?? [])

/** What the fallback role gives is known only to the platform; whoever left must not go on with more than reading, whatever the configuration allows. */
export const fallbackFindings = (
  path: Path,
  role: RoleDefinition,
  community: Community,
  catalogue: Catalogue,
): readonly Finding[] => {
  if (role.id !== community.fallbackRole) return []
  const keeps = community.departedKeepReadAccess === true
  const reading = keeps ? platformForms[community.platform].readingPermission : undefined
  const given = givenBy(role, catalogue).filter((name) => reading?.test(name) !== true)
  if (given.length === 0) return []
  const some = given.slice(0, 5).join(', ')
  return [
    keeps
      ? {
          path: [...path, role.kind],
          what: `the fallback role gives more than reading: ${some}`,
          why: 'departedKeepReadAccess lets those who left read, and no more',
          remedy: 'take that from it, or name another role',
        }
      : {
          path: [...path, role.kind],
          what: `the fallback role gives something on the platform: ${some}`,
          why: 'whoever left would keep access by it',
          remedy: 'take its permissions away there, or write departedKeepReadAccess: true',
        },
  ]
}
