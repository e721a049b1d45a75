import { createHash } from 'node:crypto'
import {
  countKey,
  groupKey,
  guardKey,
  listKey,
  memberKey,
  membershipKey,
  tokenKey,
  userKey,
} from './peer-keys.ts'
import {
  few,
  type GroupOf,
  groupsOf,
  idOf,
  many,
  membersOf,
  person,
  seededAt,
  token,
  type World,
} from './people.ts'
import type { Row } from './rows.ts'

/** The peer's rows for the same world, written straight into the table. */
export function* peerItems(world: World): Iterable<Row> {
  yield* users(few, world.few)
  yield* users(many, world.users + world.extra)
  for (const each of groupsOf(world)) yield* group(each)
  const hash = createHash('sha256').update(token).digest('hex')
  for (const tenant of [few, many]) yield { ...tokenKey(tenant, hash.slice(0, 16)), hash }
}

const life = { version: 1, created: seededAt, lastModified: seededAt }

function* users(tenant: string, count: number): Iterable<Row> {
  for (let n = 0; n < count; n += 1) {
    const id = idOf('user', n)
    const { attributes, ...own } = person(n)
    yield { ...userKey(tenant, id), id, data: JSON.stringify({ ...attributes, ...own }), ...life }
    yield { ...guardKey(tenant, 'userName', own.userName), id }
    yield { ...guardKey(tenant, 'externalId', own.externalId ?? ''), id }
    yield { ...listKey(tenant, id) }
  }
  yield { ...countKey(tenant), n: count }
}

function* group({ connection: tenant, id, name: displayName, size }: GroupOf): Iterable<Row> {
  yield { ...groupKey(tenant, id), id, displayName, ...life }
  for (const user of membersOf(size)) {
    yield { ...memberKey(tenant, id, user) }
    yield { ...membershipKey(tenant, id, user) }
  }
}
