import type { Community } from './configuration.ts'
import { type Above, holdsBelow, parentsOf, shutOut } from './effective.ts'
import type { CommunityId } from './ids.ts'

/** How the account of somebody stands in a community, as far as is known. */
export type Present = Pick<Above, 'community' | 'traits' | 'ownership' | 'applied'>

/** Where somebody can still get in, and by which communities' leave: its own, or one above. */
export type StillPresent = { readonly community: CommunityId; readonly by: readonly CommunityId[] }

/** Whatever is not known to be shut is open: an invitation nobody answered yet, too. */
const letsIn = ({ ownership }: Present): boolean => ownership !== undefined && !shutOut(ownership)

/** One of their roles may hold below; an account without any lets nobody in there. */
const letsInBelow = (above: Present): boolean =>
  letsIn(above) &&
  (above.ownership?.grants ?? []).some(({ role }) => holdsBelow({ ...above, granted: [] }, role) !== 'no')

/** Of somebody who departed: gone from a community is who is suspended or unknown there and in every community above whose roles hold there. */
export const stillPresent = (
  communities: readonly Community[],
  known: readonly Present[],
): readonly StillPresent[] => {
  const presence = new Map(known.map((one) => [one.community.id, one]))
  return communities.flatMap(({ id }): StillPresent[] => {
    const here = presence.get(id)
    const above = parentsOf(communities, id).filter((parent) => {
      const there = presence.get(parent.id)
      return there !== undefined && letsInBelow(there)
    })
    const by = [...(here !== undefined && letsIn(here) ? [id] : []), ...above.map((parent) => parent.id)]
    return by.length === 0 ? [] : [{ community: id, by }]
  })
}
