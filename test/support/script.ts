/** Random worlds and random days in them: wishes change, people and operators edit the platform by hand, plans are applied in part, time passes. */
import fc from 'fast-check'
import { constrain } from '../../lib/core/constraints.ts'
import { accountId, connectionId, later, memberId, platformRoleId } from '../../lib/core/ids.ts'
import type { Account, PlatformRole, PlatformTraits } from '../../lib/core/snapshot.ts'
import {
  acme,
  community,
  day,
  definitions,
  emptyWorld,
  leaving,
  off,
  oneRole,
  oneRoleWorld,
  plain,
  sekoiaLike,
  stripping,
  target,
} from './examples.ts'
import { applyAll, applyChange, changeAccount, dropAccount, planOf, type Stage, type World } from './world.ts'

export type Step = (world: World) => World

const names = ['ada', 'bea', 'cid', 'dan', 'eve'] as const
const name = fc.constantFrom(...names)
const roleIds = definitions.map(({ id }) => id as string)
export const stages: readonly Stage[] = ['writtenAhead', 'onPlatform', 'recorded']
const globex = connectionId('globex')

const free: PlatformTraits = { ...plain, roleKinds: sekoiaLike.roleKinds, maximumInvitations: 2 }
const { maximumRoles: _none, ...unlimited } = free

const traits = fc.oneof(
  { weight: 3, arbitrary: fc.constant(sekoiaLike) },
  { weight: 1, arbitrary: fc.constant(free) },
  {
    weight: 1,
    arbitrary: fc.constant<PlatformTraits>({ ...unlimited, suspension: 'status', invitationLifetime: day }),
  },
  { weight: 3, arbitrary: fc.constant(oneRole) },
  { weight: 1, arbitrary: fc.constant(stripping) },
  {
    weight: 1,
    arbitrary: fc.constant<PlatformTraits>({ ...sekoiaLike, emailIsIdentity: true }),
  },
)

const stranger = (email: string, number: number): fc.Arbitrary<Account> =>
  fc
    .record({
      status: fc.constantFrom('enabled' as const, 'disabled' as const, 'pending' as const),
      service: fc.constantFrom(false, false, false, true),
      role: fc.option(fc.constantFrom('admin', 'analyst', 'guest'), { nil: undefined }),
    })
    .map(({ status, service, role }) => ({
      id: accountId(`hand-${number}`),
      email,
      status,
      service,
      roles: role === undefined ? [] : [platformRoleId(role)],
    }))

const strangers = fc
  .uniqueArray(fc.constantFrom(...names, 'owner', 'zoe'), { maxLength: 3 })
  .chain((emails) => fc.tuple(...emails.map((one, number) => stranger(`${one}@acme.test`, number))))

export const worlds: fc.Arbitrary<World> = fc
  .record({
    traits,
    accounts: strangers,
    adopt: fc.constantFrom('explicit' as const, 'domain' as const, 'domain' as const),
    onDeparture: fc.constantFrom(leaving('suspend', 30 * day), leaving('suspend'), leaving('remove')),
    onUnassigned: fc.constantFrom(leaving('suspend', 30 * day), leaving('remove')),
    managedBefore: fc.boolean(),
    domain: fc.constantFrom('acme.test', 'acme.test', 'other.test'),
    protectedEmail: fc.constantFrom('', '', 'eve@acme.test'),
  })
  .map(
    ({
      traits: chosen,
      accounts,
      adopt,
      onDeparture,
      onUnassigned,
      managedBefore,
      domain,
      protectedEmail,
    }) => {
      const empty = chosen.suspension === 'fallbackRole' ? oneRoleWorld : emptyWorld
      return orderly({
        ...empty,
        traits: chosen,
        accounts,
        domains: new Map([
          [acme, [domain]],
          [globex, ['acme.test']],
        ]),
        community: {
          ...empty.community,
          adopt,
          onDeparture,
          onUnassigned: chosen.suspension === 'none' ? leaving('remove') : onUnassigned,
          safety: { ...community.safety, protected: protectedEmail === '' ? [] : [protectedEmail] },
        },
        ...(managedBefore
          ? {}
          : { roles: empty.roles.filter(({ kind }) => kind === 'builtin'), roleOwnership: [] }),
      })
    },
  )

