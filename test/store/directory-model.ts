import fc from 'fast-check'
import { expect } from 'vitest'
import type { Stamp } from '../../lib/core/audit.ts'
import {
  type ConnectionId,
  connectionId,
  type GroupId,
  type GroupMemberId,
  type MemberId,
} from '../../lib/core/ids.ts'
import type { Group, GroupMember } from '../../lib/core/member.ts'
import type { Directory, DirectoryUpkeep, GroupChange } from '../../lib/core/ports/directory.ts'
import { ids, person, written, writtenGroup } from './directory-world.ts'

/** Any directory. */
export type DirectoryUnderTest = {
  readonly directory: Directory
  readonly upkeep: DirectoryUpkeep
  readonly stamp: (connection: ConnectionId) => Stamp
  /** How many memberships of groups it counts, where it does. */
  readonly nestedCount?: (connection: ConnectionId) => Promise<number>
}

type Known<Id> = { readonly id: Id; live: boolean }
/** The directory as a child would write it: no versions, no rows, no counters. Members stand in groups by their names, and so do groups. */
type Model = DirectoryUnderTest & {
  readonly c: ConnectionId
  readonly members: Map<string, Known<MemberId> & { active: boolean; shown: boolean }>
  readonly groups: Map<string, Known<GroupId> & { displayName: string; members: Set<string> }>
  /** Deleted for good. */
  readonly buried: GroupId[]
}
type Act = (model: Model) => Promise<void>

const people = ['ann', 'bob', 'carl', 'dora', 'emil', 'fay'] as const
const labels = ['g1', 'g2', 'g3', 'g4'] as const
const name = fc.constantFrom(...people)
const label = fc.constantFrom(...labels)
const names = fc.uniqueArray(fc.constantFrom(...people, ...labels), { maxLength: 6 })

const knownAs = ({ members, groups }: Model, who: string): Known<GroupMemberId> | undefined =>
  members.get(who) ?? groups.get(who)
const leaveAll = ({ groups }: Model, who: string): void => {
  for (const group of groups.values()) group.members.delete(who)
}

const push =
  (who: string, active: boolean, shown: boolean): Act =>
  async ({ c, members, directory, stamp }) => {
    const draft = person(who, { active, ...(shown ? {} : { activeUnassigned: true }) })
    const result = await directory.createMember(stamp(c), draft)
    const known = members.get(who)
    expect(result.kind).toBe(known ? 'taken' : 'written')
    if (result.kind === 'stale') return
    const member =
      result.kind === 'taken'
        ? written(await directory.updateMember(stamp(c), result.by, draft))
        : result.member
    if (known) expect(member.id).toBe(known.id)
    members.set(who, { id: member.id, live: true, active, shown })
  }

const leave =
  (who: string): Act =>
  async (model) => {
    const { c, members, directory, stamp } = model
    const known = members.get(who)
    if (!known?.live) return
    const before = await directory.member(c, known.id)
    if (!before) throw new Error('lost a member')
    written(await directory.deleteMember(stamp(c), before))
    known.live = false
    leaveAll(model, who)
  }

const purgeMember =
  (who: string): Act =>
  async ({ c, members, upkeep }) => {
    const known = members.get(who)
    if (known) await upkeep.purge(c, { kind: 'member', id: known.id }, 100)
  }

const open =
  (which: string, add: readonly string[]): Act =>
  async (model) => {
    const { c, groups, directory, stamp } = model
    if (groups.get(which)?.live) return
    const inside = add.filter((who) => who !== which && knownAs(model, who)?.live)
    const draft = { displayName: which, attributes: {} }
    const group = writtenGroup(await directory.createGroup(stamp(c), draft, idsOf(model, inside)))
    expect(group.memberCount).toBe(inside.length)
    groups.set(which, { id: group.id, live: true, displayName: which, members: new Set(inside) })
  }

const close =
  (which: string): Act =>
  async (model) => {
    const { c, groups, directory, stamp, buried } = model
    const known = groups.get(which)
    const before = known && (await directory.group(c, known.id))
    expect(before !== undefined).toBe(known?.live === true)
    if (!known || !before) return
    writtenGroup(await directory.deleteGroup(stamp(c), before))
    known.live = false
    known.members = new Set()
    buried.push(known.id)
    leaveAll(model, which)
  }

