import { afterEach, beforeEach } from 'vitest'
import { accountOf } from '../../infra/local/simulators/netography/world.ts'
import { type Simulators, startSimulators } from '../../infra/local/simulators/server.ts'
import type { Community, RoleDefinition } from '../../lib/core/configuration.ts'
import { accountId, milliseconds, platformRoleId } from '../../lib/core/ids.ts'
import type { Pace, Platform } from '../../lib/core/ports/platform.ts'
import { createPlatforms } from '../../lib/platforms/catalog.ts'
import { anHour, testClock, testPace } from '../platforms/clock.ts'
import * as make from './changes.ts'
import { rolesOf } from './hand.ts'
import { netographyCommunity, netographyHarness, netosecret } from './netography.ts'

const { low, fallback } = netographyHarness.roles
export const person = 'ada@acme.example'

/** The demo account behind its adapter, anew for each test of the file that asks for it, and hands on both. */
export const netographyTown = () => {
  let simulators: Simulators
  let clock: ReturnType<typeof testClock>
  let pace: ReturnType<typeof testPace>
  let community: Community
  let platform: Platform

  const openWith = (secrets: () => string, given: Partial<Community> = {}, paced: Pace = pace) =>
    createPlatforms({
      secrets: async () => secrets(),
      pace: paced,
      clock,
      allowLoopback: true,
      deadline: anHour(clock),
      random: () => 0.5,
    }).open({ ...community, ...given })
  const open = (given: Partial<Community> = {}, secret = netosecret()): Promise<Platform> =>
    openWith(() => secret, given)

  beforeEach(async () => {
    clock = testClock()
    pace = testPace(clock)
    simulators = await startSimulators({ port: 0, now: () => milliseconds(clock.now()) })
    community = netographyCommunity(simulators.url)
    simulators.netography.edit({ kind: 'addRole', name: fallback?.name ?? '' })
    platform = await open()
  })
  afterEach(() => simulators.close())

  const net = () => simulators.netography
  const account = (shortname = 'demo') => {
    const found = accountOf(net().world(), shortname)
    if (found === undefined) throw new Error('no such account')
    return found
  }
  const userOf = (email: string, shortname?: string) =>
    account(shortname).users.find((user) => user.email === email)
  const roles = (on = platform) => rolesOf(on, community)
  const run = async (change: Parameters<Platform['apply']>[0], on = platform) =>
    on.apply(change, await roles(on))
  const roleIdOf = (name: string) =>
    platformRoleId(account().roles.find((role) => role.name === name)?.id ?? '')

  return {
    open,
    openWith,
    openWithoutFallback: () => {
      const { fallbackRole: _, ...without } = community
      community = without
      return open()
    },
    platform: () => platform,
    clock: () => clock,
    pace: () => pace,
    url: () => simulators.url,
    net,
    account,
    userOf,
    roles,
    run,
    roleIdOf,
    writes: () =>
      net()
        .requests()
        .filter(({ method, path }) => method !== 'GET' && !path.includes('/auth/')).length,
    exchanges: () =>
      net()
        .requests()
        .filter(({ path }) => path.endsWith('/auth/token')).length,
    /** One role for another, as the planner asks for it. */
    replacing: (email: string, id: string, to: RoleDefinition, from: RoleDefinition) => ({
      ...make.grant(email, accountId(id), to.id),
      replaces: { platformRole: roleIdOf(from.name) },
    }),
    /** The person's id, once they have joined. */
    joined: async (role: RoleDefinition = low): Promise<string> => {
      await run(make.invite(person, [role.id]))
      return userOf(person)?.id ?? ''
    },
  }
}
