import type { Safety } from './configuration.ts'
import { type AccountId, fold, type PlatformRoleId, type RoleId } from './ids.ts'
import type { Change, Warning } from './plan.ts'
import type { PlatformRole, Snapshot } from './snapshot.ts'
import type { HoldReason } from './verdict.ts'

type Seat = {
  readonly enabled: boolean
  /** Roles by which the account administrates; `given:…` stands for one this plan gives. */
  readonly roles: ReadonlySet<string>
}

/** The community's administrators as the changes of a plan go by: people who can still get in and repair something. */
export type Admins = {
  /** How many are left when this change follows those taken so far. */
  readonly leftBy: (change: Change) => number
  readonly take: (change: Change) => void
  readonly count: () => number
  /** Who would be left, sorted. */
  readonly remainingAfter: (change: Change) => readonly AccountId[]
  /** Who of those that have to stay administrators would stop being one, sorted. */
  readonly requiredLostBy: (change: Change) => readonly AccountId[]
}

const sits = (seat: Seat): boolean => seat.enabled && seat.roles.size > 0

const seatsIn = (snapshot: Snapshot): ReadonlyMap<AccountId, Seat> => {
  const adminRoles = new Set(snapshot.roles.filter(({ admin }) => admin).map(({ id }) => id))
  // A service account cannot give anybody back what they lost.
  const people = snapshot.accounts.filter(({ service }) => !service)
  return new Map(
    people.map((account) => {
      const roles = new Set<string>(account.roles.filter((role) => adminRoles.has(role)))
      return [account.id, { enabled: account.status === 'enabled', roles }]
    }),
  )
}

const less = (roles: ReadonlySet<string>, ...gone: readonly string[]): ReadonlySet<string> =>
  new Set([...roles].filter((one) => !gone.includes(one)))
const given = (role: RoleId): string => `given:${role}`

const seatAfter = (seat: Seat, change: Change, narrowed: ReadonlySet<RoleId>): Seat => {
  switch (change.kind) {
    case 'suspend':
      return { ...seat, enabled: false }
    case 'resume':
      return { ...seat, enabled: true }
    case 'revoke':
      return { ...seat, roles: less(seat.roles, change.platformRole) }
    case 'grant': {
      const kept = change.replaces === undefined ? seat.roles : less(seat.roles, change.replaces.platformRole)
      const { role } = change.grant
      const roles = change.admin && !narrowed.has(role) ? new Set([...kept, given(role)]) : kept
      return { enabled: seat.enabled || change.resumes === true, roles }
    }
    default:
      return seat
  }
}

/** Whether an admin role that loses a permission is still one is the platform's to say: it counts as lost. */
const narrowsAdmin = (
  change: Extract<Change, { readonly kind: 'repairRole' }>,
  roles: ReadonlyMap<PlatformRoleId, PlatformRole>,
): boolean => {
  const role = roles.get(change.platformRole)
  return role?.admin === true && role.permissions.some((one) => !change.contents.permissions.includes(one))
}

type Move = readonly [AccountId, Seat | undefined]

type House = {
  readonly seats: ReadonlyMap<AccountId, Seat>
  readonly roles: ReadonlyMap<PlatformRoleId, PlatformRole>
  /** Roles that this plan has narrowed so far: given from now on, they make nobody an administrator for certain. */
  readonly narrowed: ReadonlySet<RoleId>
}

const movesOf = ({ seats, roles, narrowed }: House, change: Change): readonly Move[] => {
  if (change.kind === 'invite') return []
  if (change.kind === 'repairRole') {
    if (!narrowsAdmin(change, roles)) return []
    const gone = [change.platformRole, given(change.role.id)]
    const holders = [...seats].filter(([, seat]) => gone.some((role) => seat.roles.has(role)))
    return holders.map(([id, seat]) => [id, { ...seat, roles: less(seat.roles, ...gone) }])
  }
  if (!('subject' in change)) return []
  const { account } = change.subject
  const seat = account === undefined ? undefined : seats.get(account)
  if (account === undefined || seat === undefined) return []
  return [[account, change.kind === 'remove' ? undefined : seatAfter(seat, change, narrowed)]]
}