/** No hand leaves an account without its one role, or the suspended with one. */
const orderly = (world: World): World => {
  if (world.traits.alwaysOneRole !== true) return world
  const accounts = world.accounts.map((one): Account => {
    if (one.status === 'disabled') return { ...one, roles: [] }
    const roles = one.roles.length === 0 ? [platformRoleId('analyst')] : one.roles.slice(-1)
    return { ...one, status: 'enabled', roles }
  })
  return { ...world, accounts }
}
/** Where an account is never without a role, one that is held is not deleted. */
const deletable = (world: World, id: string): boolean =>
  world.traits.alwaysOneRole !== true ||
  !world.accounts.some(({ roles, status }) => status === 'disabled' || roles.some((role) => role === id))

/** The configuration gives a role up, or takes it in again; whoever had it by a rule has it no longer. */
const configure =
  (number: number): Step =>
  (world) => {
    const definition = pick(definitions, number)
    if (definition === undefined) return world
    const { roles } = world.community
    const known = roles.some(({ id }) => id === definition.id)
    const next = known ? roles.filter(({ id }) => id !== definition.id) : [...roles, definition]
    const targets = world.targets.map((one) => ({
      ...one,
      granted: one.granted.filter(({ role }) => next.some(({ id }) => id === role)),
    }))
    return { ...world, targets, community: { ...world.community, roles: next } }
  }

/** Those where another address is another account. */
export const identityWorlds = worlds.map((world): World => {
  const identity = world.traits.emailIsIdentity === true
  return identity ? world : { ...world, traits: { ...world.traits, emailIsIdentity: true } }
})

const want =
  (who: string, roles: readonly string[], elsewhere: boolean, alias: string | undefined): Step =>
  (world) => {
    const wished = target(who, roles)
    const { granted } = constrain(wished.granted, world.community.roles, world.traits, 'priority')
    const connection = elsewhere ? globex : acme
    const next = {
      ...wished,
      granted,
      connection,
      member: memberId(elsewhere ? `${who}-2` : who),
      ...(alias === undefined ? {} : { email: `${alias}@acme.test` }),
    }
    return {
      ...world,
      targets: [
        ...world.targets.filter((one) => one.connection !== connection || one.member !== next.member),
        next,
      ],
    }
  }

const depart =
  (number: number, forgotten: boolean): Step =>
  (world) => ({
    ...world,
    targets: world.targets.flatMap((one) => {
      if (one !== pick(world.targets, number)) return [one]
      if (forgotten) return []
      return [{ ...one, standing: 'departed' as const, departedAt: world.now, granted: [], suppressed: [] }]
    }),
  })

const work =
  (count: number, stage: Stage): Step =>
  (world) => {
    const { changes } = planOf(world)
    const last = changes[count]
    const done = applyAll(world, changes.slice(0, count))
    return last === undefined ? done : applyChange(done, last, stage)
  }

const pick = <T>(list: readonly T[], number: number): T | undefined => list[number % Math.max(1, list.length)]

const byHand =
  (number: number, edit: (world: World, account: Account) => World): Step =>
  (world) => {
    const account = pick(world.accounts, number)
    return account === undefined ? world : orderly(edit(world, account))
  }

const giveByHand = (world: World, account: Account, roleNumber: number): World => {
  const role = pick(world.roles, roleNumber)
  if (role === undefined) return world
  // The platform's own rules bind people as well.
  const alone = account.roles.length === 0
  const harmless = role.kind === 'custom' && account.roles.every((id) => kindIn(world, id) === 'custom')
  const room = account.roles.length < (world.traits.maximumRoles ?? 99)
  return (alone || harmless) && room
    ? changeAccount(world, account.id, { roles: [...new Set([...account.roles, role.id])] })
    : world
}
const kindIn = (world: World, id: string) => world.roles.find((role) => role.id === id)?.kind

const editRole =
  (number: number, edit: (role: PlatformRole) => PlatformRole | undefined): Step =>
  (world) => {
    const role = pick(
      world.roles.filter(({ kind }) => kind !== 'builtin'),
      number,
    )
    if (role === undefined) return world
    const next = edit(role)
    if (next?.id !== role.id && !deletable(world, role.id)) return world
    // A role that is deleted, or made anew under another id, is lost by those who held it.
    const accounts =
      next?.id === role.id
        ? world.accounts
        : world.accounts.map((one) => ({ ...one, roles: one.roles.filter((id) => id !== role.id) }))
    const roles = world.roles.flatMap((one) => (one !== role ? [one] : next === undefined ? [] : [next]))
    return { ...world, accounts, roles }
  }

