import type { AuditEntry, AuditEvent } from './audit.ts'
import type { Connection } from './configuration.ts'
import { fold, groupId, type Instant, later } from './ids.ts'
import type { Login } from './login.ts'
import { maximumAge, usesLogins } from './login-facts.ts'
import type { MemberGroup } from './matching.ts'
import type { Life } from './past-memberships.ts'

/** What logins had shown by a moment, as far as trail and record tell. */
export type PastLogins = {
  readonly groups: readonly MemberGroup[]
  /** Whether other groups than these counted then nobody knows any more. */
  readonly groupsOpen: boolean
  /** Is it known what a login had shown under this name? */
  readonly attributeKnown: (path: string) => boolean
  readonly attributes: { readonly [name: string]: readonly string[] }
}

export type PastLoginsInput = {
  readonly at: Instant
  /** Newest first. */
  readonly trail: readonly AuditEntry[]
  readonly life: Life
  /** As they are now, where they are of that life. */
  readonly login: Login | undefined
  /** Of the configuration of that time, and since when that was current. */
  readonly connection: Connection | undefined
  readonly since: Instant | undefined
}

type ShownEvent = Extract<AuditEvent, { readonly kind: 'loginShown' }>
type ShownEntry = { readonly at: Instant; readonly event: ShownEvent }

const shownIn = (
  trail: readonly AuditEntry[],
  { from = '' as Instant, until }: Life,
): readonly ShownEntry[] =>
  trail.flatMap(({ at, event }) =>
    event.kind === 'loginShown' && at >= from && (until === undefined || at < until) ? [{ at, event }] : [],
  )

const nothing: PastLogins = {
  groups: [],
  groupsOpen: false,
  attributeKnown: () => true,
  attributes: Object.create(null),
}

/**
 * Nothing was new between two entries, so that what counted at the first counted at the second, too. Behind the last of them the record of today
 * tells, where it is of that life; where another entry follows, what was shown may have become too old before that.
 */
const inForce = (
  at: Instant,
  last: ShownEntry,
  next: ShownEntry | undefined,
  age: number,
  login: Login | undefined,
): boolean | undefined => {
  if (last.event.groups === 'present' && later(last.at, age) > at) return true
  if (next !== undefined || login === undefined) return undefined
  return login.groups !== undefined && later(login.groups.at, age) > at
}

const shownGroup = (displayName: string): MemberGroup => ({
  reference: { id: groupId(displayName), displayName },
  source: 'sso',
})

const groupsThen = (
  { at, login, since, life }: PastLoginsInput,
  entries: readonly ShownEntry[],
  age: number,
): Pick<PastLogins, 'groups' | 'groupsOpen'> => {
  const wholeTrail = life.from !== undefined
  const last = entries.find((one) => one.at <= at)
  if (last === undefined) return { groups: [], groupsOpen: !wholeTrail && login !== undefined }
  const { concerning, shown } = last.event
  // Only what the rules of its time asked for was noted: rules that came later may have asked for more.
  const whole = shown === concerning.length || (since !== undefined && since <= last.at)
  const next = entries.findLast((one) => one.at > at)
  const counted = shown === 0 ? true : inForce(at, last, next, age, login)
  if (counted === undefined) return { groups: [], groupsOpen: true }
  return counted ? { groups: concerning.map(shownGroup), groupsOpen: !whole } : nothing
}

/** Values are nowhere but in the record: it tells of a moment since which no login changed them. */
const attributesThen = (
  { at, login, life }: PastLoginsInput,
  entries: readonly ShownEntry[],
  age: number,
): Pick<PastLogins, 'attributes' | 'attributeKnown'> => {
  // The first login of a life is always noted.
  if (life.from !== undefined && !entries.some((one) => one.at <= at)) return nothing
  const since = entries.filter((one) => one.at > at)
  const toldIn =
    (some: readonly ShownEntry[]) =>
    (path: string): boolean =>
      some.some(({ event }) => event.attributes.some((name) => fold(name) === fold(path)))
  const changedSince = toldIn(since)
  // Of a life that is over no values are kept: only what was never shown in it is known.
  const lost = login === undefined ? toldIn(entries) : changedSince
  const attributes = Object.create(null) as { [name: string]: readonly string[] }
  for (const [name, shown] of Object.entries(login?.attributes ?? {}))
    if (later(shown.at, age) > at && !changedSince(name)) attributes[name] = shown.values
  return { attributes, attributeKnown: (path) => !lost(path) }
}

export const pastLogins = (input: PastLoginsInput): PastLogins => {
  const { connection, trail, life } = input
  if (connection === undefined || !usesLogins(connection)) return nothing
  const entries = shownIn(trail, life)
  const age = maximumAge(connection)
  return {
    ...(connection.groups?.from.includes('saml') === true ? groupsThen(input, entries, age) : nothing),
    ...attributesThen(input, entries, age),
  }
}
