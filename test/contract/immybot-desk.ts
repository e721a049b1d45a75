import { type Simulators, startSimulators } from '../../infra/local/simulators/server.ts'
import type { Community, RoleDefinition } from '../../lib/core/configuration.ts'
import { type AccountId, milliseconds, roleId } from '../../lib/core/ids.ts'
import type { Change } from '../../lib/core/plan.ts'
import type { Platform } from '../../lib/core/ports/platform.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { anHour, testClock, testPace } from '../platforms/clock.ts'
import * as make from './changes.ts'
import { rolesOf } from './hand.ts'
import { immybotCommunity, immybotSecret } from './immybot.ts'

/** One open ImmyBot community over a simulator of its own, and Ada to try things with. */
export const ada = 'ada@acme.example'
export const scripts: RoleDefinition = {
  id: roleId('scripts'),
  kind: 'builtin',
  name: 'Script Manager',
  scope: 'ownTenant',
}
export type Desk = Awaited<ReturnType<typeof openDesk>>

export const openDesk = async (given: Partial<Community> = {}) => {
  const clock = testClock()
  const simulators: Simulators = await startSimulators({ port: 0, now: () => milliseconds(clock.now()) })
  const { immybot } = simulators
  const community: Community = { ...immybotCommunity(simulators.url), roles: [scripts], ...given }
  const open = (as: Partial<Community> = {}): Promise<Platform> =>
    createPlatforms({
      secrets: async () => immybotSecret(),
      pace: testPace(clock),
      clock,
      allowLoopback: true,
      deadline: anHour(clock),
    }).open({ ...community, ...as })
  const platform = await open()
  const known = () => rolesOf(platform, community)
  const run = async (change: Change) => platform.apply(change, await known())
  const account = async (email = ada) => {
    const found = (await platform.snapshot()).accounts.find((one) => one.email === email)
    if (found === undefined) throw new Error(`no account ${email}`)
    return found
  }
  return {
    immybot,
    clock,
    community,
    platform,
    open,
    known,
    run,
    account,
    world: () => immybot.world(),
    user: () => immybot.world().users.find(({ id }) => id > 99),
    join: async (...roles: readonly RoleDefinition[]): Promise<AccountId> => {
      const ids = (roles.length === 0 ? community.roles : roles).map(({ id }) => id)
      await run(make.invite(ada, ids))
      return (await account()).id
    },
    close: () => simulators.close(),
  }
}