const purgeBuried: Act = async ({ c, buried, upkeep }) => {
  for (const id of buried) await upkeep.purge(c, { kind: 'group', id }, 2)
}

type Move = {
  readonly label: string
  readonly add: readonly string[]
  readonly remove: readonly string[]
  readonly whole: boolean
  readonly rename: boolean
}

const idsOf = (model: Model, some: readonly string[]): readonly GroupMemberId[] =>
  some.flatMap((who) => knownAs(model, who)?.id ?? [])

/** Who is in the group afterwards; undefined when the change must be refused. */
const expected = (model: Model, within: ReadonlySet<string>, { add, remove, whole }: Move) => {
  const adding = add.filter((who) => knownAs(model, who) !== undefined)
  if (adding.some((who) => !knownAs(model, who)?.live)) return undefined
  const kept = whole ? [] : [...within].filter((who) => !remove.includes(who))
  return new Set([...kept, ...adding])
}

const request = (model: Model, displayName: string, { add, remove, whole, rename }: Move): GroupChange => ({
  ...(rename ? { draft: { displayName, attributes: {} } } : {}),
  members: whole
    ? { kind: 'replace', members: idsOf(model, add) }
    : { kind: 'delta', add: idsOf(model, add), remove: idsOf(model, remove) },
})

/** Steps from each group to those around it, by the ones somebody stands in directly: 0. */
const around = ({ groups }: Model, direct: readonly string[]): ReadonlyMap<string, number> => {
  const steps = new Map(direct.map((which) => [which, 0]))
  for (const [which, distance] of steps)
    for (const [other, { members }] of groups)
      if (members.has(which) && !steps.has(other)) steps.set(other, distance + 1)
  return steps
}
const holding = ({ groups }: Model, who: string): readonly string[] =>
  [...groups].filter(([, { members }]) => members.has(who)).map(([which]) => which)

const move =
  (wish: Move): Act =>
  async (model) => {
    const { c, groups, directory, stamp } = model
    const known = groups.get(wish.label)
    const before = known && (await directory.group(c, known.id))
    if (!known || !before) return
    const displayName = wish.rename ? `${known.displayName}'` : known.displayName
    const asked = request(model, displayName, wish)
    const circle = around(model, [wish.label])
    const result = await directory.changeGroup(stamp(c), before, asked)
    const next = expected(model, known.members, wish)
    if (next === undefined) {
      expect(result.kind).toBe('unknownMembers')
      return
    }
    if (result.kind !== 'written') throw new Error(result.kind)
    const added = [...next].filter((who) => !known.members.has(who))
    expect(result.added).toBe(added.length)
    expect(result.removed).toBe([...known.members].filter((who) => !next.has(who)).length)
    const closing = added.filter((who) => circle.has(who))
    expect([...result.cycles].sort()).toEqual([...idsOf(model, closing)].sort())
    const changes = result.added + result.removed + Number(wish.rename)
    expect(result.group.version > before.version).toBe(changes > 0)
    if (changes === 0) expect(result.group).toEqual(before)
    groups.set(wish.label, { ...known, displayName, members: next })
  }

/** A failure prints the words, not the functions. */
const named = (words: string, run: Act): Act => Object.assign(run, { [fc.toStringMethod]: () => words })

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(name, fc.boolean(), fc.boolean())
      .map(([who, on, shown]) => named(`push ${who} ${on} ${shown}`, push(who, on, shown))),
  },
  { weight: 2, arbitrary: name.map((who) => named(`leave ${who}`, leave(who))) },
  { weight: 1, arbitrary: name.map((who) => named(`purge ${who}`, purgeMember(who))) },
  {
    weight: 3,
    arbitrary: fc.tuple(label, names).map(([which, add]) => named(`open ${which} ${add}`, open(which, add))),
  },
  { weight: 1, arbitrary: label.map((which) => named(`close ${which}`, close(which))) },
  { weight: 1, arbitrary: fc.constant(named('purge groups', purgeBuried)) },
  {
    weight: 7,
    arbitrary: fc
      .record({ label, add: names, remove: names, whole: fc.boolean(), rename: fc.boolean() })
      .map((wish) => named(`move ${JSON.stringify(wish)}`, move(wish))),
  },
)

