import { afterEach, beforeEach, expect, it } from 'vitest'
import type { RoleDefinition } from '../../lib/core/configuration.ts'
import { immybotHarness } from './immybot.ts'
import { type Stage, shown } from './stage.ts'
import { openVillage, type Village } from './village.ts'

/** A role's scope changes in the configuration, and the people who hold it go along: with planner, ownership and a table in between. */
const ada = 'ada@acme.example'
const { roles } = immybotHarness
const [team] = roles.teams

let stage: Stage
let village: Village
beforeEach(async () => {
  stage = await immybotHarness.start({}, {})
  village = await openVillage(stage, roles)
})
afterEach(async () => {
  await village.close()
  await stage.close()
})

const configured = (role: RoleDefinition): void =>
  village.configure((before) => ({
    ...before,
    roles: before.roles.map((one) => (one.id === role.id ? role : one)),
  }))

it.each([
  ['named', roles.low],
  ['managed', team],
] as const)('a %s role moves its holders to its new scope', async (_, role) => {
  const member = await village.person(ada, [role])
  await village.settle()
  await village.reconcile()
  expect(stage.truth(ada)).toEqual({ status: 'enabled', roles: [shown(role)] })
  const moved = { ...role, scope: 'tenant:Demo MSP' }
  configured(moved)
  await village.reconcile()
  expect(stage.truth(ada)).toEqual({ status: 'enabled', roles: [shown(moved)] })
  expect(await village.problems()).toEqual([])
  const { accounts } = await stage.platform.snapshot()
  const [grant, ...more] = (await village.ownerships(member)).flatMap(({ grants }) => grants)
  expect(more).toEqual([])
  expect(accounts.find(({ email }) => email === ada)?.roles).toEqual([grant?.platformRole])
  await village.setActive(member, false)
  await village.settle()
  expect(stage.truth(ada)).toEqual({ status: 'disabled', roles: [] })
})

it('a managed role moves with new contents, and is made once', async () => {
  await village.person(ada, [team])
  await village.settle()
  await village.reconcile()
  if (team.kind === 'builtin' || team.contents === undefined) throw new Error('it has no contents')
  const contents = { ...team.contents, description: 'Otherwise described' }
  const moved: RoleDefinition = { ...team, scope: 'tenant:Demo MSP', contents }
  configured(moved)
  await village.reconcile()
  await village.reconcile()
  expect(stage.truth(ada)).toEqual({ status: 'enabled', roles: [shown(moved)] })
  const named = (await stage.platform.snapshot()).roles.filter(({ name }) => name === team.name)
  expect(new Set(named.map(({ description }) => description))).toEqual(new Set(['Otherwise described']))
  expect(await village.problems()).toEqual([])
})

it('the last role taken away ends in an expiry, and the role goes when nobody has it and nothing names it', async () => {
  const member = await village.person(ada, [team])
  await village.settle()
  await village.take(member, team)
  await village.settle()
  expect(stage.truth(ada)).toEqual({ status: 'disabled', roles: [] })
  village.rules((before) => before.filter(({ grant }) => grant.every(({ role }) => role !== team.id)))
  village.configure((before) => ({ ...before, roles: before.roles.filter(({ id }) => id !== team.id) }))
  await village.reconcile()
  const { roles: present } = await stage.platform.snapshot()
  expect(present.filter(({ name }) => name === team.name)).toEqual([])
})
