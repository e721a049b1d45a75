import { afterEach, expect, test } from 'vitest'
import type { Configuration } from '../../lib/core/configuration.ts'
import { pastText } from '../../lib/core/explain-past-text.ts'
import { explanationText } from '../../lib/core/explanation-text.ts'
import { type Instant, later, roleId, ruleId } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import { explainMemberPast } from '../../lib/provisioning/explain-past.ts'
import { day, demo, soc } from './bench.ts'
import { absent, type LoginBench, openLogins, present, withLogins } from './logged-in.ts'

let bench: LoginBench
afterEach(() => bench.close())

/** Somebody who is wanted whatever logins show. */
const another = async (): Promise<void> => {
  await bench.provider.group('SOC-Analysts', [await bench.provider.person('zoe')])
}
const settled = async (): Promise<void> => {
  await bench.settle()
  bench.activateAll()
  await bench.settle()
}
const text = async (member: Member, role?: string): Promise<string> =>
  (await bench.explain(member, role)).communities.map(explanationText).join('\n')

test('a role that a login gave names the login, its age and its end', async () => {
  bench = await openLogins()
  const anna = await bench.provider.person('anna')
  await bench.enter('anna', { groups: present('SOC-Analysts') })
  const first = bench.clock.now()
  await settled()
  bench.clock.advance(2 * day)
  const last = bench.clock.now()
  await bench.enter('anna', { groups: present('SOC-Analysts') })
  const request = (await bench.deps.audit.about({ kind: 'member', id: anna.id, connection: demo }, 50)).find(
    ({ event }) => event.kind === 'loginShown',
  )
  expect(await text(anna)).toContain(
    `rule analysts (configuration 1): group "SOC-Analysts", shown at a login on ${last}, counts until ${later(last, 30 * day)}, ` +
      `shown since ${first} (request ${request?.requestId} by SAML login), known by logins alone`,
  )
})

test('the SCIM extension names what a login showed without asking for more', async () => {
  bench = await openLogins()
  await bench.provider.person('anna')
  const { member } = await bench.enter('anna', { groups: present('SOC-Analysts') })
  const [entry] = await bench.bringUp(member)
  expect(entry?.because[0]).toBe(
    'rule analysts (configuration 1): group "SOC-Analysts", shown at a login, known by logins alone',
  )
})

test('a role that is gone names the login that did not show its group any more', async () => {
  bench = await openLogins()
  const anna = await bench.provider.person('anna')
  await bench.enter('anna', { groups: present('SOC-Analysts', 'SOC-Tier1') })
  await settled()
  bench.clock.advance(60)
  await bench.enter('anna', { groups: present('Chess') })
  const { communities } = await bench.explain(anna)
  expect(communities[0]?.roles).toMatchObject([
    {
      role: 'tier1',
      state: 'leaving',
      lost: { at: bench.clock.now(), actor: { kind: 'login', by: 'saml' } },
    },
  ])
})

test('why not: no login yet, none that says of groups, too old, and not among those shown', async () => {
  bench = await openLogins()
  await another()
  const anna = await bench.provider.person('anna')
  const answer = async () => (await text(anna, 'tier1')).split('\n').at(-1)?.trim()
  expect(await answer()).toBe('no login of theirs was seen yet: only pushed groups count')
  await bench.enter('anna', { groups: absent })
  const now = bench.clock.now()
  expect(await answer()).toBe(`no login of theirs said anything of groups (the last was on ${now})`)
  await bench.enter('anna', { groups: present('SOC-Analysts', 'Chess') })
  const until = later(now, 30 * day)
  expect(await answer()).toBe(`their login on ${now} showed 2 groups, which count until ${until}`)
  bench.clock.advance(31 * day)
  expect(await answer()).toBe(`the groups shown at their login on ${now} counted until ${until}`)
  // Of a rule that matches, nothing has to be said.
  await bench.enter('anna', { groups: present('SOC-Tier1') })
  expect(await answer()).not.toContain('login')
  bench.configure((before) => ({
    ...before,
    connections: before.connections.map(({ saml: _, ...one }) => one),
  }))
  expect(await answer()).not.toContain('login')
})

