import type { AuditEntry } from './audit.ts'
import type { AccountId, CommunityId, Instant, RoleId } from './ids.ts'
import { platformRoleId } from './ids.ts'
import type { OwnedGrant, Ownership } from './ownership.ts'
import type { Person } from './plan.ts'

/** How a member's account in one community stood after an entry; undefined: the entry says nothing of it. */
type Standing = {
  readonly at: Instant
  readonly before: readonly RoleId[] | undefined
  readonly after: readonly RoleId[]
  readonly suspended?: 'departed' | 'unassigned'
  readonly account?: AccountId
}

const isSame = (a: Person, b: Person): boolean => a.member === b.member && a.connection === b.connection

const standingAfter = (
  { at, connection, event }: AuditEntry,
  community: CommunityId,
  person: Person,
): Standing | undefined => {
  if (!('community' in event) || event.community !== community) return undefined
  switch (event.kind) {
    case 'changeApplied': {
      const { rolesBefore: before, rolesAfter: after, suspended, account } = event
      return {
        at,
        before,
        after,
        ...(suspended === undefined ? {} : { suspended }),
        ...(account === undefined ? {} : { account }),
      }
    }
    case 'accountAdopted':
      return { at, before: undefined, after: event.roles, account: event.account }
    case 'accountTakenOver':
      // The record passed from one to the other.
      return isSame(event.from, person)
        ? { at, before: event.roles, after: [] }
        : connection === undefined || event.member === person.member
          ? { at, before: [], after: event.roles, account: event.account }
          : undefined
    default:
      return undefined
  }
}

/** Communities in which anything was ever done for the member, or is theirs now. */
export const communitiesEver = (
  trail: readonly AuditEntry[],
  owned: readonly Ownership[],
): ReadonlySet<CommunityId> =>
  new Set([
    ...owned.map(({ community }) => community),
    ...trail.flatMap(({ event }) => ('community' in event ? [event.community] : [])),
  ])

const sinceOf = (
  role: RoleId,
  before: readonly Standing[],
  now: OwnedGrant | undefined,
): Instant | undefined => {
  let since: Instant | undefined
  for (const one of before) {
    if (!one.after.includes(role)) return since
    since = one.at
    if (one.before !== undefined && !one.before.includes(role)) return since
  }
  // It was there before all that is kept.
  return now?.since ?? undefined
}

const grantsFrom = (
  roles: readonly RoleId[],
  before: readonly Standing[],
  now: Ownership | undefined,
  at: Instant,
): readonly OwnedGrant[] =>
  roles.map((role) => {
    const grant = now?.grants.find((one) => one.role === role)
    const since = sinceOf(role, before, grant)
    const same = grant !== undefined && since !== undefined && grant.since <= since
    return {
      role,
      platformRole: grant?.platformRole ?? platformRoleId(''),
      because: same ? grant.because : [],
      since: since ?? at,
    }
  })

/** What is owned now was owned then, as far as it is older and nothing was noted in between. */
const unchangedSince = (now: Ownership | undefined, at: Instant): Ownership | undefined => {
  if (now === undefined || now.since > at) return undefined
  const { suspended, ...others } = now
  return {
    ...others,
    grants: now.grants.filter(({ since, unconfirmed }) => since <= at && unconfirmed !== true),
    ...(suspended === undefined || suspended.at > at || suspended.unconfirmed === true ? {} : { suspended }),
  }
}

/** The ownership record as it stood, from what was noted of each change. Undefined: nothing was theirs there. */
export const ownershipAt = (
  input: {
    readonly community: CommunityId
    readonly person: Person
    readonly trail: readonly AuditEntry[]
    readonly now: Ownership | undefined
  },
  at: Instant,
): Ownership | undefined => {
  const { community, person, now } = input
  const standings = input.trail.flatMap((entry) => standingAfter(entry, community, person) ?? [])
  const before = standings.filter((one) => one.at <= at)
  const after = standings.filter((one) => one.at > at)
  const [last] = before
  const next = after.at(-1)
  if (last === undefined && next === undefined) return unchangedSince(now, at)
  const roles = last?.after ?? next?.before ?? []
  const account = last?.account ?? now?.account
  const suspended = last?.suspended
  const suspendedAt = before.findLast(
    (one, index) =>
      one.suspended === suspended && before.slice(0, index).every((b) => b.suspended === suspended),
  )?.at
  if (roles.length === 0 && suspended === undefined) return undefined
  return {
    community,
    ...person,
    ...(account === undefined ? {} : { account }),
    email: '',
    origin: 'created',
    since: before.at(-1)?.at ?? at,
    grants: grantsFrom(roles, before, now, at),
    ...(suspended === undefined || suspendedAt === undefined
      ? {}
      : { suspended: { at: suspendedAt, reason: suspended } }),
    version: 0,
  }
}
