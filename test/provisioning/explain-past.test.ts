import fc from 'fast-check'
import { afterEach, expect, test } from 'vitest'
import type { Configuration } from '../../lib/core/configuration.ts'
import { pastText } from '../../lib/core/explain-past-text.ts'
import type { Explanation } from '../../lib/core/explanation.ts'
import { type Instant, later, roleId, ruleId } from '../../lib/core/ids.ts'
import type { Group, Member } from '../../lib/core/member.ts'
import type { ConfigurationAt } from '../../lib/core/ports/configuration.ts'
import { explainMember } from '../../lib/provisioning/explain.ts'
import { explainMemberPast } from '../../lib/provisioning/explain-past.ts'
import { type Bench, demo, openBench, soc } from './bench.ts'

let bench: Bench
afterEach(() => bench.close())

/** What of an answer is kept for ever: not what was waiting, and of a role not the run that gave it. */
const kept = ({ community, standing, roles, answer }: Explanation) => ({
  community,
  standing: standing === 'departed' ? 'departed' : 'there',
  roles: roles
    .map(({ role, state, because, suppressed }) => ({
      role,
      state,
      because: state === 'leaving' ? [] : because,
      suppressed,
    }))
    .toSorted((a, b) => (a.role < b.role ? -1 : 1)),
  answer: answer && { ...answer, since: undefined, obstacles: [], departed: undefined },
})
const worth = ({ roles, answer }: Explanation): boolean => roles.length > 0 || answer !== undefined

const open = async () => {
  bench = await openBench()
  const turns: { readonly at: Instant; readonly configuration: Configuration }[] = []
  const remember = async () =>
    turns.push({ at: bench.clock.now(), configuration: await bench.deps.configuration() })
  await remember()
  const configurationAt: ConfigurationAt = async (at) => {
    const found = turns.findLast((one) => one.at <= at)
    return found === undefined
      ? { kind: 'none' }
      : { kind: 'found', configuration: found.configuration, since: found.at }
  }
  const question = { community: soc, role: roleId('tier1') }
  return {
    remember,
    now: (member: Member) =>
      explainMember(bench.deps, { connection: demo, subject: { by: 'id', id: member.id }, question }),
    past: (member: Member, at: Instant) =>
      explainMemberPast(
        { ...bench.deps, configurationAt },
        { connection: demo, subject: { by: 'id', id: member.id }, question, at },
      ),
  }
}

type People = readonly Member[]
type Groups = readonly Group[]
type Act = (people: People, groups: Groups) => Promise<unknown>

const place = fc.nat({ max: 2 })
const at = <Item>(items: readonly Item[], index: number): Item => {
  const item = items[index]
  if (item === undefined) throw new Error('nobody there')
  return item
}
const onMember = (weight: number, act: (person: Member, group: Group) => Promise<unknown>) => ({
  weight,
  arbitrary: fc.record({ person: place, group: place }).map(
    ({ person, group }): Act =>
      (people, groups) =>
        act(at(people, person), at(groups, group)),
  ),
})
const onGroups = (weight: number, act: (inner: Group, outer: Group) => Promise<unknown>) => ({
  weight,
  arbitrary: fc.record({ inner: place, outer: place }).map(
    ({ inner, outer }): Act =>
      async (_, groups) => {
        if (inner !== outer) await act(at(groups, inner), at(groups, outer))
      },
  ),
})

const newRules = (before: Configuration): Configuration => ({
  ...before,
  number: before.number + 1,
  rules: [
    ...before.rules.slice(1),
    {
      id: ruleId(`rule-${before.number}`),
      when: { group: { prefix: 'SOC-Analysts' } },
      grant: [{ community: soc, role: roleId(before.number % 2 === 0 ? 'analyst' : 'tier1') }],
    },
  ],
})

/** At the identity provider, and now and then at ours. */
const act: fc.Arbitrary<Act> = fc.oneof(
  onMember(5, (person, group) => bench.provider.change(group, { add: [person] })),
  onMember(3, (person, group) => bench.provider.change(group, { remove: [person] })),
  onMember(1, (person) => bench.provider.setActive(person, false)),
  onMember(1, (person) => bench.provider.setActive(person, true)),
  onMember(1, (person) => bench.provider.remove(person)),
  onMember(1, (_, group) => bench.provider.change(group, { rename: `${group.displayName}-old` })),
  onMember(1, (_, group) => bench.provider.removeGroup(group)),
  onGroups(2, (inner, outer) => bench.provider.change(outer, { add: [inner] })),
  onGroups(1, (inner, outer) => bench.provider.change(outer, { remove: [inner] })),
  {
    weight: 1,
    arbitrary: fc.constant<Act>(async () => {
      bench.configure(newRules)
      await bench.deps.work.add([
        {
          community: soc,
          priority: 'reconciliation',
          subject: { kind: 'community' },
          since: bench.clock.now(),
        },
      ])
    }),
  },
)

