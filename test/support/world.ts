/**
 * A pure model of a platform community beside our records: changes are applied to it the way a platform and the applier would, with a death
 * possible at each stage. It refuses what a platform refuses, so that a plan which needs a refused call fails a test.
 */
import type { Target } from '../../lib/core/assignment.ts'
import type { Community, RoleContents, RoleDefinition } from '../../lib/core/configuration.ts'
import {
  type AccountId,
  accountId,
  type ConnectionId,
  type Instant,
  type PlatformRoleId,
  platformRoleId,
} from '../../lib/core/ids.ts'
import { accountsOf, type Ownership, type RoleOwnership } from '../../lib/core/ownership.ts'
import { ownershipAfter, ownershipBefore } from '../../lib/core/ownership-after.ts'
import type { Change, Person, Plan } from '../../lib/core/plan.ts'
import { planChanges } from '../../lib/core/planning.ts'
import type { Applied } from '../../lib/core/ports/platform.ts'
import { endedRecord, roleOwnershipAfter, roleOwnershipBefore } from '../../lib/core/role-ownership-after.ts'
import type { Account, PlatformRole, PlatformTraits, Snapshot } from '../../lib/core/snapshot.ts'

export type World = {
  readonly community: Community
  readonly traits: PlatformTraits
  readonly domains: ReadonlyMap<ConnectionId, readonly string[]>
  readonly now: Instant
  readonly accounts: readonly Account[]
  readonly roles: readonly PlatformRole[]
  readonly intakes: Snapshot['intakes']
  readonly ownership: readonly Ownership[]
  readonly roleOwnership: readonly RoleOwnership[]
  readonly targets: readonly Target[]
  readonly made: number
}

/** How far the application of a change gets before everything dies. */
export type Stage = 'writtenAhead' | 'onPlatform' | 'recorded'

export const snapshotOf = (world: World): Snapshot => ({
  community: world.community.id,
  takenAt: world.now,
  scope: 'community',
  complete: true,
  accounts: world.accounts,
  roles: world.roles,
  intakes: world.intakes,
})

export const planOf = (world: World): Plan =>
  planChanges({
    community: world.community,
    configuration: 1,
    directoryAt: world.now,
    traits: world.traits,
    domains: world.domains,
    targets: world.targets,
    ownership: world.ownership,
    roleOwnership: world.roleOwnership,
    snapshot: snapshotOf(world),
    now: world.now,
  })

const accountOf = (world: World, id: AccountId): Account => {
  const account = world.accounts.find((one) => one.id === id)
  if (account === undefined) throw new Error(`the platform knows no account ${id}`)
  return account
}

export const changeAccount = (world: World, id: AccountId, change: Partial<Account>): World => ({
  ...world,
  accounts: world.accounts.map((account) => (account.id === id ? { ...account, ...change } : account)),
})

export const dropAccount = (world: World, id: AccountId): World => ({
  ...world,
  accounts: world.accounts.filter((account) => account.id !== id),
})

/** The platform's role for a configured one, as the applier knows it. */
export const knownRoles = (world: World): ReadonlyMap<string, PlatformRole> =>
  new Map(
    world.community.roles.flatMap((definition) => {
      const bound = world.roleOwnership.find(({ role }) => role === definition.id)?.platformRole
      const role = world.roles.find(({ id, name, kind }) =>
        bound === undefined ? name === definition.name && kind === definition.kind : id === bound,
      )
      return role === undefined ? [] : [[definition.id, role] as const]
    }),
  )

const kindOf = (world: World, id: PlatformRoleId): RoleDefinition['kind'] | undefined =>
  world.roles.find((role) => role.id === id)?.kind

