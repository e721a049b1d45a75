import type { Check } from '../../core/checkup.ts'
import type { Community, RoleDefinition } from '../../core/configuration.ts'
import type { PermissionName } from '../../core/snapshot.ts'
import { fallbackFinding } from './fallback.ts'
import { portalOnly } from './permissions.ts'
import type { Scene } from './reading.ts'
import { fallbackDefinition } from './roles.ts'
import type { RoleShape } from './shapes.ts'

type Question = {
  readonly community: Community
  readonly scene: Scene
  readonly names: readonly PermissionName[]
}

const contentsOf = (role: RoleDefinition) => (role.kind === 'builtin' ? undefined : role.contents)

const managedCheck = (
  definition: RoleDefinition,
  seen: RoleShape | undefined,
  { names, scene }: Question,
): Check => {
  const subject = `role ${definition.id}`
  const wanted = contentsOf(definition)?.permissions ?? []
  const unknown = wanted.filter((name) => !names.some((known) => known.name === name))
  if (unknown.length > 0)
    return {
      subject,
      state: 'problem',
      found: `the platform has no permission ${unknown.join(', ')}`,
      remedy: 'correct the names; `rolecall adopt` lists those of the platform',
    }
  if (seen === undefined) return { subject, state: 'ok', found: `"${definition.name}" is not there yet` }
  if (scene.shown(seen).untouchable !== undefined)
    return {
      subject,
      state: 'problem',
      found: `our own key lives by "${definition.name}": it is never changed`,
      remedy: 'take its permissions out of the configuration, or give the key another role',
    }
  return { subject, state: 'ok', found: `"${definition.name}" is there` }
}

const roleCheck = (definition: RoleDefinition, question: Question): readonly Check[] => {
  const subject = `role ${definition.id}`
  const seen = question.scene.roles.find(({ name }) => name === definition.name)
  const portal = seen === undefined ? [] : portalOnly(seen)
  const first: Check =
    contentsOf(definition) !== undefined
      ? managedCheck(definition, seen, question)
      : seen === undefined
        ? {
            subject,
            state: 'problem',
            found: `there is no role "${definition.name}"`,
            remedy: 'correct the name, make the role in the portal, or declare its permissions',
          }
        : { subject, state: 'ok', found: `"${definition.name}" is there` }
  if (portal.length === 0) return [first]
  return [
    first,
    {
      subject,
      state: 'warning',
      found: `the portal set ${portal.join(', ')} on "${definition.name}": the API has no field for it, and an update would lose it`,
      remedy: 'only name such a role in the configuration, without permissions',
    },
  ]
}

const fallbackCheck = ({ community, scene }: Question): readonly Check[] => {
  const subject = 'fallback role'
  const definition = fallbackDefinition(community)
  const suspends = [community.onDeparture, community.onUnassigned].some(
    (leaving) => leaving.then === 'suspend',
  )
  if (definition === undefined)
    return suspends
      ? [
          {
            subject,
            state: 'problem',
            found: 'whoever leaves is to get the fallback role, and none is configured',
            remedy: 'set fallbackRole to a role without permissions, or choose delete',
          },
        ]
      : []
  const seen = scene.roles.find(({ name }) => name === definition.name)
  if (seen === undefined) return []
  const finding = fallbackFinding(seen, community.departedKeepReadAccess)
  return finding === undefined
    ? [
        {
          subject,
          state: 'ok',
          found: `"${seen.name}" ${community.departedKeepReadAccess ? 'only reads' : 'gives nothing'}`,
        },
      ]
    : [{ subject, state: 'problem', found: finding, remedy: 'until then nobody is suspended' }]
}

/** The community's configured roles against what the platform has. */
export const roleChecks = (question: Question): readonly Check[] => [
  ...question.community.roles.flatMap((definition) => roleCheck(definition, question)),
  ...fallbackCheck(question),
]