/** `required`: folded e-mails of accounts that have to stay administrators. */
export const adminsIn = (snapshot: Snapshot, required: readonly string[] = []): Admins => {
  const seats = new Map(seatsIn(snapshot))
  const roles = new Map(snapshot.roles.map((role) => [role.id, role]))
  const narrowed = new Set<RoleId>()
  const house: House = { seats, roles, narrowed }
  const emails = new Set(required)
  const needed = new Set(
    emails.size === 0
      ? []
      : snapshot.accounts.flatMap(({ id, email }) =>
          email !== undefined && emails.has(fold(email)) ? [id] : [],
        ),
  )
  const seated = (id: AccountId): boolean => {
    const seat = seats.get(id)
    return seat !== undefined && sits(seat)
  }
  const worth = (seat: Seat | undefined): number => (seat !== undefined && sits(seat) ? 1 : 0)
  let count = [...seats.values()].filter(sits).length
  const leftBy = (change: Change): number =>
    movesOf(house, change).reduce((left, [id, seat]) => left - worth(seats.get(id)) + worth(seat), count)
  const lostBy = (change: Change): readonly AccountId[] =>
    movesOf(house, change).flatMap(([id, seat]) => (seated(id) && worth(seat) === 0 ? [id] : []))
  const take = (change: Change): void => {
    const moves = movesOf(house, change)
    count = leftBy(change)
    if (change.kind === 'repairRole' && narrowsAdmin(change, roles)) narrowed.add(change.role.id)
    for (const [id, seat] of moves) {
      if (seat === undefined) seats.delete(id)
      else seats.set(id, seat)
    }
  }
  const remainingAfter = (change: Change): readonly AccountId[] => {
    const lost = new Set(lostBy(change))
    return [...seats.keys()].filter((id) => seated(id) && !lost.has(id)).toSorted()
  }
  const requiredLostBy = (change: Change): readonly AccountId[] =>
    needed.size === 0
      ? []
      : lostBy(change)
          .filter((id) => needed.has(id))
          .toSorted()
  return { leftBy, take, count: () => count, remainingAfter, requiredLostBy }
}

/** Why a change may not go on without a person's word: it takes an administrator who has to stay, or one below the minimum. */
export const endangersAdmins = (
  admins: Admins,
  minimum: number,
  change: Change,
): Extract<HoldReason, { readonly kind: 'requiredAdmin' | 'minimumAdmins' }> | undefined => {
  const accounts = admins.requiredLostBy(change)
  if (accounts.length > 0) return { kind: 'requiredAdmin', accounts }
  const remaining = admins.leftBy(change)
  if (remaining >= admins.count() || remaining >= minimum) return undefined
  return { kind: 'minimumAdmins', minimum, remaining, accounts: admins.remainingAfter(change) }
}

/** Those who have to stay administrators and, as the platform shows it, are none. */
export const missingAdmins = (
  { safety }: { readonly safety: Pick<Safety, 'requiredAdmins'> },
  snapshot: Snapshot,
): readonly Warning[] => {
  const admins = new Set(snapshot.roles.filter(({ admin }) => admin).map(({ id }) => id))
  const wanted = new Set(safety.requiredAdmins)
  const found = new Map(
    snapshot.accounts.flatMap((one) => {
      const email = one.email === undefined || one.service ? '' : fold(one.email)
      return wanted.has(email) ? [[email, one] as const] : []
    }),
  )
  return safety.requiredAdmins.flatMap((email, index): readonly Warning[] => {
    const account = found.get(email)
    const entry = index + 1
    if (account === undefined)
      return snapshot.complete ? [{ kind: 'requiredAdminMissing', entry, why: 'absent' }] : []
    const may = account.roles.some((role) => admins.has(role))
    if (may && account.status === 'enabled') return []
    const why = may ? 'disabled' : 'notAdministrator'
    return [{ kind: 'requiredAdminMissing', entry, account: account.id, why }]
  })
}
