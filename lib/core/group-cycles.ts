import type { ConnectionId, GroupId } from './ids.ts'
import type { Problem } from './plan.ts'

/** Groups on cycles that one person is in. */
export type FoundCycles = { readonly connection: ConnectionId; readonly cycles: readonly GroupId[] }

const byFirst = (a: readonly string[], b: readonly string[]): number => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1)

/** Who is in one group of a cycle is in all of them: groups that are always found together are one finding. */
const together = (sets: readonly (readonly GroupId[])[]): readonly (readonly GroupId[])[] => {
  const foundIn = new Map<GroupId, string>()
  for (const [place, set] of sets.entries())
    for (const id of set) foundIn.set(id, `${foundIn.get(id) ?? ''},${place}`)
  const findings = new Map<string, GroupId[]>()
  for (const [id, places] of foundIn) findings.set(places, [...(findings.get(places) ?? []), id])
  return [...findings.values()].map((groups) => groups.toSorted())
}

/** Each finding once per plan, however many people are in it. */
export const cycleProblems = (found: readonly FoundCycles[]): readonly Problem[] => {
  const distinct = new Map<string, FoundCycles>()
  for (const one of found)
    if (one.cycles.length > 0) distinct.set([one.connection, ...one.cycles].join(' '), one)
  const connections = [...new Set([...distinct.values()].map(({ connection }) => connection))].toSorted()
  return connections.flatMap((connection) => {
    const own = [...distinct.values()].filter((one) => one.connection === connection)
    return together(own.map(({ cycles }) => cycles))
      .toSorted(byFirst)
      .map((groups): Problem => ({ kind: 'groupCycle', connection, groups }))
  })
}
