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
const key = (pk: string, sk: string): Key => ({ pk, sk })
/** Numbers that sort as text. */
const fourDigits = (n: number): string => String(n).padStart(4, '0')
const tenDigits = (n: number): string => String(n).padStart(10, '0')

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
export const memberKey = (c: ConnectionId, id: MemberId): Key => key(memberPartition(c, prefixOf(id)), id)
export const groupKey = (c: ConnectionId, id: GroupId): Key => key(groupPartition(c, prefixOf(id)), id)

/** How many live resources each id prefix holds. */
export const totalsPartition = (c: ConnectionId, type: 'U' | 'G'): string => `${connection(c)}#N#${type}`
export const totalKey = (c: ConnectionId, type: 'U' | 'G', prefix: string): Key =>
  key(totalsPartition(c, type), prefix)

/** Guards: at most one holder, created and released in the resource's own transaction. */
export const userNameGuard = (c: ConnectionId, userName: string): Key =>
  key(`${connection(c)}#UN#${fold(userName)}`, 'guard')
/** RFC 7643 §3.1: externalId is case-exact. */
export const memberExternalIdGuard = (c: ConnectionId, externalId: string): Key =>
  key(`${connection(c)}#UX#${externalId}`, 'guard')
export const groupExternalIdGuard = (c: ConnectionId, externalId: string): Key =>
  key(`${connection(c)}#GX#${externalId}`, 'guard')

/** Look-ups: several holders are possible. */
export const emailPartition = (c: ConnectionId, email: string): string => `${connection(c)}#EM#${fold(email)}`
export const emailKey = (c: ConnectionId, email: string, id: MemberId): Key =>
  key(emailPartition(c, email), id)
/** Those who have more addresses than look-up items, with all of them. */
export const manyEmailsPartition = (c: ConnectionId): string => `${connection(c)}#EMX`
export const manyEmailsKey = (c: ConnectionId, id: MemberId): Key => key(manyEmailsPartition(c), id)
/** The same of the deleted: no look-up of the living reads them. */
export const manyTombstonesPartition = (c: ConnectionId): string => `${connection(c)}#EMT`
export const manyTombstonesKey = (c: ConnectionId, id: MemberId): Key => key(manyTombstonesPartition(c), id)
export const displayNamePartition = (c: ConnectionId, name: string): string =>
  `${connection(c)}#GN#${fold(name)}`
export const displayNameKey = (c: ConnectionId, name: string, id: GroupId): Key =>
  key(displayNamePartition(c, name), id)

/** Names that members had before a rename, with who had them: they hold nothing, and lead only who asks for them. */
export const formerNamePartition = (c: ConnectionId, userName: string): string =>
  `${connection(c)}#UF#${fold(userName)}`
export const formerNameKey = (c: ConnectionId, userName: string, id: MemberId): Key =>
  key(formerNamePartition(c, userName), id)

/** Membership of Users and Groups in both directions, written together; ids are unique over both. */
export const membersPartition = (c: ConnectionId, id: GroupId): string => `${connection(c)}#GM#${id}`
export const membershipsPartition = (c: ConnectionId, id: GroupMemberId): string =>
  `${connection(c)}#UG#${id}`
export const groupToMember = (c: ConnectionId, g: GroupId, inside: GroupMemberId): Key =>
  key(membersPartition(c, g), inside)
export const memberToGroup = (c: ConnectionId, g: GroupId, inside: GroupMemberId): Key =>
  key(membershipsPartition(c, inside), g)
/** How many memberships of the connection are those of a group in a group. */
export const nestedCountKey = (c: ConnectionId): Key => key(`${connection(c)}#NG`, 'count')

/** Beside a group, never on its own item: sharded counters of its memberships and the intents not yet rolled forward. */
export const groupSidePartition = (c: ConnectionId, id: GroupId): string => `${connection(c)}#GC#${id}`
export const shards = 16
export const groupCounterKey = (c: ConnectionId, id: GroupId, shard: number): Key =>
  key(groupSidePartition(c, id), `S#${String(shard).padStart(2, '0')}`)