/** What the platform makes of an account's roles when one more is given. */
const rolesWith = (
  world: World,
  held: readonly PlatformRoleId[],
  given: PlatformRoleId,
): readonly PlatformRoleId[] => {
  if (held.includes(given)) return held
  const { exclusiveKinds, singleKinds, customReplacesBuiltin, maximumRoles } = world.traits
  const kind = kindOf(world, given)
  if (kind === undefined) throw new Error(`the platform knows no role ${given}`)
  const kinds = held.map((id) => kindOf(world, id))
  if (held.length > 0 && exclusiveKinds.includes(kind)) throw new Error(`${given} stands alone`)
  if (kinds.some((one) => one !== undefined && exclusiveKinds.includes(one)))
    throw new Error(`${given} beside an exclusive role`)
  if (maximumRoles !== undefined && held.length >= maximumRoles) throw new Error('too many roles')
  const left = held.filter((id) => {
    const other = kindOf(world, id)
    const replaced = other === kind && singleKinds.includes(kind)
    return !replaced && !(customReplacesBuiltin && kind !== 'builtin' && other === 'builtin')
  })
  return [...left, given]
}

const toRole = (id: PlatformRoleId, definition: RoleDefinition, contents: RoleContents): PlatformRole => ({
  id,
  name: definition.name,
  kind: definition.kind,
  description: contents.description,
  permissions: contents.permissions,
  intakes: contents.intakes,
  admin: contents.permissions.includes('ADMIN'),
})

const invite = (world: World, change: Extract<Change, { kind: 'invite' }>): [World, Applied] => {
  const cleared = change.replaces === undefined ? world : dropAccount(world, change.replaces)
  if (cleared.accounts.some(({ email }) => email === change.subject.email))
    throw new Error(`${change.subject.email} would be invited twice`)
  const roles = knownRoles(world)
  const account: Account = {
    id: accountId(`account-${world.made}`),
    email: change.subject.email,
    ...(world.traits.alwaysOneRole === true
      ? { status: 'enabled' as const }
      : { status: 'pending' as const, invitedAt: world.now }),
    service: false,
    roles: change.roles.reduce<readonly PlatformRoleId[]>((held, { role }) => {
      const known = roles.get(role)
      if (known === undefined) throw new Error(`no role ${role} to invite with`)
      return rolesWith(cleared, held, known.id)
    }, []),
  }
  const next = { ...cleared, accounts: [...cleared.accounts, account], made: world.made + 1 }
  return [next, { kind: 'account', account }]
}

const onAccount = (
  world: World,
  id: AccountId,
  change: (account: Account) => Partial<Account>,
): [World, Applied] => {
  const next = changeAccount(world, id, change(accountOf(world, id)))
  return [next, { kind: 'account', account: accountOf(next, id) }]
}

/** One role for another in one write; what it replaces has to be what is there. */
const exchanged = (
  { roles, status }: Account,
  change: Extract<Change, { kind: 'grant' }>,
  given: PlatformRoleId,
): Partial<Account> => {
  if (roles.includes(given)) return {}
  const [held] = roles
  if (status === 'disabled' && change.resumes !== true) throw new Error('the account is suspended')
  if (held !== undefined && change.replaces?.platformRole !== held)
    throw new Error(`${held} would be replaced unasked`)
  return { roles: [given], status: 'enabled' }
}

const suspendedOn = (world: World, account: Account): Partial<Account> => {
  const { suspension } = world.traits
  if (suspension === 'fallbackRole' && !knownRoles(world).has(world.community.fallbackRole ?? ''))
    throw new Error('no fallback role')
  if (suspension === 'fallbackRole') return { status: 'disabled', roles: [] }
  const ours = world.ownership.flatMap((one) =>
    accountsOf(one).includes(account.id) ? one.grants.map(({ platformRole }) => platformRole) : [],
  )
  const roles = account.roles.filter((id) => suspension !== 'stripRoles' || !ours.includes(id))
  return { status: 'disabled', roles }
}

