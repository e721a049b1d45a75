import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ConnectionId, connectionId, type GroupId, type MemberId } from '../../lib/core/ids.ts'
import type { Group } from '../../lib/core/member.ts'
import type { GroupChange } from '../../lib/core/ports/directory.ts'
import { ids, openWorld, person, type World, written } from './directory-world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** The directory as a child would write it: no versions, no rows, no counters. */
type Model = {
  readonly c: ConnectionId
  readonly members: Map<string, { id: MemberId; live: boolean; active: boolean }>
  readonly groups: Map<string, { id: GroupId; displayName: string; members: Set<string> }>
}
type Act = (model: Model) => Promise<void>

const name = fc.constantFrom('ann', 'bob', 'carl', 'dora', 'emil', 'fay')
const groupName = fc.constantFrom('g1', 'g2', 'g3')
const names = fc.uniqueArray(name, { maxLength: 6 })

const push =
  (who: string, active: boolean): Act =>
  async ({ c, members }) => {
    const draft = person(who, { active })
    const { directory, stamp } = world
    const result = await directory.createMember(stamp(c), draft)
    const known = members.get(who)
    expect(result.kind).toBe(known ? 'taken' : 'written')
    if (result.kind === 'stale') return
    const member =
      result.kind === 'taken'
        ? written(await directory.updateMember(stamp(c), result.by, draft))
        : result.member
    if (known) expect(member.id).toBe(known.id)
    members.set(who, { id: member.id, live: true, active })
  }

const leave =
  (who: string): Act =>
  async ({ c, members, groups }) => {
    const known = members.get(who)
    if (!known?.live) return
    const before = await world.directory.member(c, known.id)
    if (!before) throw new Error('lost a member')
    written(await world.directory.deleteMember(world.stamp(c), before))
    known.live = false
    for (const group of groups.values()) group.members.delete(who)
  }

const purge =
  (who: string): Act =>
  async ({ c, members }) => {
    const known = members.get(who)
    if (known) await world.upkeep.purge(c, { kind: 'member', id: known.id }, 100)
  }

const open =
  (label: string): Act =>
  async ({ c, groups }) => {
    if (groups.has(label)) return
    const draft = { displayName: label, attributes: {} }
    const result = await world.directory.createGroup(world.stamp(c), draft, [])
    if (result.kind !== 'written') throw new Error(result.kind)
    groups.set(label, { id: result.group.id, displayName: label, members: new Set() })
  }

const close =
  (label: string): Act =>
  async ({ c, groups }) => {
    const known = groups.get(label)
    const before = known && (await world.directory.group(c, known.id))
    if (!known || !before) return
    await world.directory.deleteGroup(world.stamp(c), before)
    groups.delete(label)
  }

type Move = {
  readonly label: string
  readonly add: readonly string[]
  readonly remove: readonly string[]
  readonly whole: boolean
  readonly rename: boolean
}

/** Who is in the group afterwards; undefined when the change must be refused. */
const expected = ({ members }: Model, within: ReadonlySet<string>, { add, remove, whole }: Move) => {
  const adding = add.filter((who) => members.has(who))
  if (adding.some((who) => !members.get(who)?.live)) return undefined
  const kept = whole ? [] : [...within].filter((who) => !remove.includes(who))
  return new Set([...kept, ...adding])
}

const request = (
  { members }: Model,
  displayName: string,
  { add, remove, whole, rename }: Move,
): GroupChange => {
  const idsOf = (some: readonly string[]) => some.flatMap((who) => members.get(who)?.id ?? [])
  return {
    ...(rename ? { draft: { displayName, attributes: {} } } : {}),
    members: whole
      ? { kind: 'replace', members: idsOf(add) }
      : { kind: 'delta', add: idsOf(add), remove: idsOf(remove) },
  }
}