export const intentKey = (c: ConnectionId, id: GroupId, intent: string): Key =>
  key(groupSidePartition(c, id), `I#${intent}`)
export const intentPartKey = (c: ConnectionId, id: GroupId, intent: string, part: number): Key =>
  key(`${connection(c)}#GI#${id}`, `${intent}#${fourDigits(part)}`)

// ---- logins
/** Beside the directory, spread as it is: who reads all members can read all of these. */
export const loginPartition = (c: ConnectionId, prefix: string): string => `${connection(c)}#LI#${prefix}`
export const loginKey = (c: ConnectionId, id: MemberId): Key => key(loginPartition(c, prefixOf(id)), id)
/** At most one member per identity; the member's record names the identity, so that there is one per member, too. */
export const identityGuard = (c: ConnectionId, identity: string): Key =>
  key(`${connection(c)}#SN#${identity}`, 'guard')
export const loginRequestKey = (c: ConnectionId, id: string): Key =>
  key(`${connection(c)}#LR#${id}`, 'request')
export const messageKey = (c: ConnectionId, message: string): Key =>
  key(`${connection(c)}#SM#${message}`, 'seen')
export const identityProviderKey = (c: ConnectionId): Key => key(`${connection(c)}#IDP`, 'trust')
export const metadataFailureKey = (c: ConnectionId): Key => key(`${connection(c)}#IDP`, 'failing')

// ---- due and work
/** The stream's filter is this prefix: see the stack and the local stream. */
export const duePrefix = 'DUE#'
export const dueShards = 8
export const dueKey = (position: string): Key =>
  key(`${duePrefix}${(position.codePointAt(position.length - 1) ?? 0) % dueShards}`, position)
export const workPartition = (k: CommunityId): string => `W#${k}`
/** `rank` is the priority's place; `notBefore` is `0` for work takeable at once. */
export const workKey = (k: CommunityId, rank: number, notBefore: Instant | undefined, subject: string): Key =>
  key(workPartition(k), `${rank}#${notBefore ?? '0'}#${subject}`)
export const waitingPartition = 'WAITING'
export const waitingKey = (k: CommunityId): Key => key(waitingPartition, k)

// ---- ownership and results
export const ownershipPartition = (k: CommunityId): string => `${community(k)}#O`
export const ownershipKey = (k: CommunityId, c: ConnectionId, m: MemberId): Key =>
  key(ownershipPartition(k), `${c}#${m}`)
export const accountGuard = (k: CommunityId, account: AccountId): Key =>
  key(`${community(k)}#A#${account}`, 'guard')
/** All communities' counts together: what is owned in one the configuration no longer names is found here. */
export const ownedPartition = 'OWNED'
export const ownedCountKey = (k: CommunityId): Key => key(ownedPartition, k)
export const roleOwnershipPartition = (k: CommunityId): string => `${community(k)}#R`
export const roleOwnershipKey = (k: CommunityId, role: RoleId): Key => key(roleOwnershipPartition(k), role)
/** The member's side: which communities know them, and how they stand there. */
export const standingPartition = (c: ConnectionId, m: MemberId): string => `${connection(c)}#UO#${m}`
export const ownershipPointerKey = (c: ConnectionId, m: MemberId, k: CommunityId): Key =>
  key(standingPartition(c, m), `O#${k}`)
export const outcomeKey = (c: ConnectionId, m: MemberId, k: CommunityId): Key =>
  key(standingPartition(c, m), `R#${k}`)

/** Members whose outcome here is open, and when all were checked. */
export const openOutcomesPartition = (k: CommunityId): string => `${community(k)}#X`
export const openOutcomeKey = (k: CommunityId, c: ConnectionId, m: MemberId): Key =>
  key(openOutcomesPartition(k), `O#${c}#${m}`)
export const outcomesCheckedKey = (k: CommunityId): Key => key(openOutcomesPartition(k), 'CHECKED')

