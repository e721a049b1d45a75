import { afterEach, describe, expect, it } from 'vitest'
import type { Switches } from '../../infra/local/simulators/immybot/world.ts'
import { platformTraits } from '../../lib/platforms/traits.ts'
import * as make from './changes.ts'
import { handOf } from './hand.ts'
import { immybotHarness } from './immybot.ts'
import { choice, type Switch, variantsOf } from './pairs.ts'
import { person, type Stage } from './stage.ts'

/**
 * The contract runs on bundles of what the vendor does not document; here every switch is flipped alone, and every two of their values meet, over
 * one life: a role is made, a person comes, gets it, is suspended, comes back, goes, and the role goes, too.
 */
const told = (
  name: string,
  set: Partial<Switches>,
  dialect: Readonly<Record<string, string>>,
): Switch<Switches> => {
  const [first] = Object.keys(set)
  return {
    name,
    values: [
      { name: 'default', set: {} },
      { name: String(set[first as keyof Switches]), set, dialect },
    ],
  }
}
const switches: readonly Switch<Switches>[] = [
  choice('generation', { generation: 'rbac' }, { generation: 'legacy' }),
  choice('verb', { userUpdate: 'POST' }, { userUpdate: 'PUT' }),
  choice('lists', { dx: 'array' }, { dx: 'object' }),
  choice('description', { swagger: true }, { swagger: false }),
  choice('unknown fields', { unknownFields: 'refused' }, { unknownFields: 'ignored' }),
  choice('tenant filter', { tenantFilter: 'applied' }, { tenantFilter: 'ignored' }),
  choice('most per page', { pageCap: 0 }, { pageCap: 30 }),
  choice('dependencies', { dependencies: 'required' }, { dependencies: 'free' }),
  choice('dependencies shown', { dependenciesAs: 'objects' }, { dependenciesAs: 'ids' }),
  choice('role in use', { roleInUse: 'refused' }, { roleInUse: 'unassigned' }),
  choice('same name', { sameName: 'refused' }, { sameName: 'allowed' }),
  choice('same assignment', { sameAssignment: 'kept' }, { sameAssignment: 'refused' }),
  choice('enumerations', { enumsAs: 'number' }, { enumsAs: 'name' }),
  choice('ids of scopes', { claimValues: 'ids' }, { claimValues: 'empty' }),
  choice('fields promised', { groupFields: false }, { groupFields: true }),
  choice('stale permissions', { staleRoles: false }, { staleRoles: true }),
  choice('take-over from Entra', { resync: false }, { resync: true }),
  choice('enabled toggle', { enabledToggle: false }, { enabledToggle: true }),
  choice('invitation by mail', { emailInvitation: false }, { emailInvitation: true }),
  choice('last administrator', { lastAdmin: 'allowed' }, { lastAdmin: 'refused' }),
  told('own tenant named', { userTenantNamed: true }, { ownTenantId: 'with' }),
  told('type of built-in roles', { builtinTypeName: 'System' }, { builtinRoleType: 'System' }),
]

const { roles } = immybotHarness
const [team] = roles.teams
let stage: Stage | undefined
afterEach(() => stage?.close())

describe.each(variantsOf(switches))('$name', ({ switches: given, dialect }) => {
  it('makes no difference to a life', async () => {
    stage = await immybotHarness.start(given, dialect)
    const { truth } = stage
    const hand = handOf(stage, platformTraits('immybot'), roles)
    stage.crowd(45)
    stage.known(person)
    await hand.prepare(team)
    const account = await hand.join(roles.low)
    expect(truth(person)).toEqual(hand.joined(roles.low))
    await hand.swap(account, roles.low, team)
    await hand.swap(account, team, roles.high)
    expect(truth(person)).toEqual(hand.working(roles.high))
    await hand.run(make.suspend(person, account.id))
    expect(truth(person)).toEqual(hand.suspended(roles.high))
    expect((await hand.account()).status).toBe('disabled')
    await hand.comeBack(account, team)
    expect(await hand.account()).toMatchObject({ status: 'enabled', roles: [(await hand.role(team)).id] })
    await hand.run(make.remove(person, account.id))
    const gone = await hand.role(team)
    await hand.run(make.deleteRole(team, gone.id))
    expect(truth(person)).toBeUndefined()
    expect((await stage.platform.snapshot()).accounts).toHaveLength(stage.members())
    expect((await stage.platform.checkup()).filter(({ state }) => state === 'problem')).toEqual([])
  })
})
