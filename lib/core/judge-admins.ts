import type { AccountId, PlatformRoleId, RoleId } from './ids.ts'
import type { Change } from './plan.ts'
import type { PlatformRole, Snapshot } from './snapshot.ts'

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

export const adminsIn = (snapshot: Snapshot): Admins => {
  const seats = new Map(seatsIn(snapshot))
  const roles = new Map(snapshot.roles.map((role) => [role.id, role]))
  const narrowed = new Set<RoleId>()
  const house: House = { seats, roles, narrowed }
  const worth = (seat: Seat | undefined): number => (seat !== undefined && sits(seat) ? 1 : 0)
  let count = [...seats.values()].filter(sits).length
  const leftBy = (change: Change): number =>
    movesOf(house, change).reduce((left, [id, seat]) => left - worth(seats.get(id)) + worth(seat), count)
  const take = (change: Change): void => {
    const moves = movesOf(house, change)
    count = leftBy(change)
    if (change.kind === 'repairRole' && narrowsAdmin(change, roles)) narrowed.add(change.role.id)
    for (const [id, seat] of moves) {
      if (seat === undefined) seats.delete(id)
      else seats.set(id, seat)
    }
  }
  return { leftBy, take, count: () => count }
}

/** How many would be left, where a change takes one below the minimum. */
export const shortOf = (admins: Admins, minimum: number, change: Change): number | undefined => {
  const remaining = admins.leftBy(change)
  return remaining < admins.count() && remaining < minimum ? remaining : undefined
}