/** Everybody follows the link in their invitation. */
const accept: Step = (world) => ({
  ...world,
  accounts: world.accounts.map((one) =>
    one.status === 'pending' && !one.id.startsWith('hand') ? { ...one, status: 'enabled' } : one,
  ),
})

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.constant(accept) },
  {
    weight: 8,
    arbitrary: fc
      .tuple(
        name,
        fc.subarray(roleIds, { maxLength: 3 }),
        fc.constantFrom(false, false, false, false, true),
        fc.constantFrom(undefined, undefined, undefined, undefined, ...names),
      )
      .map(([who, roles, elsewhere, alias]) => want(who, roles, elsewhere, alias)),
  },
  { weight: 3, arbitrary: fc.tuple(fc.nat(9), fc.boolean()).map(([n, forgotten]) => depart(n, forgotten)) },
  {
    weight: 8,
    arbitrary: fc.tuple(fc.nat(20), fc.constantFrom(...stages)).map(([count, stage]) => work(count, stage)),
  },
  { weight: 8, arbitrary: fc.constant(work(99, 'recorded')) },
  {
    weight: 2,
    arbitrary: fc.nat(9).map((n) => byHand(n, (world, { id }) => dropAccount(world, id))),
  },
  {
    weight: 5,
    arbitrary: fc
      .tuple(fc.nat(9), fc.constantFrom('enabled' as const, 'enabled' as const, 'disabled' as const))
      .map(([n, status]) => byHand(n, (world, { id }) => changeAccount(world, id, { status }))),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat(9), fc.nat(12))
      .map(([n, roleNumber]) => byHand(n, (world, account) => giveByHand(world, account, roleNumber))),
  },
  {
    weight: 2,
    arbitrary: fc
      .nat(9)
      .map((n) => byHand(n, (world, { id, roles }) => changeAccount(world, id, { roles: roles.slice(1) }))),
  },
  {
    weight: 1,
    arbitrary: fc.nat(9).map((n) =>
      byHand(n, (world, { id, ...rest }) => ({
        ...world,
        accounts: [...world.accounts, { ...rest, id: accountId(`twin-${world.made}`), roles: [] }],
        made: world.made + 1,
      })),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .nat(9)
      .map((n) => editRole(n, (role) => ({ ...role, permissions: [...role.permissions, 'EXTRA'] }))),
  },
  { weight: 1, arbitrary: fc.nat(9).map((n) => editRole(n, () => undefined)) },
  {
    weight: 1,
    arbitrary: fc
      .nat(9)
      .map((n) => editRole(n, (role) => ({ ...role, id: platformRoleId(`${role.id}-new`) }))),
  },
  {
    weight: 1,
    arbitrary: fc.constant((world: World) => ({ ...world, intakes: world.intakes.slice(1) })),
  },
  {
    weight: 1,
    arbitrary: fc.constant((world: World) =>
      deletable(world, 'guest')
        ? {
            ...world,
            accounts: world.accounts.map((one) => ({
              ...one,
              roles: one.roles.filter((id) => id !== 'guest'),
            })),
            roles: world.roles.filter(({ id }) => id !== 'guest'),
          }
        : world,
    ),
  },
  { weight: 2, arbitrary: fc.nat(9).map(configure) },
  {
    weight: 1,
    arbitrary: fc.constant((world: World) => ({
      ...world,
      roleOwnership: world.roleOwnership.filter(({ role }) => role !== off.id),
    })),
  },
  {
    weight: 4,
    arbitrary: fc
      .constantFrom(1, 2, 31)
      .map((days) => (world: World) => ({ ...world, now: later(world.now, days * day) })),
  },
)

/** Begins with people on the platform, so that there is something to keep, take and repair. */
const morning: Step = (world) => {
  const hired = names.reduce<World>(
    (state, who, number) => want(who, [pick(roleIds, number * 2) ?? 'guest'], false, undefined)(state),
    world,
  )
  return accept(applyAll(hired, planOf(hired).changes))
}

export const script: fc.Arbitrary<readonly Step[]> = fc
  .tuple(fc.boolean(), fc.array(step, { minLength: 4, maxLength: 24, size: 'max' }))
  .map(([early, steps]) => (early ? [morning, ...steps] : steps))

/** Takes every step and lets `check` look at the world after each. */
export const walk = (start: World, steps: readonly Step[], check: (world: World) => void): World =>
  steps.reduce<World>((world, one) => {
    const next = one(world)
    check(next)
    return next
  }, start)