const history = () => {
  const turns: { readonly at: Instant; readonly configuration: Configuration }[] = []
  return {
    remember: async () => {
      turns.push({ at: bench.clock.now(), configuration: await bench.deps.configuration() })
    },
    past: async (member: Member, at: Instant) =>
      explainMemberPast(
        {
          ...bench.deps,
          configurationAt: async (asked) => {
            const found = turns.findLast((one) => one.at <= asked)
            return found === undefined
              ? { kind: 'none' }
              : { kind: 'found', configuration: found.configuration, since: found.at }
          },
        },
        {
          connection: demo,
          subject: { by: 'id', id: member.id },
          question: { community: soc, role: roleId('tier1') },
          at,
        },
      ),
  }
}

test('the past is told from what the logins of that time showed, and what nobody knows any more is left open', async () => {
  bench = await openLogins()
  const { remember, past } = history()
  await remember()
  const anna = await bench.provider.person('anna')
  const before = bench.clock.now()
  bench.clock.advance(60)
  await bench.enter('anna', { groups: present('SOC-Analysts', 'Chess') })
  await settled()
  const then = bench.clock.now()
  bench.clock.advance(10 * day)
  await bench.enter('anna', { groups: present('SOC-Tier1') })
  await settled()
  const later10 = bench.clock.now()
  bench.clock.advance(45 * day)
  await bench.enter('anna', { groups: present('SOC-Analysts') })
  const rolesAt = async (at: Instant) => {
    const { communities, open, shown } = await past(anna, at)
    const wanted = communities
      .flatMap(({ roles }) => roles)
      .filter(({ state }) => state !== 'leaving')
      .map(({ role }) => role)
    return { wanted, shown, open: open.map(({ rule, notKept }) => [rule, notKept]) }
  }
  expect(await rolesAt(before)).toEqual({ wanted: [], shown: undefined, open: [] })
  expect(await rolesAt(then)).toEqual({ wanted: ['analyst'], shown: ['SOC-Analysts'], open: [] })
  expect(await rolesAt(later10)).toEqual({ wanted: ['tier1'], shown: ['SOC-Tier1'], open: [] })
  // Shown 30 days before, and perhaps renewed since: nobody noted that.
  const open = ['analysts', 'tier1', 'admins'].map((rule) => [ruleId(rule), ['the groups a login had shown']])
  expect(await rolesAt(later(later10, 40 * day))).toEqual({ wanted: [], shown: undefined, open })
  expect(pastText(await past(anna, then))).toContain('group "SOC-Analysts" shown at a login')
})

test('a rule that came after the login is open in the past where its groups were not noted', async () => {
  bench = await openLogins()
  const { remember, past } = history()
  await remember()
  const anna = await bench.provider.person('anna')
  await bench.enter('anna', { groups: present('SOC-Analysts', 'Chess') })
  bench.clock.advance(60)
  bench.configure((before) => ({
    ...before,
    number: 2,
    rules: before.rules.map((rule) =>
      rule.id === 'tier1' ? { ...rule, when: { group: { equals: 'Chess' } } } : rule,
    ),
  }))
  await remember()
  const { open, communities } = await past(anna, bench.clock.now())
  expect(open.map(({ rule }) => rule)).toEqual(['tier1', 'admins'])
  expect(communities.flatMap(({ roles }) => roles).map(({ role }) => role)).toEqual(['analyst'])
})

test('an attribute a login showed is known for the past until a later login changes it', async () => {
  bench = await openLogins()
  const { remember, past } = history()
  bench.configure((before) => byDepartment(withLogins()(before)))
  await remember()
  const anna = await bench.provider.person('anna')
  await bench.enter('anna', { attributes: { department: ['tier1'] } })
  const then = bench.clock.now()
  bench.clock.advance(day)
  expect((await past(anna, then)).communities).toMatchObject([{ roles: [{ role: 'tier1' }] }])
  await bench.enter('anna', { attributes: { department: ['analysts'] } })
  const { open } = await past(anna, then)
  expect(open.map(({ notKept }) => notKept)).toContainEqual(['attribute department'])
})

