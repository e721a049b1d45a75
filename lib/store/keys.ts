import type {
  AccountId,
  CommunityId,
  ConnectionId,
  GroupId,
  GroupMemberId,
  Instant,
  MemberId,
  RoleId,
} from '../core/ids.ts'
import { fold } from '../core/ids.ts'

/**
 * Every key of the table, in one place. `#` separates; connection and community ids cannot hold it (configuration schema), free text stands last.
 * Partitions are chosen so that no membership change, look-up or queue operation ever reads a list.
 */
export type Key = { readonly pk: string; readonly sk: string }

/** Resource ids are random, so their first byte spreads resources evenly over 256 partitions: the unit of counters and of list access. */
export const prefixOf = (id: string): string => id.slice(0, 2)
export const prefixes: readonly string[] = Array.from({ length: 256 }, (_, n) =>
  n.toString(16).padStart(2, '0'),
)

/** Ids come from outside, too: what cannot be one of ours is simply not there. */
export const isResourceId = (id: string): boolean => /^[0-9a-f]{2}[0-9a-z-]{1,62}$/.test(id)
/** A partition key holds 2048 bytes; names in it stay well below, folded or as they are. */
export const fitsKey = (text: string): boolean =>
  Buffer.byteLength(text) <= 1024 && Buffer.byteLength(fold(text)) <= 1024

const connection = (c: ConnectionId): string => `C#${c}`
const community = (k: CommunityId): string => `K#${k}`

// ---- directory
export const memberPartition = (c: ConnectionId, prefix: string): string => `${connection(c)}#U#${prefix}`
export const groupPartition = (c: ConnectionId, prefix: string): string => `${connection(c)}#G#${prefix}`
export const memberKey = (c: ConnectionId, id: MemberId): Key => ({
  pk: memberPartition(c, prefixOf(id)),
  sk: id,
})
export const groupKey = (c: ConnectionId, id: GroupId): Key => ({
  pk: groupPartition(c, prefixOf(id)),
  sk: id,
})

/** How many live resources each id prefix holds. */
export const totalsPartition = (c: ConnectionId, type: 'U' | 'G'): string => `${connection(c)}#N#${type}`
export const totalKey = (c: ConnectionId, type: 'U' | 'G', prefix: string): Key => ({
  pk: totalsPartition(c, type),
  sk: prefix,
})

/** Guards: at most one holder, created and released in the resource's own transaction. */
export const userNameGuard = (c: ConnectionId, userName: string): Key => ({
  pk: `${connection(c)}#UN#${fold(userName)}`,
  sk: 'guard',
})
/** RFC 7643 §3.1: externalId is case-exact. */
export const memberExternalIdGuard = (c: ConnectionId, externalId: string): Key => ({
  pk: `${connection(c)}#UX#${externalId}`,
  sk: 'guard',
})
export const groupExternalIdGuard = (c: ConnectionId, externalId: string): Key => ({
  pk: `${connection(c)}#GX#${externalId}`,
  sk: 'guard',
})

/** Look-ups: several holders are possible. */
export const emailPartition = (c: ConnectionId, email: string): string => `${connection(c)}#EM#${fold(email)}`
export const emailKey = (c: ConnectionId, email: string, id: MemberId): Key => ({
  pk: emailPartition(c, email),
  sk: id,
})
/** Those who have more addresses than look-up items, with all of them. */
export const manyEmailsPartition = (c: ConnectionId): string => `${connection(c)}#EMX`
export const manyEmailsKey = (c: ConnectionId, id: MemberId): Key => ({ pk: manyEmailsPartition(c), sk: id })
export const displayNamePartition = (c: ConnectionId, name: string): string =>
  `${connection(c)}#GN#${fold(name)}`
export const displayNameKey = (c: ConnectionId, name: string, id: GroupId): Key => ({
  pk: displayNamePartition(c, name),
  sk: id,
})

/** Names that members had before a rename, with who had them: they hold nothing, and lead only who asks for them. */
export const formerNamePartition = (c: ConnectionId, userName: string): string =>
  `${connection(c)}#UF#${fold(userName)}`
export const formerNameKey = (c: ConnectionId, userName: string, id: MemberId): Key => ({
  pk: formerNamePartition(c, userName),
  sk: id,
})

/** Membership of Users and Groups in both directions, written together; ids are unique over both. */
export const membersPartition = (c: ConnectionId, id: GroupId): string => `${connection(c)}#GM#${id}`
export const membershipsPartition = (c: ConnectionId, id: GroupMemberId): string =>
  `${connection(c)}#UG#${id}`
