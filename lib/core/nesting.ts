import type { GroupId } from './ids.ts'
import type { GroupReference, HeldGroup, Memberships } from './member.ts'

/** For each group those in which it stands directly. What is not named stands in none. */
export type Containers = ReadonlyMap<GroupId, readonly GroupReference[]>

const byId = (a: GroupReference, b: GroupReference): number => (a.id < b.id ? -1 : Number(a.id > b.id))

type Graph = ReadonlyMap<GroupId, readonly GroupId[]>

const turned = (graph: Graph): Graph => {
  const reverse = new Map<GroupId, GroupId[]>()
  for (const [from, targets] of graph)
    for (const to of targets) {
      const sources = reverse.get(to)
      if (sources) sources.push(from)
      else reverse.set(to, [from])
    }
  return reverse
}

/** Groups in the order in which they are left behind, without recursion: chains are as long as somebody makes them. */
const leftBehind = (graph: Graph): readonly GroupId[] => {
  const seen = new Set<GroupId>()
  const order: GroupId[] = []
  const enter = (id: GroupId) => {
    seen.add(id)
    return { id, ahead: (graph.get(id) ?? []).values() }
  }
  for (const start of graph.keys()) {
    const way = seen.has(start) ? [] : [enter(start)]
    for (let last = way.at(-1); last !== undefined; last = way.at(-1)) {
      const { value: next } = last.ahead.next()
      if (next === undefined) order.push(way.pop()?.id ?? last.id)
      else if (!seen.has(next)) way.push(enter(next))
    }
  }
  return order
}

/** Everything reached from here that nobody has yet. */
const claim = (graph: Graph, start: GroupId, claimed: Set<GroupId>): readonly GroupId[] => {
  const found: GroupId[] = claimed.has(start) ? [] : [start]
  claimed.add(start)
  for (let n = 0; n < found.length; n += 1)
    for (const next of graph.get(found[n] ?? start) ?? [])
      if (!claimed.has(next)) {
        claimed.add(next)
        found.push(next)
      }
  return found
}

/** Groups that contain themselves by way of others, or directly (Kosaraju: what is strongly connected). */
const circular = (graph: Graph): ReadonlySet<GroupId> => {
  const reverse = turned(graph)
  const claimed = new Set<GroupId>()
  const found = new Set<GroupId>()
  for (const start of [...leftBehind(graph)].reverse()) {
    const together = claim(reverse, start, claimed)
    const itself = graph.get(start)?.includes(start) === true
    if (together.length > 1 || itself) for (const id of together) found.add(id)
  }
  return found
}

/** Of a way longer than twice this, its two ends are named: everybody in the group carries it around, and records of grants keep it. */
const end = 4

/** The way into what stands around a group. */
const wayThrough = ({ id, through, leftOut = 0 }: HeldGroup): Pick<HeldGroup, 'through' | 'leftOut'> =>
  through.length < 2 * end
    ? { through: [...through, id] }
    : { through: [...through.slice(0, end), ...through.slice(end + 1), id], leftOut: leftOut + 1 }

/**
 * What follows from standing in some groups directly. Distance by distance and in id order, so that the same groups give the same ways, in whatever
 * order they are named; no group is entered twice, so that it ends on any graph.
 */
export const createNesting = (
  containers: Containers,
): ((direct: readonly GroupReference[]) => Memberships) => {
  const graph: Graph = new Map([...containers].map(([id, above]) => [id, above.map((group) => group.id)]))
  const cyclic = circular(graph)

  const above = (level: readonly HeldGroup[], reached: Set<GroupId>): readonly HeldGroup[] => {
    const next: HeldGroup[] = []
    for (const below of level)
      for (const group of containers.get(below.id) ?? [])
        if (!reached.has(group.id)) {
          reached.add(group.id)
          next.push({ ...group, ...wayThrough(below) })
        }
    return next.sort(byId)
  }

  return (direct) => {
    const distinct = new Map(direct.map((group) => [group.id, { ...group, through: [] }]))
    const reached = new Set(distinct.keys())
    const groups: HeldGroup[] = []
    let level: readonly HeldGroup[] = [...distinct.values()].sort(byId)
    while (level.length > 0) {
      groups.push(...level)
      level = above(level, reached)
    }
    return { groups, cycles: [...reached].filter((id) => cyclic.has(id)).sort() }
  }
}
