import { vouchesFor } from '../core/addresses.ts'
import type { Connection } from '../core/configuration.ts'
import type { ConnectionId, MemberId } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import type { DirectoryReads, MemberLookup } from '../core/ports/directory.ts'
import type { LoginStore, SignInClaim, SignInRefusal } from '../core/ports/logins.ts'
import { departed } from '../core/standing.ts'

export type FindDeps = {
  readonly directory: Pick<DirectoryReads, 'findMembers' | 'findTombstones' | 'memberOrTombstone'>
  readonly logins: Pick<LoginStore, 'linkedTo'>
}
export type Found =
  | { readonly kind: 'member'; readonly member: Member; readonly by: 'identity' | 'externalId' | 'email' }
  /** Nobody, dead or alive, answers to anything that was said. */
  | { readonly kind: 'nobody' }
  | { readonly kind: 'refused'; readonly code: SignInRefusal; readonly member?: MemberId }

type Answering = { readonly living: readonly Member[]; readonly gone: readonly Member[] }

const distinct = (members: readonly Member[]): readonly Member[] => [
  ...new Map(members.map((member) => [member.id, member])).values(),
]

/** Everybody who answers to one of these, and everybody who did. */
const answering = async (
  { directory }: FindDeps,
  connection: ConnectionId,
  lookups: readonly MemberLookup[],
): Promise<Answering> => {
  const [living, gone] = await Promise.all([
    Promise.all(lookups.map((lookup) => directory.findMembers(connection, lookup))),
    Promise.all(lookups.map((lookup) => directory.findTombstones(connection, lookup))),
  ])
  return { living: distinct(living.flat()), gone: distinct(gone.flat()) }
}

/** The one who lives and answers to it; a predecessor who is gone counts only where nobody lives. */
const theOne = ({ living, gone }: Answering, by: 'externalId' | 'email'): Found | undefined => {
  const [member, another] = living
  if (another !== undefined) return { kind: 'refused', code: 'member.ambiguous' }
  if (member !== undefined)
    return departed(member)
      ? { kind: 'refused', code: 'member.departed', member: member.id }
      : { kind: 'member', member, by }
  const [last] = gone
  return last && { kind: 'refused', code: 'member.departed', member: last.id }
}

const byIdentity = async (
  deps: FindDeps,
  connection: ConnectionId,
  identity: string,
): Promise<Found | undefined> => {
  const id = await deps.logins.linkedTo(connection, identity)
  if (id === undefined) return undefined
  const member = await deps.directory.memberOrTombstone(connection, id)
  return member === undefined || departed(member)
    ? { kind: 'refused', code: 'member.departed', member: id }
    : { kind: 'member', member, by: 'identity' }
}

/** By the identity first, which is for good; then by externalId; then by e-mail, and that only where the connection may speak for its domain. */
export const findMember = async (
  deps: FindDeps,
  connection: Pick<Connection, 'id' | 'domains'>,
  { identity, externalIds, email }: SignInClaim,
): Promise<Found> => {
  const linked = identity === undefined ? undefined : await byIdentity(deps, connection.id, identity)
  if (linked !== undefined) return linked
  const named = externalIds.map((value) => ({ by: 'externalId', value }) as const)
  const known = theOne(await answering(deps, connection.id, named), 'externalId')
  if (known !== undefined) return known
  if (email === undefined) return { kind: 'nobody' }
  // Whoever has no address in the directory is known on platforms by a userName that is one.
  const addressed = await answering(deps, connection.id, [
    { by: 'email', value: email },
    { by: 'userName', value: email },
  ])
  const reached = theOne(addressed, 'email')
  if (reached === undefined) return { kind: 'nobody' }
  return vouchesFor(connection, email) ? reached : { kind: 'refused', code: 'member.domain' }
}

/**
 * Names that lead to nobody's record any more, or are no reason to link: whoever had one of them is not created a second time. Undefined: nobody had.
 */
export const findNamesake = async (
  deps: FindDeps,
  connection: ConnectionId,
  { externalIds, email }: Pick<SignInClaim, 'externalIds' | 'email'>,
): Promise<Extract<Found, { readonly kind: 'refused' }> | undefined> => {
  const names = [...externalIds, ...(email === undefined ? [] : [email])]
  const { living, gone } = await answering(deps, connection, [
    ...externalIds.map((value) => ({ by: 'userName', value }) as const),
    ...names.map((value) => ({ by: 'formerUserName', value }) as const),
  ])
  const left = gone[0] ?? living.find(departed)
  if (left !== undefined) return { kind: 'refused', code: 'member.departed', member: left.id }
  const [there] = living
  return there && { kind: 'refused', code: 'member.unknown', member: there.id }
}
