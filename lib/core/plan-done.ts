import type { RoleContents } from './configuration.ts'
import { unreachable } from './errors.ts'
import type { AccountId, PlatformRoleId, RoleId } from './ids.ts'
import { accountsOf, type OwnedGrant, type Ownership, type RoleOwnership } from './ownership.ts'
import type { Change, Subject } from './plan.ts'
import { personKey } from './plan-scene.ts'
import type { Account, Snapshot } from './snapshot.ts'

/** What there is now: read together, and not planned from. */
export type Present = {
  readonly snapshot: Snapshot
  readonly ownership: readonly Ownership[]
  readonly roleOwnership: readonly RoleOwnership[]
}
type Now = {
  readonly begunAt: string
  readonly snapshot: Snapshot
  readonly accounts: ReadonlyMap<AccountId, Account>
  readonly owned: ReadonlyMap<string, Ownership>
  readonly roles: ReadonlyMap<RoleId, RoleOwnership>
}

const sameContents = (a: RoleContents, b: RoleContents): boolean => JSON.stringify(a) === JSON.stringify(b)

const grantOf = (
  now: Now,
  subject: Subject,
  role: RoleId,
  platformRole?: PlatformRoleId,
): OwnedGrant | undefined =>
  now.owned
    .get(personKey(subject))
    ?.grants.find((one) => one.role === role && (platformRole ?? one.platformRole) === one.platformRole)

/** The platform shows it, or we wrote it after it was asked. */
const stands = (now: Now, account: AccountId, owned: Ownership, grant: OwnedGrant): boolean =>
  (owned.touchedAt ?? '') > now.begunAt ||
  now.accounts.get(account)?.roles.includes(grant.platformRole) === true

const isGiven = (now: Now, { subject, grant, resumes }: Extract<Change, { kind: 'grant' }>): boolean => {
  const owned = now.owned.get(personKey(subject))
  const given = grantOf(now, subject, grant.role)
  if (owned === undefined || given === undefined || owned.account !== subject.account) return false
  return stands(now, subject.account, owned, given) && !(resumes && owned.suspended !== undefined)
}

const isTaken = (now: Now, { subject, role, platformRole }: Extract<Change, { kind: 'revoke' }>): boolean =>
  grantOf(now, subject, role, platformRole) === undefined ||
  now.accounts.get(subject.account)?.roles.includes(platformRole) !== true

/** Ours no longer, or no longer there. */
const isGone = (now: Now, subject: Subject & { readonly account: AccountId }): boolean => {
  const owned = now.owned.get(personKey(subject))
  const ours = owned !== undefined && accountsOf(owned).includes(subject.account)
  return !ours || (now.snapshot.complete && !now.accounts.has(subject.account))
}

const isSuspended = (now: Now, { subject }: Extract<Change, { kind: 'suspend' }>): boolean => {
  const owned = now.owned.get(personKey(subject))
  const written = (owned?.touchedAt ?? '') > now.begunAt
  return (
    owned?.suspended !== undefined && (written || now.accounts.get(subject.account)?.status !== 'enabled')
  )
}

/** By our record, or, where a run died before it wrote that down, by what it made. */
const isInvited = (
  now: Now,
  { subject, follows, replaces, attempt }: Extract<Change, { kind: 'invite' }>,
): boolean => {
  const owned = now.owned.get(personKey(subject))
  if (owned === undefined) return false
  if (owned.account !== undefined)
    return (
      owned.account !== follows &&
      (now.accounts.has(owned.account) || (owned.touchedAt ?? '') > now.begunAt) &&
      (owned.account !== replaces || (owned.invitation?.attempts ?? 0) >= attempt)
    )
  return now.snapshot.accounts.some(({ email }) => email === subject.email)
}
const isCreated = (now: Now, { role }: Extract<Change, { kind: 'createRole' }>): boolean => {
  const owned = now.roles.get(role.id)
  if (owned?.platformRole !== undefined) return true
  return owned !== undefined && now.snapshot.roles.some(({ name }) => name === role.name)
}

const isForgotten = (now: Now, change: Extract<Change, { kind: 'forget' }>): boolean => {
  const { subject, role, platformRole } = change
  if (role !== undefined) return grantOf(now, subject, role, platformRole) === undefined
  const owned = now.owned.get(personKey(subject))
  return (
    owned === undefined || (subject.account !== undefined && !accountsOf(owned).includes(subject.account))
  )
}

/** Whether what the change was to bring about is so, whoever did it. */
const isSo = (now: Now, change: Change): boolean => {
  switch (change.kind) {
    case 'createRole':
      return isCreated(now, change)
    case 'repairRole': {
      const role = now.roles.get(change.role.id)
      return role?.name === change.role.name && sameContents(role.applied, change.contents)
    }
    case 'deleteRole':
      return !now.roles.has(change.role) || !now.snapshot.roles.some(({ id }) => id === change.platformRole)
    case 'forgetRole':
      return !now.roles.has(change.role)
    case 'invite':
      return isInvited(now, change)
    case 'adopt':
      return now.owned.get(personKey(change.subject))?.account === change.subject.account
    case 'grant':
      return isGiven(now, change)
    case 'revoke':
      return isTaken(now, change)
    case 'suspend':
      return isGone(now, change.subject) || isSuspended(now, change)
    case 'resume': {
      const owned = now.owned.get(personKey(change.subject))
      return owned?.account === change.subject.account && owned.suspended === undefined
    }
    case 'remove':
      return isGone(now, change.subject)
    case 'forget':
      return isForgotten(now, change)
    default:
      return unreachable(change)
  }
}

/** Tells of a change that is no longer planned whether it is done, or no longer wanted. */
export const doneIn = ({ snapshot, ownership, roleOwnership }: Present): ((change: Change) => boolean) => {
  const now: Now = {
    begunAt: snapshot.begunAt ?? snapshot.takenAt,
    snapshot,
    accounts: new Map(snapshot.accounts.map((one) => [one.id, one])),
    owned: new Map(ownership.map((one) => [personKey(one), one])),
    roles: new Map(roleOwnership.map((one) => [one.role, one])),
  }
  return (change) => isSo(now, change)
}