export const groupToMember = (c: ConnectionId, g: GroupId, inside: GroupMemberId): Key => ({
  pk: membersPartition(c, g),
  sk: inside,
})
export const memberToGroup = (c: ConnectionId, g: GroupId, inside: GroupMemberId): Key => ({
  pk: membershipsPartition(c, inside),
  sk: g,
})
/** How many memberships of the connection are those of a group in a group. */
export const nestedCountKey = (c: ConnectionId): Key => ({ pk: `${connection(c)}#NG`, sk: 'count' })

/** Beside a group, never on its own item: sharded counters of its memberships and the intents not yet rolled forward. */
export const groupSidePartition = (c: ConnectionId, id: GroupId): string => `${connection(c)}#GC#${id}`
export const shards = 16
export const groupCounterKey = (c: ConnectionId, id: GroupId, shard: number): Key => ({
  pk: groupSidePartition(c, id),
  sk: `S#${String(shard).padStart(2, '0')}`,
})
export const intentKey = (c: ConnectionId, id: GroupId, intent: string): Key => ({
  pk: groupSidePartition(c, id),
  sk: `I#${intent}`,
})
export const intentPartKey = (c: ConnectionId, id: GroupId, intent: string, part: number): Key => ({
  pk: `${connection(c)}#GI#${id}`,
  sk: `${intent}#${String(part).padStart(4, '0')}`,
})

// ---- due and work
/** The stream's filter is this prefix: see the stack and the local stream. */
export const duePrefix = 'DUE#'
export const dueShards = 8
export const dueKey = (position: string): Key => ({
  pk: `${duePrefix}${(position.codePointAt(position.length - 1) ?? 0) % dueShards}`,
  sk: position,
})
export const workPartition = (k: CommunityId): string => `W#${k}`
/** `rank` is the priority's place; `notBefore` is `0` for work takeable at once. */
export const workKey = (
  k: CommunityId,
  rank: number,
  notBefore: Instant | undefined,
  subject: string,
): Key => ({ pk: workPartition(k), sk: `${rank}#${notBefore ?? '0'}#${subject}` })
export const waitingPartition = 'WAITING'
export const waitingKey = (k: CommunityId): Key => ({ pk: waitingPartition, sk: k })

// ---- ownership and results
export const ownershipPartition = (k: CommunityId): string => `${community(k)}#O`
export const ownershipKey = (k: CommunityId, c: ConnectionId, m: MemberId): Key => ({
  pk: ownershipPartition(k),
  sk: `${c}#${m}`,
})
export const accountGuard = (k: CommunityId, account: AccountId): Key => ({
  pk: `${community(k)}#A#${account}`,
  sk: 'guard',
})
/** All communities' counts together: what is owned in one the configuration no longer names is found here. */
export const ownedPartition = 'OWNED'
export const ownedCountKey = (k: CommunityId): Key => ({ pk: ownedPartition, sk: k })
export const roleOwnershipPartition = (k: CommunityId): string => `${community(k)}#R`
export const roleOwnershipKey = (k: CommunityId, role: RoleId): Key => ({
  pk: roleOwnershipPartition(k),
  sk: role,
})
/** The member's side: which communities know them, and how they stand there. */
export const standingPartition = (c: ConnectionId, m: MemberId): string => `${connection(c)}#UO#${m}`
export const ownershipPointerKey = (c: ConnectionId, m: MemberId, k: CommunityId): Key => ({
  pk: standingPartition(c, m),
  sk: `O#${k}`,
})
export const outcomeKey = (c: ConnectionId, m: MemberId, k: CommunityId): Key => ({
  pk: standingPartition(c, m),
  sk: `R#${k}`,
})

/** Members whose outcome here is open, and when all were checked. */
export const openOutcomesPartition = (k: CommunityId): string => `${community(k)}#X`
export const openOutcomeKey = (k: CommunityId, c: ConnectionId, m: MemberId): Key => ({
  pk: openOutcomesPartition(k),
  sk: `O#${c}#${m}`,
})
export const outcomesCheckedKey = (k: CommunityId): Key => ({ pk: openOutcomesPartition(k), sk: 'CHECKED' })

