import { type CheckOptions, platformOf, traitsOf } from './checks-communities.ts'
import type { Finding } from './findings.ts'
import { addressOf } from './forms.ts'
import { field, items, present, text, type View } from './view.ts'

const urlOf = (community: View): string => addressOf(text(field(community, 'baseUrl')) ?? '')

const circleFrom = (start: string, byId: ReadonlyMap<string, View>): readonly string[] | undefined => {
  const way = [start]
  for (;;) {
    const last = byId.get(way.at(-1) ?? '')
    const next = last === undefined ? undefined : text(field(last, 'parent'))
    if (next === undefined) return undefined
    if (next === start) return [...way, start]
    if (way.includes(next)) return undefined
    way.push(next)
  }
}

const finding = (view: View, what: string, why: string, remedy: string): readonly Finding[] => [
  { path: view.path, what, why, remedy },
]

const unlike = (community: View, parent: View, view: View): readonly Finding[] => {
  const why = 'people of a community reach only into those below it on the same platform and address'
  if (platformOf(community) !== platformOf(parent))
    return finding(view, 'names a community of another platform', why, 'name one of the same platform')
  if (urlOf(community) !== urlOf(parent))
    return finding(view, 'names a community of another baseUrl', why, 'write the same baseUrl in both')
  return []
}

const parentFindings = (
  community: View,
  byId: ReadonlyMap<string, View>,
  options: CheckOptions,
): readonly Finding[] => {
  const [view, id] = [field(community, 'parent'), text(field(community, 'id')) ?? '']
  const parent = byId.get(text(view) ?? '')
  const traits = traitsOf(community, options)
  if (!present(view)) return []
  if (traits !== undefined && traits.inherited === undefined)
    return finding(view, 'has no meaning here', 'communities of this platform have none above', 'remove it')
  if (parent === undefined) return []
  const circle = circleFrom(id, byId)
  if (circle === undefined) return unlike(community, parent, view)
  const what = circle.length === 2 ? 'is the community itself' : `leads in a circle: ${circle.join(' → ')}`
  return finding(view, what, 'a community is above or below another, not both', 'remove one of the parents')
}

export const parentsFindings = (root: View, options: CheckOptions): readonly Finding[] => {
  const communities = items(field(root, 'communities'))
  const byId = new Map(communities.map((one) => [text(field(one, 'id')) ?? '', one]))
  return communities.flatMap((one) => parentFindings(one, byId, options))
}