const byDepartment = (before: Configuration): Configuration => ({
  ...before,
  rules: before.rules.map((rule) => ({
    ...rule,
    when: { attribute: 'department', test: { equals: rule.id } },
  })),
})

/** A push whose rules ask for something else of what logins showed. */
const asking = (number: number, group: string) => (before: Configuration) => ({
  ...before,
  number,
  rules: before.rules.map((rule) =>
    rule.id === 'tier1' ? { ...rule, when: { group: { equals: group } } } : rule,
  ),
})

test('a group that came when no rule asked for it is not denied to have been there when one did', async () => {
  bench = await openLogins()
  const { remember, past } = history()
  await remember()
  const anna = await bench.provider.person('anna')
  await bench.enter('anna', { groups: present('SOC-Analysts') })
  await settled()
  bench.clock.advance(day)
  await bench.enter('anna', { groups: present('SOC-Analysts', 'Chess') })
  // No rule knows it: there is something to tell, and nothing to do.
  expect(await bench.settle()).toEqual([])
  bench.clock.advance(day)
  bench.configure(asking(2, 'Chess'))
  await remember()
  const then = bench.clock.now()
  expect((await bench.explain(anna)).communities[0]?.roles.map(({ role }) => role)).toContain('tier1')
  bench.clock.advance(day)
  await bench.enter('anna', { groups: present('SOC-Analysts') })
  const { open, communities } = await past(anna, then)
  const roles = communities.flatMap((one) => one.roles).map(({ role }) => role)
  expect(roles.includes(roleId('tier1')) || open.some(({ rule }) => rule === 'tier1')).toBe(true)
})

test('an attribute that changed when no rule asked for it is not told of the time when one did', async () => {
  bench = await openLogins()
  const { remember, past } = history()
  const byGroup = await bench.deps.configuration()
  bench.configure(byDepartment)
  await remember()
  const anna = await bench.provider.person('anna')
  await bench.enter('anna', { attributes: { department: ['tier1'] } })
  const then = bench.clock.now()
  bench.clock.advance(day)
  bench.configure(() => byGroup)
  await bench.enter('anna', { attributes: { department: ['analysts'] } })
  const { open, communities } = await past(anna, then)
  expect(communities.flatMap(({ roles }) => roles)).toEqual([])
  expect(open.map(({ notKept }) => notKept)).toContainEqual(['attribute department'])
})

test('of somebody who was deleted since, what their logins had shown is left open where it is not kept', async () => {
  bench = await openLogins()
  await another()
  const { remember, past } = history()
  await remember()
  const anna = await bench.provider.person('anna')
  bench.clock.advance(60)
  const before = bench.clock.now()
  bench.clock.advance(60)
  await bench.enter('anna', { groups: present('SOC-Analysts'), attributes: { department: ['tier1'] } })
  await settled()
  const then = bench.clock.now()
  bench.clock.advance(20 * day)
  await bench.enter('anna', { groups: present('SOC-Analysts'), attributes: { department: ['tier1'] } })
  bench.clock.advance(20 * day)
  // Shown 20 days before, which nobody noted.
  const renewed = bench.clock.now()
  bench.configure(byDepartment)
  bench.clock.advance(1)
  await remember()
  const asked = bench.clock.now()
  bench.clock.advance(1)
  await bench.provider.remove(anna)
  await settled()
  const openAt = async (at: Instant) => (await past(anna, at)).open.map(({ notKept }) => notKept)
  expect(await openAt(before)).toEqual([])
  expect((await past(anna, then)).shown).toEqual(['SOC-Analysts'])
  expect(await openAt(renewed)).toContainEqual(['the groups a login had shown'])
  expect(await openAt(asked)).toContainEqual(['attribute department'])
})
