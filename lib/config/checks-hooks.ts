import { addressFindings, finding } from './checks-addresses.ts'
import { type CheckOptions, traitsOf } from './checks-communities.ts'
import type { Finding } from './findings.ts'
import { field, items, present, text, type View } from './view.ts'

type Communities = ReadonlyMap<string, View>

/** A claim names one role: where people hold several there is no saying which. */
const communityFindings = (
  view: View,
  communities: Communities,
  options: CheckOptions,
): readonly Finding[] => {
  const id = text(view)
  if (id === undefined) return []
  const community = communities.get(id)
  if (community === undefined)
    return [
      finding(
        view,
        `there is no community "${id.slice(0, 64)}"`,
        `declared are ${[...communities.keys()].slice(0, 20).join(', ') || 'none'}`,
        'declare it or name another community',
      ),
    ]
  const traits = traitsOf(community, options)
  if (traits === undefined || traits.maximumRoles === 1) return []
  return [
    finding(
      view,
      'is on a platform where people hold several roles',
      'a claim carries the one role somebody has',
      'name a Netography account; elsewhere roles are given by the platform’s API',
    ),
  ]
}

const claimFindings = (hook: View, communities: Communities, options: CheckOptions): readonly Finding[] => {
  const seen = new Set<string>()
  return items(field(hook, 'claims')).flatMap((claim): readonly Finding[] => {
    const view = field(claim, 'name')
    const name = text(view)
    const twice = name !== undefined && seen.has(name)
    if (name !== undefined) seen.add(name)
    return [
      ...(twice
        ? [finding(view, `"${name}" is claimed twice`, 'one of the two would be lost', 'keep one')]
        : []),
      ...communityFindings(field(claim, 'community'), communities, options),
    ]
  })
}

export const hookFindings = (
  connection: View,
  communities: Communities,
  options: CheckOptions,
): readonly Finding[] => {
  const [okta, entra] = [field(connection, 'hooks', 'okta'), field(connection, 'hooks', 'entra')]
  const hooks = field(connection, 'hooks')
  const empty = present(hooks) && !present(okta) && !present(entra)
  return [
    ...(empty ? [finding(hooks, 'names no hook', 'nothing would be answered', 'add okta or entra')] : []),
    ...claimFindings(okta, communities, options),
    ...claimFindings(entra, communities, options),
    ...addressFindings(
      field(entra, 'authority'),
      options,
      'the keys of the token service are read there',
      'origin',
    ),
  ]
}