// ---- safety
export const removalsPartition = (k: CommunityId): string => `${community(k)}#B`
/** `hour` is `YYYY-MM-DDTHH`; a full row is continued in the next. */
export const removalsKey = (k: CommunityId, hour: string, row: number): Key =>
  key(removalsPartition(k), `${hour}#${fourDigits(row)}`)
export const holdsPartition = 'HOLDS'
export const holdKey = (k: CommunityId): Key => key(holdsPartition, k)
/** The held changes themselves, beside the list of holds. */
export const holdPartsPartition = (k: CommunityId): string => `${community(k)}#HP`
/** A set of parts for each time the hold is saved: they are there before the head that names them. */
export const holdPartKey = (k: CommunityId, edition: string, part: number): Key =>
  key(holdPartsPartition(k), `${edition}#${fourDigits(part)}`)
export const approvalsPartition = (k: CommunityId): string => `${community(k)}#H`
export const approvalKey = (k: CommunityId, digest: string, part: number): Key =>
  key(approvalsPartition(k), `${digest}#${fourDigits(part)}`)

export const quarantinesPartition = 'QUARANTINE'
export const quarantineKey = (k: CommunityId): Key => key(quarantinesPartition, k)
/** What the service calls the table in which this was written. */
export const identityKey: Key = { pk: 'IDENTITY', sk: 'TABLE' }

// ---- runs
export const plansPartition = (k: CommunityId): string => `${community(k)}#P`
export const planCounterKey = (k: CommunityId): Key => key(`${community(k)}#N`, 'plans')
export const planKey = (k: CommunityId, number: number, part: number): Key =>
  key(plansPartition(k), `${tenDigits(number)}#${fourDigits(part)}`)
/** What a list of plans shows, without their parts. */
export const planHeadsPartition = (k: CommunityId): string => `${community(k)}#PH`
export const planHeadKey = (k: CommunityId, number: number): Key =>
  key(planHeadsPartition(k), tenDigits(number))
export const fateKey = (k: CommunityId, number: number): Key => key(`${community(k)}#PF`, tenDigits(number))
export const driftPartition = (k: CommunityId): string => `${community(k)}#D`
export const driftKey = (k: CommunityId, id: string): Key => key(driftPartition(k), `F#${id}`)
/** The latest look at everybody. */
export const sightKey = (k: CommunityId): Key => key(driftPartition(k), 'SIGHT')
export const leaseKey = (k: CommunityId): Key => key(`${community(k)}#L`, 'lease')
export const readingPartition = (k: CommunityId): string => `${community(k)}#RD`
export const readingKey = (k: CommunityId, part: number): Key => key(readingPartition(k), fourDigits(part))
/** A row while its platform cannot be reached. */
export const pauseKey = (k: CommunityId): Key => key(`${community(k)}#W`, 'paused')
export const paceKey = (baseUrl: string, egress: string): Key => key(`PACE#${egress}#${baseUrl}`, 'bucket')

// ---- events on their way out
export const outboxShards = 4
export const outboxPartition = (receiver: string, shard: number): string => `OUT#${receiver}#${shard}`
/** As work: what was deferred lies behind what was never tried. */
export const outboxKey = (receiver: string, notBefore: Instant | undefined, id: string): Key =>
  key(
    outboxPartition(receiver, (id.codePointAt(id.length - 1) ?? 0) % outboxShards),
    `${notBefore ?? '0'}#${id}`,
  )
export const receiverKey = (receiver: string): Key => key('RECEIVERS', receiver)

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
export const configurationKey = (number: number): Key =>
  key(configurationPartition, `V#${String(number).padStart(8, '0')}`)
/** A partition per version: the history is read without any text. */
export const configurationTextPartition = (number: number): string => `${configurationPartition}#${number}`
export const configurationTextKey = (number: number, part: number): Key =>
  key(configurationTextPartition(number), fourDigits(part))
export const credentialsPartition = (c: ConnectionId): string => `${connection(c)}#CRED`
export const credentialKey = (c: ConnectionId, id: string): Key => key(credentialsPartition(c), id)