const checkMembers = async (model: Model): Promise<void> => {
  const { c, members, groups, directory } = model
  const live = [...members].filter(([, { live: there }]) => there)
  const page = await directory.listMembers(c, 1, 100)
  expect(page.total).toBe(live.length)
  expect(page.resources.map(({ id }) => id)).toEqual(live.map(([, { id }]) => id).sort())
  const memberships = await directory.membershipsOf(c, page.resources)
  const cyclic = [...groups.keys()].filter((which) =>
    holding(model, which).some((first) => around(model, [first]).has(which)),
  )
  for (const [who, { id, live: there, active, shown }] of members) {
    const found = await directory.findMembers(c, { by: 'userName', value: `${who}@acme.example` })
    expect(found.map((member) => [member.id, member.active, member.activeUnassigned ?? false])).toEqual(
      there ? [[id, active, !shown]] : [],
    )
    expect(await directory.findMembers(c, { by: 'email', value: `${who}@acme.example` })).toEqual(found)
    const direct = holding(model, who)
    expect((await directory.groupsWith(c, id)).map((group) => group.id)).toEqual(
      [...idsOf(model, direct)].sort(),
    )
    if (!there) continue
    const { groups: held = [], cycles } = memberships.get(id) ?? {}
    const wanted = [...around(model, direct)].map(([which, distance]) => [groups.get(which)?.id, distance])
    expect(held.map((group) => [group.id, group.through.length]).sort()).toEqual(wanted.sort())
    const circular = [...around(model, direct).keys()].filter((which) => cyclic.includes(which))
    expect(cycles).toEqual([...idsOf(model, circular)].sort())
  }
}

const typed = (model: Model, who: string): GroupMember | undefined => {
  const [member, group] = [model.members.get(who), model.groups.get(who)]
  if (member) return { type: 'User', id: member.id }
  return group && { type: 'Group', id: group.id }
}

/** Rows under tombstones are counted until they are purged. */
const purgeAll = async ({ c, members, buried, upkeep }: Model): Promise<void> => {
  for (const { id } of members.values()) await upkeep.purge(c, { kind: 'member', id }, 100)
  for (const id of buried) while (!(await upkeep.purge(c, { kind: 'group', id }, 3)));
}

const checkGroups = async (model: Model): Promise<void> => {
  const { c, groups, members, directory } = model
  await purgeAll(model)
  const live = [...groups.values()].filter((group) => group.live)
  const page = await directory.listGroups(c, 1, 100)
  expect(page.total).toBe(live.length)
  const stored = new Map<string, Group>(page.resources.map((group) => [group.id, group]))
  const everybody = idsOf(model, [...members.keys(), ...groups.keys()])
  const nested = live.filter((group) => [...group.members].some((who) => groups.has(who)))
  expect(await directory.hasNestedGroups(c)).toBe(nested.length > 0)
  if (model.nestedCount !== undefined) {
    const rows = live.flatMap((group) => [...group.members].filter((who) => groups.has(who)))
    expect(await model.nestedCount(c)).toBe(rows.length)
  }
  for (const { id, displayName, members: within } of live) {
    const wanted = [...within]
      .flatMap((who) => typed(model, who) ?? [])
      .sort((a, b) => (a.id < b.id ? -1 : 1))
    expect(stored.get(id)).toMatchObject({ displayName, memberCount: wanted.length })
    expect((await directory.membersOf(c, id, 100)).items).toEqual(wanted)
    expect(await directory.whichAreIn(c, id, everybody)).toEqual(new Set(wanted.map((one) => one.id)))
    const found = await directory.findGroups(c, { by: 'displayName', value: displayName })
    expect(found.map((group) => group.id)).toContain(id)
  }
}

/** Runs; more by FUZZ_BUDGET (a failure prints its seed and path). */
const budget = Number(process.env.FUZZ_BUDGET ?? 40)

/** Any sequence of writes leaves any directory as it leaves a plain model; each run has a connection of its own. */
export const directoryModel = async (open: () => DirectoryUnderTest, times = 1): Promise<void> => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 25 }), async (acts) => {
      const model: Model = {
        ...open(),
        c: connectionId(`c${ids.ordered()}`),
        members: new Map(),
        groups: new Map(),
        buried: [],
      }
      for (const run of acts) await run(model)
      await checkMembers(model)
      await checkGroups(model)
    }),
    { numRuns: budget * times },
  )
}
