import type { MemberGroup } from './matching.ts'
import type { HeldGroup } from './member.ts'

/** Of a way longer than twice this, its two ends are named: records of grants keep it. */
const end = 4

/** What the directory says of somebody's groups, as rules see it: the way to an indirect one by name. */
export const pushedGroups = (held: readonly HeldGroup[]): readonly MemberGroup[] => {
  const names = new Map(held.map(({ id, displayName }) => [id, displayName]))
  return held.map(({ through: way, ...reference }): MemberGroup => {
    if (way.length === 0) return { reference, source: 'scim' }
    const leftOut = Math.max(0, way.length - 2 * end)
    const shown = leftOut === 0 ? way : [...way.slice(0, end), ...way.slice(-end)]
    const through = shown.map((id) => ({ id, displayName: names.get(id) ?? id }))
    return { reference, source: 'scim', through, ...(leftOut === 0 ? {} : { leftOut }) }
  })
}
