import { type ConnectionId, fold, type MemberId, memberId } from '../../lib/core/ids.ts'
import type { Attributes, Member } from '../../lib/core/member.ts'
import type {
  DirectoryReads,
  DirectoryWrites,
  MemberDraft,
  MemberLookup,
  MemberWrite,
} from '../../lib/core/ports/directory.ts'
import { bareAttributes } from '../../lib/store/attributes-text.ts'
import { addressesOf } from '../../lib/store/member-emails.ts'
import { checkNames, isLive, memberChanges, nextMember } from '../../lib/store/member-items.ts'
import type { Change, Connections, Held } from './memory-rows.ts'

type MemberPart = Pick<
  DirectoryReads,
  | 'member'
  | 'members'
  | 'findMembers'
  | 'findTombstones'
  | 'listMembers'
  | 'scanMembers'
  | 'memberOrTombstone'
> &
  Pick<DirectoryWrites, 'createMember' | 'updateMember' | 'deleteMember'>

const isPlain = (value: unknown): value is object => typeof value === 'object' && value !== null

const freeze = <T>(value: T): T => {
  if (!isPlain(value)) return value
  for (const part of Object.values(value)) freeze(part)
  return Object.freeze(value)
}

/** What the caller keeps of a draft is its own: nobody changes afterwards what is stored. */
export const ownCopy = (attributes: Attributes): Attributes =>
  freeze(bareAttributes(JSON.parse(JSON.stringify(attributes))))

/** RFC 7643 §3.1: externalId is case-exact; a userName is not. */
type Claim = { readonly attribute: 'userName' | 'externalId'; readonly name: string }
const claimsOf = ({ userName, externalId }: Pick<Member, 'userName' | 'externalId'>): readonly Claim[] => [
  { attribute: 'userName', name: fold(userName) },
  ...(externalId === undefined ? [] : [{ attribute: 'externalId' as const, name: externalId }]),
]

/** A deleted person's userName goes to somebody else only when both are told apart by their externalId. */
const yields = (holder: Member, next: Member, attribute: Claim['attribute']): boolean =>
  attribute === 'userName' &&
  !isLive(holder) &&
  holder.externalId !== undefined &&
  next.externalId !== undefined &&
  holder.externalId !== next.externalId

const same = (a: Claim, b: Claim): boolean => a.attribute === b.attribute && a.name === b.name

/** Who keeps this name from `next`; names of a live member are its own already. */
const opponent = (held: Held, before: Member | undefined, next: Member): MemberWrite | undefined => {
  const own = before !== undefined && isLive(before) ? claimsOf(before) : []
  for (const claim of claimsOf(next).filter((one) => !own.some((other) => same(one, other)))) {
    const id = held.guards[claim.attribute].get(claim.name)
    const holder = id === undefined || id === next.id ? undefined : held.members.get(id)
    if (holder && !yields(holder, next, claim.attribute))
      return { kind: 'taken', attribute: claim.attribute, by: holder }
  }
  return undefined
}

const moveEmails = (held: Held, before: Member | undefined, next: Member): void => {
  for (const email of before !== undefined && isLive(before) ? addressesOf(before) : []) {
    const ids = held.emails.get(email)
    ids?.delete(next.id)
    if (ids?.size === 0) held.emails.delete(email)
  }
  for (const email of isLive(next) ? addressesOf(next) : []) {
    const ids = held.emails.get(email) ?? new Set<string>()
    held.emails.set(email, ids.add(next.id))
  }
}

/** A tombstone keeps its names, so that the person is found again when they come back. */
const store = (held: Held, before: Member | undefined, next: Member): MemberWrite => {
  const taken = opponent(held, before, next)
  if (taken) return taken
  const wanted = claimsOf(next)
  for (const claim of before === undefined ? [] : claimsOf(before))
    if (
      !wanted.some((other) => same(claim, other)) &&
      held.guards[claim.attribute].get(claim.name) === next.id
    )
      held.guards[claim.attribute].delete(claim.name)
  if (isLive(next)) for (const { attribute, name } of wanted) held.guards[attribute].set(name, next.id)
  moveEmails(held, before, next)
  if (before !== undefined && fold(before.userName) !== fold(next.userName)) {
    const name = fold(before.userName)
    held.formerNames.set(name, (held.formerNames.get(name) ?? new Set()).add(next.id))
  }
  const member = Object.freeze({ ...next, attributes: ownCopy(next.attributes) })
  held.members.set(next.id, member)
  if (isLive(next)) held.memberOrder.add(next.id)
  else held.memberOrder.delete(next.id)
  return { kind: 'written', member }
}

