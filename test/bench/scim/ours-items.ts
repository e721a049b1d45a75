import { type ConnectionId, groupId, memberId } from '../../../lib/core/ids.ts'
import { createCredential } from '../../../lib/scim/tokens.ts'
import { groupItem, type OwnGroup } from '../../../lib/store/group-items.ts'
import {
  credentialKey,
  displayNameKey,
  emailKey,
  groupCounterKey,
  groupToMember,
  type Key,
  memberExternalIdGuard,
  memberToGroup,
  prefixOf,
  shards,
  totalKey,
  userNameGuard,
} from '../../../lib/store/keys.ts'
import { memberItem } from '../../../lib/store/member-items.ts'
import { withRecord } from '../../../lib/store/records.ts'
import {
  few,
  type GroupOf,
  groupsOf,
  idOf,
  many,
  membersOf,
  person,
  seededAt,
  today,
  token,
  userNameOf,
  type World,
} from './people.ts'
import type { Row } from './rows.ts'

/** The rows our store writes for the same world, written straight into the table. */
export function* oursItems(world: World): Iterable<Row> {
  yield* users(few, world.few)
  yield* users(many, world.users + world.extra)
  for (const each of groupsOf(world)) yield* group(each)
  for (const connection of [few, many])
    yield* totals(
      'G',
      groupsOf(world).flatMap((each) => (each.connection === connection ? [each.id] : [])),
      connection,
    )
  for (const connection of [few, many]) yield credential(connection)
}

const row = (item: object): Row => item as Row
const withKey = (key: Key, more: object = {}): Row => row({ ...key, ...more })

export function* users(connection: ConnectionId, count: number): Iterable<Row> {
  const life = { version: 1, incarnation: 1, created: seededAt, lastModified: seededAt }
  const ids: string[] = []
  for (let n = 0; n < count; n += 1) {
    const id = memberId(idOf('user', n))
    const draft = person(n)
    ids.push(id)
    yield row(memberItem({ connection, id, ...draft, ...life }, idOf('group', n)))
    yield withKey(userNameGuard(connection, draft.userName), { id })
    yield withKey(memberExternalIdGuard(connection, draft.externalId ?? ''), { id })
    yield withKey(emailKey(connection, userNameOf(n), id))
  }
  yield* totals('U', ids, connection)
}

export function* totals(kind: 'U' | 'G', ids: readonly string[], connection: ConnectionId): Iterable<Row> {
  const counts = new Map<string, number>()
  for (const id of ids) counts.set(prefixOf(id), (counts.get(prefixOf(id)) ?? 0) + 1)
  for (const [prefix, n] of counts) yield withKey(totalKey(connection, kind, prefix), { n })
}

export function* group({ connection, id: text, name: displayName, size }: GroupOf): Iterable<Row> {
  const id = groupId(text)
  const life = { version: 1, created: seededAt, lastModified: seededAt }
  const own: OwnGroup = { connection, id, displayName, attributes: {}, ...life }
  yield row(groupItem(own))
  yield withKey(displayNameKey(connection, displayName, id))
  // Every shard is there, so that it does not matter which one a change takes.
  for (let shard = 0; shard < shards; shard += 1)
    yield withKey(groupCounterKey(connection, id, shard), {
      version: 1,
      n: Math.floor(size / shards) + (shard < size % shards ? 1 : 0),
      at: seededAt,
    })
  const fields = { incarnation: 1, at: seededAt, requestId: 'seed' }
  for (const each of membersOf(size)) {
    const member = memberId(each)
    yield withKey(groupToMember(connection, id, member), fields)
    yield withKey(memberToGroup(connection, id, member), fields)
  }
}

export const credentialOf = (connection: ConnectionId) =>
  createCredential({ connection, scope: 'scim', label: 'bench', createdBy: 'bench', at: seededAt, token })
    .credential

/** Used today already: the day's mark is not part of a request's price. */
const credential = (connection: ConnectionId): Row => {
  const stored = credentialOf(connection)
  return row({
    ...withRecord(credentialKey(connection, stored.id), stored),
    revoked: false,
    lastUsed: today(),
  })
}