// ---- safety
export const removalsPartition = (k: CommunityId): string => `${community(k)}#B`
/** `hour` is `YYYY-MM-DDTHH`; a full row is continued in the next. */
export const removalsKey = (k: CommunityId, hour: string, row: number): Key => ({
  pk: removalsPartition(k),
  sk: `${hour}#${String(row).padStart(4, '0')}`,
})
export const holdsPartition = 'HOLDS'
export const holdKey = (k: CommunityId): Key => ({ pk: holdsPartition, sk: k })
/** The held changes themselves, beside the list of holds. */
export const holdPartsPartition = (k: CommunityId): string => `${community(k)}#HP`
/** A set of parts for each time the hold is saved: they are there before the head that names them. */
export const holdPartKey = (k: CommunityId, edition: string, part: number): Key => ({
  pk: holdPartsPartition(k),
  sk: `${edition}#${String(part).padStart(4, '0')}`,
})
export const approvalsPartition = (k: CommunityId): string => `${community(k)}#H`
export const approvalKey = (k: CommunityId, digest: string, part: number): Key => ({
  pk: approvalsPartition(k),
  sk: `${digest}#${String(part).padStart(4, '0')}`,
})

export const quarantinesPartition = 'QUARANTINE'
export const quarantineKey = (k: CommunityId): Key => ({ pk: quarantinesPartition, sk: k })
/** What the service calls the table in which this was written. */
export const identityKey: Key = { pk: 'IDENTITY', sk: 'TABLE' }

// ---- runs
export const plansPartition = (k: CommunityId): string => `${community(k)}#P`
export const planCounterKey = (k: CommunityId): Key => ({ pk: `${community(k)}#N`, sk: 'plans' })
export const planKey = (k: CommunityId, number: number, part: number): Key => ({
  pk: plansPartition(k),
  sk: `${String(number).padStart(10, '0')}#${String(part).padStart(4, '0')}`,
})
/** What a list of plans shows, without their parts. */
export const planHeadsPartition = (k: CommunityId): string => `${community(k)}#PH`
export const planHeadKey = (k: CommunityId, number: number): Key => ({
  pk: planHeadsPartition(k),
  sk: String(number).padStart(10, '0'),
})
export const fateKey = (k: CommunityId, number: number): Key => ({
  pk: `${community(k)}#PF`,
  sk: String(number).padStart(10, '0'),
})
export const driftPartition = (k: CommunityId): string => `${community(k)}#D`
export const driftKey = (k: CommunityId, id: string): Key => ({ pk: driftPartition(k), sk: `F#${id}` })
/** The latest look at everybody. */
export const sightKey = (k: CommunityId): Key => ({ pk: driftPartition(k), sk: 'SIGHT' })
export const leaseKey = (k: CommunityId): Key => ({ pk: `${community(k)}#L`, sk: 'lease' })
export const readingPartition = (k: CommunityId): string => `${community(k)}#RD`
export const readingKey = (k: CommunityId, part: number): Key => ({
  pk: readingPartition(k),
  sk: String(part).padStart(4, '0'),
})
/** A row while its platform cannot be reached. */
export const pauseKey = (k: CommunityId): Key => ({ pk: `${community(k)}#W`, sk: 'paused' })
export const paceKey = (baseUrl: string, egress: string): Key => ({
  pk: `PACE#${egress}#${baseUrl}`,
  sk: 'bucket',
})

// ---- events on their way out
export const outboxShards = 4
export const outboxPartition = (receiver: string, shard: number): string => `OUT#${receiver}#${shard}`
/** As work: what was deferred lies behind what was never tried. */
export const outboxKey = (receiver: string, notBefore: Instant | undefined, id: string): Key => ({
  pk: outboxPartition(receiver, (id.codePointAt(id.length - 1) ?? 0) % outboxShards),
  sk: `${notBefore ?? '0'}#${id}`,
})
export const receiverKey = (receiver: string): Key => ({ pk: 'RECEIVERS', sk: receiver })

// ---- audit, configuration, credentials
export const auditPartition = (
  kind: 'member' | 'group' | 'community' | 'system',
  id: string,
  c?: ConnectionId,
): string => `AU#${kind}#${c ?? ''}#${id}`
export const auditKey = (partition: string, at: Instant, requestId: string, unique: string): Key => ({
  pk: partition,
  // `unique` rises: what one process writes within a millisecond stays in its order.
  sk: `${at}#${unique}#${requestId}`,
})
export const configurationPartition = 'CONFIG'
export const currentConfigurationKey: Key = { pk: configurationPartition, sk: 'CURRENT' }
export const configurationKey = (number: number): Key => ({
  pk: configurationPartition,
  sk: `V#${String(number).padStart(8, '0')}`,
})
/** A partition per version: the history is read without any text. */
export const configurationTextPartition = (number: number): string => `${configurationPartition}#${number}`
export const configurationTextKey = (number: number, part: number): Key => ({
  pk: configurationTextPartition(number),
  sk: String(part).padStart(4, '0'),
})
export const credentialsPartition = (c: ConnectionId): string => `${connection(c)}#CRED`
export const credentialKey = (c: ConnectionId, id: string): Key => ({ pk: credentialsPartition(c), sk: id })