const move =
  (wish: Move): Act =>
  async (model) => {
    const { c, groups } = model
    const known = groups.get(wish.label)
    const before = known && (await world.directory.group(c, known.id))
    if (!known || !before) return
    const displayName = wish.rename ? `${known.displayName}'` : known.displayName
    const asked = request(model, displayName, wish)
    const result = await world.directory.changeGroup(world.stamp(c), before, asked)
    const next = expected(model, known.members, wish)
    if (next === undefined) {
      expect(result.kind).toBe('unknownMembers')
      return
    }
    if (result.kind !== 'written') throw new Error(result.kind)
    expect(result.added).toBe([...next].filter((who) => !known.members.has(who)).length)
    expect(result.removed).toBe([...known.members].filter((who) => !next.has(who)).length)
    const changes = result.added + result.removed + Number(wish.rename)
    expect(result.group.version > before.version).toBe(changes > 0)
    if (changes === 0) expect(result.group).toEqual(before)
    groups.set(wish.label, { ...known, displayName, members: next })
  }

const act: fc.Arbitrary<readonly [string, Act]> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(name, fc.boolean()).map(([who, on]) => [`push ${who} ${on}`, push(who, on)] as const),
  },
  { weight: 2, arbitrary: name.map((who) => [`leave ${who}`, leave(who)] as const) },
  { weight: 1, arbitrary: name.map((who) => [`purge ${who}`, purge(who)] as const) },
  { weight: 3, arbitrary: groupName.map((label) => [`open ${label}`, open(label)] as const) },
  { weight: 1, arbitrary: groupName.map((label) => [`close ${label}`, close(label)] as const) },
  {
    weight: 6,
    arbitrary: fc
      .record({ label: groupName, add: names, remove: names, whole: fc.boolean(), rename: fc.boolean() })
      .map((wish) => [`move ${JSON.stringify(wish)}`, move(wish)] as const),
  },
)

const checkMembers = async ({ c, members, groups }: Model): Promise<void> => {
  const { directory } = world
  const live = [...members].filter(([, { live: there }]) => there)
  const page = await directory.listMembers(c, 1, 100)
  expect(page.total).toBe(live.length)
  expect(page.resources.map(({ id }) => id)).toEqual(live.map(([, { id }]) => id).sort())
  for (const [who, { id, live: there, active }] of members) {
    const found = await directory.findMembers(c, { by: 'userName', value: `${who}@acme.example` })
    expect(found.map((member) => [member.id, member.active])).toEqual(there ? [[id, active]] : [])
    expect(await directory.findMembers(c, { by: 'email', value: `${who}@acme.example` })).toEqual(found)
    const wanted = [...groups.values()].filter((group) => group.members.has(who)).map((group) => group.id)
    expect((await directory.groupsWith(c, id)).map((group) => group.id).sort()).toEqual(wanted.sort())
  }
}

const checkGroups = async ({ c, members, groups }: Model): Promise<void> => {
  const { directory, upkeep } = world
  // Rows under tombstones are counted until they are purged.
  for (const { id } of members.values()) await upkeep.purge(c, { kind: 'member', id }, 100)
  const page = await directory.listGroups(c, 1, 100)
  expect(page.total).toBe(groups.size)
  const stored = new Map<string, Group>(page.resources.map((group) => [group.id, group]))
  for (const { id, displayName, members: within } of groups.values()) {
    const wanted = [...within].map((who) => members.get(who)?.id).sort()
    expect(stored.get(id)).toMatchObject({ displayName, memberCount: wanted.length })
    expect((await directory.membersOf(c, id, 100)).items.map((one) => one.id)).toEqual(wanted)
    const found = await directory.findGroups(c, { by: 'displayName', value: displayName })
    expect(found.map((group) => group.id)).toContain(id)
  }
}

/** Runs; more by FUZZ_BUDGET (a failure prints its seed and path). */
const budget = Number(process.env.FUZZ_BUDGET ?? 40)

it('does what a plain model does, whatever happens in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 5, maxLength: 25 }), async (acts) => {
      const model: Model = { c: connectionId(`c${ids.ordered()}`), members: new Map(), groups: new Map() }
      for (const [, run] of acts) await run(model)
      await checkMembers(model)
      await checkGroups(model)
    }),
    { numRuns: budget },
  )
}, 600_000)