const onPlatform = (world: World, change: Change): [World, Applied] => {
  switch (change.kind) {
    case 'createRole': {
      if (world.roles.some(({ name }) => name === change.role.name)) throw new Error('role name is taken')
      const role = toRole(platformRoleId(`role-${world.made}`), change.role, change.contents)
      return [
        { ...world, roles: [...world.roles, role], made: world.made + 1 },
        { kind: 'role', role },
      ]
    }
    case 'repairRole': {
      const role = toRole(change.platformRole, change.role, change.contents)
      const roles = world.roles.map((one) => (one.id === role.id ? role : one))
      return [
        { ...world, roles },
        { kind: 'role', role },
      ]
    }
    case 'invite':
      return invite(world, change)
    case 'grant': {
      const role = knownRoles(world).get(change.grant.role)
      if (role === undefined) throw new Error(`no role ${change.grant.role} to give`)
      return onAccount(world, change.subject.account, (account) =>
        world.traits.alwaysOneRole === true
          ? exchanged(account, change, role.id)
          : { roles: rolesWith(world, account.roles, role.id) },
      )
    }
    case 'revoke':
      if (world.traits.alwaysOneRole === true) throw new Error('an account is never without a role')
      return onAccount(world, change.subject.account, ({ roles }) => ({
        roles: roles.filter((role) => role !== change.platformRole),
      }))
    case 'suspend':
      return onAccount(world, change.subject.account, (account) => suspendedOn(world, account))
    case 'resume':
      if (world.traits.suspension === 'fallbackRole') throw new Error('only another role ends a suspension')
      return onAccount(world, change.subject.account, () => ({ status: 'enabled' }))
    case 'remove':
      accountOf(world, change.subject.account)
      return [dropAccount(world, change.subject.account), { kind: 'gone' }]
    default:
      return [world, { kind: 'gone' }]
  }
}

const withRole = (world: World, owned: RoleOwnership): World => ({
  ...world,
  roleOwnership: [...world.roleOwnership.filter(({ role }) => role !== owned.role), owned],
})
const withoutRole = (world: World, ended: string | undefined): World => ({
  ...world,
  roleOwnership: world.roleOwnership.filter(({ role }) => role !== ended),
})

const writeRole = (
  world: World,
  change: Extract<Change, { kind: 'createRole' | 'repairRole' }>,
  stage: Stage,
): World => {
  const recordOf = (state: World, id: string | undefined) =>
    state.roleOwnership.find(({ role }) => role === id)
  const written = roleOwnershipBefore({
    community: world.community.id,
    owned: recordOf(world, change.role.id),
    former: recordOf(world, endedRecord(change)),
    change,
    now: world.now,
  })
  const ahead = written === undefined ? world : withRole(world, written)
  if (stage === 'writtenAhead') return ahead
  const [next, applied] = onPlatform(ahead, change)
  const owned = recordOf(next, change.role.id)
  return stage === 'onPlatform' || owned === undefined
    ? next
    : withoutRole(withRole(next, roleOwnershipAfter(owned, change, applied)), endedRecord(change))
}

const applyRole = (world: World, change: Change, stage: Stage): World => {
  if (change.kind === 'createRole' || change.kind === 'repairRole') return writeRole(world, change, stage)
  if (stage === 'writtenAhead') return world
  const gone =
    change.kind === 'deleteRole'
      ? { ...world, roles: world.roles.filter(({ id }) => id !== change.platformRole) }
      : world
  return stage === 'onPlatform' ? gone : withoutRole(gone, endedRecord(change))
}

export const applyChange = (world: World, change: Change, stage: Stage = 'recorded'): World => {
  if (!('subject' in change)) return applyRole(world, change, stage)
  const { subject } = change
  const whose = (person: Person) => (one: Ownership) =>
    one.connection === person.connection && one.member === person.member
  const mine = whose(subject)
  const left = change.kind === 'adopt' && change.from ? whose(change.from) : () => false
  const put = (state: World, owned: Ownership | undefined): World => ({
    ...state,
    ownership: [
      ...state.ownership.filter((one) => !mine(one) && !left(one)),
      ...(owned === undefined ? [] : [owned]),
    ],
  })
  const ownership = world.ownership.find(mine)
  const written = ownershipBefore({
    community: world.community.id,
    ownership,
    from: world.ownership.find(left),
    change,
    roles: knownRoles(world),
    now: world.now,
  })
  const ahead = written === undefined ? world : put(world, written)
  if (stage === 'writtenAhead') return ahead
  const [next, applied] = onPlatform(ahead, change)
  const owned = next.ownership.find(mine)
  if (owned === undefined) throw new Error(`${change.id} is about somebody we own nothing of`)
  return stage === 'onPlatform' ? next : put(next, ownershipAfter(owned, change, applied, world.now))
}

export const applyAll = (world: World, changes: readonly Change[]): World =>
  changes.reduce<World>((state, change) => applyChange(state, change), world)