type Asking = Awaited<ReturnType<typeof open>>
type Moment = { readonly at: Instant; readonly answers: readonly unknown[] }

/** Plays a history, and remembers what `explain` said of everybody after each act. */
const played = async (acts: readonly Act[], { remember, now }: Asking) => {
  const { provider } = bench
  const people = []
  for (const name of ['anna', 'bert', 'cleo']) people.push(await provider.person(name))
  const groups = []
  for (const name of ['SOC-Analysts', 'SOC-Tier1', 'SOC-Admins']) groups.push(await provider.group(name))
  bench.clock.advance(1)
  const moments: Moment[] = []
  for (const one of acts) {
    // Of somebody or something that is gone nothing can be said any more.
    await one(people, groups).catch(() => undefined)
    await remember()
    await bench.settle()
    bench.activateAll()
    const answers = []
    for (const person of people) answers.push((await now(person)).communities.filter(worth).map(kept))
    moments.push({ at: bench.clock.now(), answers })
    bench.clock.advance(60)
  }
  return { people, moments }
}

const runs = Number(process.env.FUZZ_BUDGET ?? 3)

test('whatever happened: asked about a moment later, the answer is the one of then', async () => {
  const history = async (acts: readonly Act[]): Promise<void> => {
    const asking = await open()
    const { people, moments } = await played(acts, asking)
    for (const moment of moments) {
      const then = []
      for (const person of people) {
        const found = await asking.past(person, moment.at)
        expect(found.open).toEqual([])
        then.push(found.communities.filter(worth).map(kept))
      }
      expect(then).toEqual(moment.answers)
    }
    await bench.close()
  }
  await fc.assert(fc.asyncProperty(fc.array(act, { minLength: 6, maxLength: 14 }), history), {
    numRuns: runs,
    endOnFailure: process.env.FUZZ_BUDGET === undefined,
  })
}, 600_000)

test('a day in the past: who was in which group by which request, what was not known yet, and what is not kept', async () => {
  const { now, past } = await open()
  const anna = await bench.provider.person('anna')
  const early = bench.clock.now()
  bench.clock.advance(60)
  const analysts = await bench.provider.group('SOC-Analysts', [anna])
  await bench.settle()
  bench.activateAll()
  const held = bench.clock.now()
  bench.clock.advance(3600)
  bench.configure((before) => ({
    ...before,
    rules: [
      ...before.rules,
      {
        id: ruleId('auditors'),
        when: { attribute: 'name.familyName', test: { equals: 'Demo' } },
        grant: [{ community: soc, role: roleId('tier1') }],
      },
    ],
  }))
  await bench.provider.change(analysts, { remove: [anna] })
  await bench.settle()
  const [joined] = (await past(anna, held)).groups
  expect(joined).toMatchObject({
    id: analysts.id,
    displayName: 'SOC-Analysts',
    from: { actor: { label: 'test' } },
  })
  const text = pastText(await past(anna, held))
  expect(text).toContain(`in group "SOC-Analysts" (${analysts.id}), joined`)
  expect(text).toMatch(/analyst "Analyst": given by us since .* \(request \S+ by provision\)/)
  expect(text).toContain('asked about tier1: no rule that matches grants it')
  expect((await now(anna)).communities[0]?.roles.map(({ role }) => role)).not.toContain('analyst')
  // Before they were made, and before anything was theirs.
  expect((await past(anna, later(early, -600))).standing).toMatchObject({
    kind: 'notYet',
    created: anna.created,
  })
  expect(pastText(await past(anna, early))).toMatch(/active since [^\n]+\n.*asked about tier1/s)
})

test('a rule that asks for what is not kept is left open, and asked no further', async () => {
  const { remember, past } = await open()
  const anna = await bench.provider.person('anna')
  bench.configure((before) => ({
    ...before,
    rules: [
      {
        id: ruleId('family'),
        when: { attribute: 'emails.value', test: { prefix: 'anna@' } },
        grant: [{ community: soc, role: roleId('tier1') }],
      },
      ...before.rules,
    ],
  }))
  await remember()
  await bench.reconcile()
  const then = bench.clock.now()
  expect((await past(anna, then)).open).toEqual([])
  bench.clock.advance(60)
  await bench.provider.readdress(anna, 'ann@demo.test')
  await bench.settle()
  const asked = await past(anna, then)
  expect(asked.open).toEqual([{ rule: 'family', notKept: ['attribute emails.value'] }])
  expect(pastText(asked)).toContain('nobody knows any more whether it matched: attribute emails.value')
  // The role they had is known all the same.
  expect(asked.communities[0]?.roles.map(({ role }) => role)).toEqual(['tier1'])
})
