import type { AccountId, CommunityId, Instant } from './ids.ts'
import type { OwnedGrant, Ownership } from './ownership.ts'
import type { Bound, Change, RoleGrant } from './plan.ts'
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
    // A role of the platform is ours once, whatever the configuration called it before.
    return [...all.filter((grant) => grant.platformRole !== platformRole), entry]
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

/**
 * Clearing an expired invitation makes a new account: whatever the record said of the old one is over. An account that is followed is still there:
 * what is known of it stays until the new one is.
 */
const beginInvitation = (
  ownership: Ownership,
  change: Extract<Change, { readonly kind: 'invite' }>,
  roles: KnownRoles,
  now: Instant,
): Ownership => {
  const { account: _account, former: before, suspended, ...rest } = ownership
  const { follows } = change
  const former = follows ?? (change.replaces === undefined ? undefined : before)
  return {
    ...rest,
    email: change.subject.email,
    origin: 'created',
    grants: record(follows === undefined ? [] : ownership.grants, change.roles, roles, now),
    // Counted when it is sent: until then this was the attempt before.
    invitation: { sentAt: now, attempts: change.attempt - 1 },
    ...(former === undefined ? {} : { former }),
    ...(follows === undefined || suspended === undefined ? {} : { suspended }),
  }
}

/** In use from now on. The one before is no longer the former when it is taken up again. */
export const using = (ownership: Ownership, account: AccountId): Ownership => {
  const { former, ...rest } = ownership
  return { ...rest, account, ...(former === undefined || former === account ? {} : { former }) }
}

/** The account shows that the invitation was sent which the record only announced. */
const bind = (ownership: Ownership, { account, email }: Bound): Ownership => {
  const { invitation, former, suspended: _suspended, ...rest } = ownership
  if (former === account) return { ...using(ownership, account), email }
  const next = former === undefined ? { ...ownership, account } : { ...rest, former, account }
  if (ownership.account !== undefined || invitation === undefined)
    return invitation === undefined ? next : { ...next, invitation }
  return { ...next, invitation: { ...invitation, attempts: invitation.attempts + 1 } }
}

/** What is ours of the account passes whole to whom its person came back as. */
const takenOver = (
  from: Ownership,
  { subject: { connection, member, email } }: Extract<Change, { readonly kind: 'adopt' }>,
  begun: Ownership | undefined,
  now: Instant,
): Ownership => ({
  ...from,
  connection,
  member,
  email,
  takenOver: { at: now, from: { connection: from.connection, member: from.member } },
  version: begun?.version ?? 0,
})

/**
 * What must stand in the store before the platform is touched, so that a death at any point leaves nothing on the platform that we do not know to be
 * ours. Undefined: nothing has to be written ahead.
 */
export const ownershipBefore = (input: {
  readonly community: CommunityId
  readonly ownership: Ownership | undefined
  /** Of whom the account is taken over from. */
  readonly from?: Ownership | undefined
  readonly change: Change
  readonly roles: KnownRoles
  readonly now: Instant
}): Ownership | undefined => {
  const { community, ownership, from, change, roles, now } = input
  if (change.kind === 'adopt' && from !== undefined) return takenOver(from, change, ownership, now)
  if (change.kind === 'invite')
    return beginInvitation(ownership ?? begin(community, change, now), change, roles, now)
  if (change.kind === 'adopt') return bind(ownership ?? begin(community, change, now), change.subject)
  if (ownership === undefined) return undefined
  if (change.kind === 'grant')
    return {
      ...using(ownership, change.subject.account),
      grants: record(ownership.grants, [change.grant], roles, now),
    }
  if (change.kind === 'suspend')
    return {
      ...using(ownership, change.subject.account),
      // Announced before and not done: the grace period runs from when it is.
      suspended:
        ownership.suspended === undefined || ownership.suspended.unconfirmed === true
          ? { at: now, reason: change.reason, unconfirmed: true }
          : ownership.suspended,
    }
  return undefined
}

const confirmed = (grants: readonly OwnedGrant[], account: Account): readonly OwnedGrant[] =>
  grants.map((grant) => {
    if (grant.unconfirmed !== true || !account.roles.includes(grant.platformRole)) return grant
    const { unconfirmed: _unconfirmed, ...rest } = grant
    return rest
  })

/** What a suspension took from the platform is missing there by nobody's hand. */
export const suspendedGrants = (grants: readonly OwnedGrant[], account: Account): readonly OwnedGrant[] =>
  grants.map((grant) =>
    account.roles.includes(grant.platformRole) ? grant : { ...grant, unconfirmed: true },
  )

const resumed = (ownership: Ownership): Ownership => {
  const { suspended: _suspended, ...rest } = ownership
  return rest
}

/** Nothing that was recorded of the account it follows is true of the new one. */
const invited = (
  before: Ownership,
  next: Ownership,
  change: Extract<Change, { readonly kind: 'invite' }>,
  account: Account,
): Ownership => {
  if (change.follows === undefined) return next
  const held = before.grants.filter(
    ({ unconfirmed, platformRole }) => unconfirmed === true || account.roles.includes(platformRole),
  )
  return resumed({ ...next, grants: confirmed(held, account) })
}

const accountAfter = (ownership: Ownership, change: Change, account: Account, now: Instant): Ownership => {
  const next: Ownership = {
    ...using(ownership, account.id),
    grants: confirmed(ownership.grants, account),
  }
  switch (change.kind) {
    case 'invite':
      return {
        ...invited(ownership, next, change, account),
        invitation: { sentAt: now, attempts: change.attempt },
      }
    case 'grant': {
      const { replaces } = change
      const role = replaces?.role
      const grants =
        replaces === undefined || role === undefined
          ? next.grants
          : without(next.grants, { ...replaces, role })
      // Where the suspension is a role, the one that took its place ended it.
      return account.status === 'enabled' ? resumed({ ...next, grants }) : { ...next, grants }
    }
    case 'revoke':
      return { ...next, grants: without(next.grants, change) }
    case 'suspend': {
      // Switched on again by hand and off again by us: the grace period still runs from the first time.
      const at = next.suspended?.reason === change.reason ? next.suspended.at : now
      const grants = suspendedGrants(next.grants, account)
      return { ...next, grants, suspended: { at, reason: change.reason } }
    }
    case 'resume':
      return resumed(next)
    default:
      return next
  }
}

/** One of the two accounts is no more. */
const lacking = (ownership: Ownership, gone: AccountId): Ownership | undefined => {
  const { account, former, ...rest } = ownership
  const left = {
    ...(account === undefined || account === gone ? {} : { account }),
    ...(former === undefined || former === gone ? {} : { former }),
  }
  return Object.keys(left).length === 0 ? undefined : { ...rest, ...left }
}

/** The record after a change was applied and read back. Undefined: there is nothing left to own. */
export const ownershipAfter = (
  ownership: Ownership,
  change: Change,
  applied: Applied,
  now: Instant,
): Ownership | undefined => {
  if (change.kind === 'forget') {
    const { role, platformRole, subject } = change
    if (role !== undefined && platformRole !== undefined)
      return { ...ownership, grants: without(ownership.grants, { role, platformRole }) }
    return subject.account === undefined || subject.account !== ownership.former
      ? undefined
      : lacking(ownership, subject.account)
  }
  if (change.kind === 'remove') return lacking(ownership, change.subject.account)
  if (applied.kind === 'account') return accountAfter(ownership, change, applied.account, now)
  if (change.kind === 'adopt') return using(ownership, change.subject.account)
  if (change.kind === 'revoke') return { ...ownership, grants: without(ownership.grants, change) }
  return ownership
}
