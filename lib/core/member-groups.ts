import type { MemberGroup } from './matching.ts'
import type { GroupReference, HeldGroup } from './member.ts'

/** What a rule may match of a group, and nothing else of it. */
export const referenceTo = ({ id, displayName, externalId }: GroupReference): GroupReference => ({
  id,
  displayName,
  ...(externalId === undefined ? {} : { externalId }),
})

/** What the directory says of somebody's groups, as rules see it: the way to an indirect one by name. */
export const pushedGroups = (held: readonly HeldGroup[]): readonly MemberGroup[] => {
  const names = new Map(held.map(({ id, displayName }) => [id, displayName]))
  return held.map(({ through: way, leftOut, ...reference }): MemberGroup => {
    if (way.length === 0) return { reference, source: 'scim' }
    const through = way.map((id) => ({ id, displayName: names.get(id) ?? id }))
    return { reference, source: 'scim', through, ...(leftOut === undefined ? {} : { leftOut }) }
  })
}