const found = (held: Held, { by, value }: MemberLookup): readonly (string | undefined)[] => {
  if (by === 'email') return [...(held.emails.get(fold(value)) ?? [])].sort()
  if (by === 'formerUserName') return [...(held.formerNames.get(fold(value)) ?? [])].sort()
  return [held.guards[by].get(by === 'userName' ? fold(value) : value)]
}

const living = (held: Held, ids: readonly (string | undefined)[]): readonly Member[] =>
  [...new Set(ids)].flatMap((id) => {
    const member = id === undefined ? undefined : held.members.get(id)
    return member && isLive(member) ? [member] : []
  })

export const createMemoryMembers = (
  connections: Connections,
  uuid: () => string,
  purge: (c: ConnectionId, id: MemberId) => void,
  note: (change: Change) => void,
): MemberPart => {
  const save = (before: Member | undefined, next: Member): MemberWrite => {
    const result = store(connections.of(next.connection), before, next)
    if (result.kind === 'written') note({ kind: 'member', connection: next.connection, id: next.id })
    return result
  }

  const createMember: DirectoryWrites['createMember'] = async ({ connection, at }, draft: MemberDraft) => {
    checkNames({ userName: draft.userName, externalId: draft.externalId })
    const id = memberId(uuid())
    const blank = { connection, id, created: at, lastModified: at, version: 0, incarnation: 1 }
    return save(undefined, nextMember({ ...draft, ...blank }, draft, at))
  }

  const updateMember: DirectoryWrites['updateMember'] = async ({ at }, before, draft) => {
    checkNames({ userName: draft.userName, externalId: draft.externalId })
    if (memberChanges(before, draft).length === 0 && isLive(before))
      return { kind: 'written', member: before }
    const now = connections.of(before.connection).members.get(before.id)
    if (now?.version !== before.version) return { kind: 'stale' }
    // Memberships of the earlier life end with it, in the groups' counts, too.
    if (!isLive(now)) purge(now.connection, now.id)
    return save(now, nextMember(now, draft, at))
  }

  const deleteMember: DirectoryWrites['deleteMember'] = async ({ at }, before) => {
    const now = connections.of(before.connection).members.get(before.id)
    if (!isLive(before) || now?.version !== before.version) return { kind: 'stale' }
    return save(now, { ...now, version: now.version + 1, lastModified: at, deletedAt: at })
  }

  return {
    createMember,
    updateMember,
    deleteMember,
    memberOrTombstone: async (c, id) => connections.of(c).members.get(id),
    member: async (c, id) => living(connections.of(c), [id])[0],
    members: async (c, ids) => living(connections.of(c), ids),
    findMembers: async (c, lookup) => {
      const held = connections.of(c)
      return living(held, found(held, lookup))
    },
    findTombstones: async (c, { by, value }) =>
      [...connections.of(c).members.values()].filter((member) => {
        if (isLive(member)) return false
        if (by === 'formerUserName')
          return connections.of(c).formerNames.get(fold(value))?.has(member.id) === true
        if (by === 'email') return addressesOf(member).includes(fold(value))
        return by === 'userName' ? fold(member.userName) === fold(value) : member.externalId === value
      }),
    listMembers: async (c, startIndex, count) => {
      const held = connections.of(c)
      return {
        total: held.memberOrder.size(),
        resources: living(held, held.memberOrder.at(startIndex - 1, Math.max(0, count))),
      }
    },
    scanMembers: async (c, limit, after) => {
      const held = connections.of(c)
      const ids = held.memberOrder.after(after, limit + 1)
      const items = living(held, ids.slice(0, limit))
      const last = items.at(-1)
      return { items, ...(ids.length > limit && last ? { next: last.id } : {}) }
    },
  }
}
