import type { Community } from '../../core/configuration.ts'
import { ConnectorError } from '../../core/errors.ts'
import type { NetographyApi } from './api.ts'
import { grantsOf, portalOnly } from './permissions.ts'
import { fallbackDefinition } from './roles.ts'
import type { RoleShape } from './shapes.ts'

/** What keeps a role from standing for "no access", in words; undefined: it is fit. */
export const fallbackFinding = (
  role: RoleShape,
  departedKeepReadAccess: true | undefined,
): string | undefined => {
  const grants = [...grantsOf(role), ...portalOnly(role)]
  if (grants.length === 0) return undefined
  if (departedKeepReadAccess !== true)
    return `role "${role.name}" still gives ${grants.slice(0, 3).join(', ')}: take every permission from it, or set departedKeepReadAccess if the departed may go on reading`
  const beyond = grants.filter((grant) => !grant.endsWith(':fetch'))
  return beyond.length === 0
    ? undefined
    : `role "${role.name}" gives more than reading (${beyond.slice(0, 3).join(', ')}): take that from it`
}

const unfit = (why: string): ConnectorError =>
  new ConnectorError('platformRefused', `nobody can be suspended: ${why}`, { field: 'fallbackRole' })

/** Looked at anew for each suspension: a role that was empty yesterday may have been filled by hand. */
export const fallbackName = async (api: NetographyApi, community: Community): Promise<string> => {
  const definition = fallbackDefinition(community)
  if (definition === undefined)
    throw unfit('the community has no fallbackRole; name a role without permissions, or choose delete')
  const role = (await api.roles()).items.find(({ name }) => name === definition.name)
  if (role === undefined) throw unfit(`the fallback role "${definition.name}" is not on the platform`)
  const finding = fallbackFinding(role, community.departedKeepReadAccess)
  if (finding !== undefined) throw unfit(finding)
  return role.name
}
