import { afterEach, beforeEach, expect, test } from 'vitest'
import { demoCommunity } from '../../infra/local/simulators/sekoia/demo.ts'
import type { RoleDefinition } from '../../lib/core/configuration.ts'
import { roleId } from '../../lib/core/ids.ts'
import type { OwnershipStore } from '../../lib/core/ports/ownership.ts'
import { createProvisioner } from '../../lib/provisioning/provision.ts'
import { createReconciliation } from '../../lib/provisioning/reconcile.ts'
import { type Bench, openBench, soc } from './bench.ts'

let bench: Bench
beforeEach(async () => {
  bench = await openBench()
  await bench.reconcile()
})
afterEach(() => bench.close())

const withRoles = (change: (roles: readonly RoleDefinition[]) => readonly RoleDefinition[]): void =>
  bench.configure((before) => ({
    ...before,
    communities: before.communities.map((one) => ({ ...one, roles: change(one.roles) })),
    rules: before.rules.filter(({ id }) => id !== 'tier1'),
  }))
const without = (roles: readonly RoleDefinition[]) => roles.filter(({ id }) => id !== 'tier1')
const renamed = (roles: readonly RoleDefinition[]): readonly RoleDefinition[] =>
  roles.map((role) =>
    role.id === 'tier1' && role.kind !== 'builtin'
      ? { ...role, id: roleId('triage'), name: 'Triage', previously: ['tier1'] }
      : role,
  )
const onPlatform = () => {
  const { roles } = bench.sekoia.world()
  return Object.fromEntries(
    roles.filter((role) => role.community !== null).map(({ name, uuid }) => [name, uuid]),
  )
}
const records = async () =>
  Object.fromEntries(
    (await bench.deps.ownership.roleOwnerships(soc)).map(({ role, platformRole }) => [role, platformRole]),
  )

test('a role taken out of the configuration is deleted when nobody holds it, and the record goes with it', async () => {
  expect(Object.keys(onPlatform())).toContain('SOC tier 1')
  withRoles(without)
  const { plan, verdict } = await bench.preview()
  expect(plan.changes).toMatchObject([{ kind: 'deleteRole', name: 'SOC tier 1' }])
  expect(verdict.allowed).toHaveLength(1)
  expect(Object.keys(onPlatform())).toContain('SOC tier 1')
  await bench.reconcile()
  expect(Object.keys(onPlatform())).not.toContain('SOC tier 1')
  expect(await records()).toEqual({})
})

test('and stays while somebody holds it whom we did not give it', async () => {
  const roles = [onPlatform()['SOC tier 1'] ?? '']
  bench.sekoia.edit({ kind: 'editMember', community: demoCommunity, email: 'owner@demo.test', roles })
  withRoles(without)
  expect((await bench.preview()).plan.warnings).toMatchObject([{ kind: 'droppedRoleHeld', holders: 1 }])
  await bench.reconcile()
  expect(Object.keys(onPlatform())).toContain('SOC tier 1')
})

test('and deleted by somebody else meanwhile is just forgotten', async () => {
  withRoles(without)
  bench.sekoia.edit({ kind: 'deleteRole', name: 'SOC tier 1' })
  await bench.reconcile()
  expect(await records()).toEqual({})
})

test('and only named from now on stays, and is ours no longer', async () => {
  const before = onPlatform()
  withRoles((roles) => [...without(roles), { id: roleId('tier1'), kind: 'custom', name: 'SOC tier 1' }])
  await bench.reconcile()
  expect(onPlatform()).toEqual(before)
  expect(await records()).toEqual({})
})

test('a role under another id and name keeps what it is on the platform', async () => {
  const before = onPlatform()['SOC tier 1']
  withRoles(renamed)
  await bench.reconcile()
  expect(onPlatform().Triage).toBe(before)
  expect(await records()).toEqual({ triage: before })
})

test.each(['saveRoleOwnership', 'deleteRoleOwnership'] as const)(
  'renamed by a worker that dies after any %s, it is one role with one record all the same',
  async (method) => {
    const before = onPlatform()['SOC tier 1']
    withRoles(renamed)
    let killed = 0
    for (let calls = 1; calls <= 3; calls++) {
      let seen = 0
      const dying =
        <Values extends readonly unknown[], Answer>(call: (...values: Values) => Promise<Answer>) =>
        async (...values: Values): Promise<Answer> => {
          const answer = await call(...values)
          seen += 1
          if (seen !== calls) return answer
          killed += 1
          throw new Error('killed')
        }
      const store: OwnershipStore = { ...bench.deps.ownership }
      const ownership = { ...store, [method]: dying(store[method] as (next: never) => Promise<unknown>) }
      await createReconciliation(bench.deps).request()
      await createProvisioner({ ...bench.deps, ownership: ownership as OwnershipStore }).run(
        soc,
        bench.later(600),
      )
      bench.clock.advance(700)
    }
    expect(killed).toBeGreaterThan(0)
    await bench.reconcile()
    expect(onPlatform().Triage).toBe(before)
    expect(Object.keys(onPlatform())).not.toContain('SOC tier 1')
    expect(await records()).toEqual({ triage: before })
    expect((await bench.preview()).plan.changes).toEqual([])
  },
)
