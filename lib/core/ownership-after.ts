import type { AccountId, CommunityId, Instant } from './ids.ts'
import type { OwnedGrant, Ownership } from './ownership.ts'
import type { Change, RoleGrant } from './plan.ts'
import type { Applied } from './ports/platform.ts'
import type { Account, PlatformRole } from './snapshot.ts'

/** The platform's roles by the configuration's role id, as known when the change is applied. */
export type KnownRoles = ReadonlyMap<string, PlatformRole>

const without = (grants: readonly OwnedGrant[], one: Pick<OwnedGrant, 'role' | 'platformRole'>) =>
  grants.filter((grant) => grant.role !== one.role || grant.platformRole !== one.platformRole)

const record = (
  grants: readonly OwnedGrant[],
  given: readonly RoleGrant[],
  roles: KnownRoles,
  now: Instant,
): readonly OwnedGrant[] =>
  given.reduce<readonly OwnedGrant[]>((all, { role, because }) => {
    const platformRole = roles.get(role)?.id
    if (platformRole === undefined) return all
    const entry: OwnedGrant = { role, platformRole, because, since: now, unconfirmed: true }
    return [...without(all, entry), entry]
  }, grants)

const begin = (
  community: CommunityId,
  change: Extract<Change, { readonly kind: 'invite' | 'adopt' }>,
  now: Instant,
): Ownership => ({
  community,
  connection: change.subject.connection,
  member: change.subject.member,
  email: change.subject.email,
  origin: change.kind === 'invite' ? 'created' : 'adopted',
  since: now,
  grants: [],
  version: 0,
})

/** Clearing an expired invitation makes a new account: whatever the record said of the old one is over. */
const beginInvitation = (
  ownership: Ownership,
  change: Extract<Change, { readonly kind: 'invite' }>,
  roles: KnownRoles,
  now: Instant,
): Ownership => {
  const { account: _account, suspended: _suspended, ...rest } = ownership
  return {
    ...rest,
    email: change.subject.email,
    origin: 'created',
    grants: record([], change.roles, roles, now),
    // Counted when it is sent: until then this was the attempt before.
    invitation: { sentAt: now, attempts: change.attempt - 1 },
  }
}

/** The account shows that the invitation was sent which the record only announced. */
const bind = (ownership: Ownership, account: AccountId): Ownership => {
  const { invitation } = ownership
  if (ownership.account !== undefined || invitation === undefined) return { ...ownership, account }
  return { ...ownership, account, invitation: { ...invitation, attempts: invitation.attempts + 1 } }
}

/**
 * What must stand in the store before the platform is touched, so that a death at any point leaves nothing on the platform that we do not know to be
 * ours. Undefined: nothing has to be written ahead.
 */
export const ownershipBefore = (input: {
  readonly community: CommunityId
  readonly ownership: Ownership | undefined
  readonly change: Change
  readonly roles: KnownRoles
  readonly now: Instant
}): Ownership | undefined => {
  const { community, ownership, change, roles, now } = input
  if (change.kind === 'invite')
    return beginInvitation(ownership ?? begin(community, change, now), change, roles, now)
  if (change.kind === 'adopt') return bind(ownership ?? begin(community, change, now), change.subject.account)
  if (ownership === undefined) return undefined
  if (change.kind === 'grant')
    return {
      ...ownership,
      account: change.subject.account,
      grants: record(ownership.grants, [change.grant], roles, now),
    }
  if (change.kind === 'suspend')
    return {
      ...ownership,
      account: change.subject.account,
      suspended: ownership.suspended ?? { at: now, reason: change.reason, unconfirmed: true },
    }
  return undefined
}

const confirmed = (grants: readonly OwnedGrant[], account: Account): readonly OwnedGrant[] =>
  grants.map((grant) => {
    if (grant.unconfirmed !== true || !account.roles.includes(grant.platformRole)) return grant
    const { unconfirmed: _unconfirmed, ...rest } = grant
    return rest
  })

const accountAfter = (ownership: Ownership, change: Change, account: Account, now: Instant): Ownership => {
  const next: Ownership = {
    ...ownership,
    account: account.id,
    grants: confirmed(ownership.grants, account),
  }
  switch (change.kind) {
    case 'invite':
      return { ...next, invitation: { sentAt: now, attempts: change.attempt } }
    case 'revoke':
      return { ...next, grants: without(next.grants, change) }
    case 'suspend': {
      // Switched on again by hand and off again by us: the grace period still runs from the first time.
      const at = next.suspended?.reason === change.reason ? next.suspended.at : now
      return { ...next, suspended: { at, reason: change.reason } }
    }
    case 'resume': {
      const { suspended: _suspended, ...rest } = next
      return rest
    }
    default:
      return next
  }
}

/** The record after a change was applied and read back. Undefined: there is nothing left to own. */
export const ownershipAfter = (
  ownership: Ownership,
  change: Change,
  applied: Applied,
  now: Instant,
): Ownership | undefined => {
  if (change.kind === 'forget') {
    const { role, platformRole } = change
    if (role === undefined || platformRole === undefined) return undefined
    return { ...ownership, grants: without(ownership.grants, { role, platformRole }) }
  }
  if (change.kind === 'remove') return undefined
  if (applied.kind === 'account') return accountAfter(ownership, change, applied.account, now)
  if (change.kind === 'adopt') return { ...ownership, account: change.subject.account }
  if (change.kind === 'revoke') return { ...ownership, grants: without(ownership.grants, change) }
  return ownership
}
