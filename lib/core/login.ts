import type { ConnectionId, Instant, MemberId } from './ids.ts'
import { later } from './ids.ts'

/** What a login showed of one attribute, and when. */
export type Shown = { readonly at: Instant; readonly values: readonly string[] }
export type ShownAttributes = { readonly [name: string]: readonly string[] }

/** What the logins of a member have shown, kept beside the directory: the `sso` side of the desired state. */
export type Login = {
  readonly connection: ConnectionId
  readonly member: MemberId
  /** The member's incarnation it was shown in: as with memberships, nothing of an earlier life counts. */
  readonly life: number
  /** Hash of issuer and persistent NameID (or the configured attribute); absent: seen by an identity provider's hook only. */
  readonly identity?: string
  /** The last one that was accepted. */
  readonly at: Instant
  /** As the last login showed them that carried group information at all. */
  readonly groups?: Shown
  /** By the name rules know them under; on a null prototype. */
  readonly attributes: { readonly [name: string]: Shown }
}

/** What one assertion says of groups. Only `present` may revoke: Entra, for one, leaves out the groups of whoever is in too many. */
export type GroupStatement =
  | { readonly kind: 'present'; readonly names: readonly string[] }
  | { readonly kind: 'absent' }
  | { readonly kind: 'overflow' }

/** One login, as far as rules may see it: configured attributes only, and only those that were there. */
export type LoginStatement = {
  readonly at: Instant
  readonly groups: GroupStatement
  readonly attributes: ShownAttributes
}

/** What counts of a member's logins at a moment. */
export type LoginFacts = { readonly groups: readonly string[]; readonly attributes: ShownAttributes }

const records = <Value>(
  entries: readonly (readonly [string, Value])[],
): { readonly [name: string]: Value } => {
  const bag = Object.create(null) as { [name: string]: Value }
  for (const [name, value] of entries) bag[name] = value
  return bag
}

/** The record after one more login: what it did not mention stays as it was, with its own age. */
export const afterLogin = (
  before: Login | undefined,
  person: Pick<Login, 'connection' | 'member' | 'life' | 'identity'>,
  { at, groups, attributes }: LoginStatement,
): Login => {
  const kept = before?.life === person.life ? before : undefined
  const shown = groups.kind === 'present' ? { at, values: groups.names } : kept?.groups
  const identity = person.identity ?? before?.identity
  return {
    connection: person.connection,
    member: person.member,
    life: person.life,
    ...(identity === undefined ? {} : { identity }),
    at,
    ...(shown === undefined ? {} : { groups: shown }),
    attributes: records([
      ...Object.entries(kept?.attributes ?? {}),
      ...Object.entries(attributes).map(([name, values]) => [name, { at, values }] as const),
    ]),
  }
}

/** What is not older than `maximumAge` seconds; undefined: nothing. */
export const factsInForce = (
  login: Login | undefined,
  maximumAge: number,
  now: Instant,
): LoginFacts | undefined => {
  if (login === undefined) return undefined
  const counts = ({ at }: Shown): boolean => later(at, maximumAge) > now
  const groups = login.groups !== undefined && counts(login.groups) ? login.groups.values : []
  const attributes = Object.entries(login.attributes).filter(([, shown]) => counts(shown))
  if (groups.length === 0 && attributes.length === 0) return undefined
  return { groups, attributes: records(attributes.map(([name, { values }]) => [name, values] as const)) }
}
