import { fold } from '../core/ids.ts'
import { didYouMean, type Finding } from './findings.ts'
import { field, items, present, text, texts, type View } from './view.ts'

/** Ids and references: each id once, each reference to something that is there. */
const duplicates = (views: readonly View[], what: string): readonly Finding[] => {
  const seen = new Set<string>()
  return views.flatMap((view) => {
    const id = text(view)
    if (id === undefined) return []
    if (!seen.has(id)) {
      seen.add(id)
      return []
    }
    return [
      {
        path: view.path,
        what: `"${id}" is the id of an earlier ${what}, too`,
        why: 'an id names one thing',
        remedy: 'give this one another id',
      },
    ]
  })
}

const idsOf = (views: readonly View[]): readonly string[] =>
  views.flatMap((view) => text(field(view, 'id')) ?? [])

const dangling = (view: View, what: string, known: readonly string[]): readonly Finding[] => {
  const id = text(view)
  if (id === undefined || known.includes(id)) return []
  const meant = didYouMean(id, known)
  return [
    {
      path: view.path,
      what: `there is no ${what} "${id.slice(0, 64)}"`,
      why:
        known.length === 0
          ? 'none is declared'
          : `declared are ${[...new Set(known)].slice(0, 20).join(', ')}`,
      remedy: meant === undefined ? `declare it or name another ${what}` : `did you mean "${meant}"?`,
    },
  ]
}

const grantFindings = (rule: View, rolesOf: ReadonlyMap<string, readonly string[]>): readonly Finding[] => {
  const seen = new Set<string>()
  return items(field(rule, 'grant')).flatMap((grant) => {
    const community = text(field(grant, 'community'))
    const role = text(field(grant, 'role'))
    const missing = dangling(field(grant, 'community'), 'community', [...rolesOf.keys()])
    const roles = community === undefined ? undefined : rolesOf.get(community)
    const unknown = roles === undefined ? [] : dangling(field(grant, 'role'), 'role', roles)
    const key = JSON.stringify([community, role])
    const twice: readonly Finding[] =
      seen.has(key) && community !== undefined && role !== undefined
        ? [
            {
              path: grant.path,
              what: `grants "${role}" in "${community}" twice`,
              why: 'once is enough',
              remedy: 'remove one of the two',
            },
          ]
        : []
    seen.add(key)
    return [...missing, ...unknown, ...twice]
  })
}

/** What stands first in an address of ours and is no connection. */
const ownPaths: ReadonlySet<string> = new Set(['console', 'health'])
const ownPath = (view: View): readonly Finding[] => {
  const id = text(view)
  if (id === undefined || !ownPaths.has(id)) return []
  const [what, why] = ['is the name of an address of Rolecall’s own', `/${id} leads elsewhere`]
  return [{ path: view.path, what, why, remedy: 'give the connection another id' }]
}

/** Where any key may stand the schema passes this one over, as JavaScript does. */
const reserved = (view: View): readonly Finding[] => {
  const { path } = field(view, '__proto__')
  return present(field(view, '__proto__'))
    ? [{ path, what: 'unknown key "__proto__"', why: 'nothing has this name', remedy: 'remove it' }]
    : []
}

export const nameFindings = (root: View): readonly Finding[] => {
  const [connections, communities, rules] = ['connections', 'communities', 'rules'].map((name) =>
    items(field(root, name)),
  ) as [readonly View[], readonly View[], readonly View[]]
  const idViews = (views: readonly View[]) => views.map((view) => field(view, 'id'))
  const rolesOf = new Map(
    communities.flatMap((one): [string, readonly string[]][] => {
      const id = text(field(one, 'id'))
      return id === undefined ? [] : [[id, idsOf(items(field(one, 'roles')))]]
    }),
  )
  return [
    ...duplicates(idViews(connections), 'connection'),
    ...idViews(connections).flatMap(ownPath),
    ...duplicates(idViews(communities), 'community'),
    ...communities.flatMap((one) => duplicates(idViews(items(field(one, 'roles'))), 'role')),
    ...duplicates(idViews(rules), 'rule'),
    ...communities.flatMap((one) => [
      ...dangling(field(one, 'parent'), 'community', [...rolesOf.keys()]),
      ...dangling(field(one, 'fallbackRole'), 'role', idsOf(items(field(one, 'roles')))),
      ...reserved(field(one, 'dialect')),
      ...items(field(one, 'roles')).flatMap((role) => reserved(field(role, 'permissions'))),
    ]),
    ...rules.flatMap((one) => dangling(field(one, 'connection'), 'connection', idsOf(connections))),
    ...rules.flatMap((one) => grantFindings(one, rolesOf)),
  ]
}

/** Allowed, and perhaps not meant. */
export const nameWarnings = (root: View): readonly Finding[] => {
  const claimed = new Map<string, string>()
  const domains = items(field(root, 'connections')).flatMap((connection) =>
    texts(field(connection, 'domains')).flatMap((domain): readonly Finding[] => {
      const id = text(field(connection, 'id')) ?? ''
      const other = claimed.get(fold(domain))
      claimed.set(fold(domain), id)
      if (other === undefined || other === id) return []
      const path = field(connection, 'domains').path
      const what = `"${domain}" is a domain of connection "${other}", too`
      return [
        {
          path,
          what,
          why: 'both may adopt the same accounts',
          remedy: 'leave it to one of them',
          severity: 'warning',
        },
      ]
    }),
  )
  const granted = new Set(
    items(field(root, 'rules')).flatMap((rule) =>
      items(field(rule, 'grant')).map((grant) =>
        JSON.stringify([text(field(grant, 'community')), text(field(grant, 'role'))]),
      ),
    ),
  )
  const unused = items(field(root, 'communities')).flatMap((community) =>
    items(field(community, 'roles')).flatMap((role): readonly Finding[] => {
      const key = JSON.stringify([text(field(community, 'id')), text(field(role, 'id'))])
      if (granted.has(key) || text(field(role, 'id')) === text(field(community, 'fallbackRole'))) return []
      const what = 'is granted by no rule'
      return [
        {
          path: role.path,
          what,
          why: 'nobody will get it',
          remedy: 'add a rule or remove it',
          severity: 'warning',
        },
      ]
    }),
  )
  return [...domains, ...unused]
}
