import type { AuditEvent, Stamp } from '../core/audit.ts'
import { ConnectorError } from '../core/errors.ts'
import { memberId } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import type { DirectoryUpkeep, DirectoryWrites, MemberDraft, MemberWrite } from '../core/ports/directory.ts'
import { absent, atVersion } from './conditions.ts'
import { emailKey, memberKey } from './keys.ts'
import { moveGuards } from './member-guards.ts'
import {
  checkNames,
  commitmentsOf,
  emailsOf,
  isLive,
  memberChanges,
  memberItem,
  nextMember,
} from './member-items.ts'
import { auditPuts, duePut } from './stamped-items.ts'
import type { Table, TransactItem } from './table-client.ts'
import { countResource } from './totals.ts'

const attempts = 8
const everything = Number.POSITIVE_INFINITY
type MemberEvent = Extract<AuditEvent, { readonly member: Member['id']; readonly active: boolean }>

const emailMoves = (before: Member | undefined, next: Member): readonly TransactItem[] => {
  const old = new Set(before !== undefined && isLive(before) ? emailsOf(before) : [])
  const wanted = new Set(isLive(next) ? emailsOf(next) : [])
  const keyFor = (email: string) => emailKey(next.connection, email, next.id)
  return [
    ...[...wanted].filter((email) => !old.has(email)).map((email) => ({ put: keyFor(email) })),
    ...[...old].filter((email) => !wanted.has(email)).map((email) => ({ delete: keyFor(email) })),
  ]
}

const countMove = (before: Member | undefined, next: Member): readonly TransactItem[] => {
  const change = Number(isLive(next)) - Number(before !== undefined && isLive(before))
  return change === 0 ? [] : [countResource(next.connection, 'U', next.id, change > 0 ? 1 : -1)]
}

const eventKind = (before: Member | undefined, next: Member): MemberEvent['kind'] => {
  if (before === undefined) return 'memberCreated'
  if (!isLive(next)) return 'memberDeleted'
  return isLive(before) ? 'memberUpdated' : 'memberRestored'
}

/** Members of the directory: each write is one transaction of record, guards, look-ups, totals, due item and audit entry. */
export const createMembers = (
  table: Table,
  purge: DirectoryUpkeep['purge'],
): Pick<DirectoryWrites, 'createMember' | 'updateMember' | 'deleteMember'> => {
  const transaction = (
    stamp: Stamp,
    before: Member | undefined,
    next: Member,
    salt: string,
    changed: readonly string[],
  ): readonly TransactItem[] => {
    const kind = eventKind(before, next)
    const event: MemberEvent = { kind, member: next.id, changed, active: next.active }
    return [
      {
        put: memberItem(next, salt),
        condition: before === undefined ? absent : atVersion(before.version),
      },
      ...emailMoves(before, next),
      ...countMove(before, next),
      duePut(table.ids, stamp, { kind: 'member', member: next.id }),
      ...auditPuts(table, stamp, event, { commitments: commitmentsOf(next, salt) }),
    ]
  }

  const write = async (
    stamp: Stamp,
    before: Member | undefined,
    next: Member,
    changed: readonly string[],
  ): Promise<MemberWrite> => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const read = before && (await table.get(memberKey(before.connection, before.id)))
      if (before !== undefined && read?.version !== before.version) return { kind: 'stale' }
      const guards = await moveGuards(table, before, next)
      if (guards.kind === 'taken') return guards
      const salt = String(read?.salt ?? table.ids.uuid())
      const items = [...transaction(stamp, before, next, salt, changed), ...guards.items]
      const result = await table.transact(items)
      if (result.kind === 'done') return { kind: 'written', member: next }
      // Somebody was faster with this record or with one of its names: the next look says which.
      await table.pause(attempt)
    }
    throw new ConnectorError('storeConflict', 'other writers keep changing these names: try again', {
      retryAfter: 1,
    })
  }

  const createMember = async (stamp: Stamp, draft: MemberDraft): Promise<MemberWrite> => {
    checkNames({ userName: draft.userName, externalId: draft.externalId })
    const { connection, at } = stamp
    const id = memberId(table.ids.uuid())
    const blank = { connection, id, created: at, lastModified: at, ...draft }
    const next = nextMember({ ...blank, version: 0, incarnation: 1 }, draft, at)
    return write(stamp, undefined, next, memberChanges({ userName: '', active: true, attributes: {} }, draft))
  }

  const updateMember = async (stamp: Stamp, before: Member, draft: MemberDraft): Promise<MemberWrite> => {
    checkNames({ userName: draft.userName, externalId: draft.externalId })
    const changed = memberChanges(before, draft)
    if (changed.length === 0 && isLive(before)) return { kind: 'written', member: before }
    // Memberships of the earlier life end with it, in the groups' counts, too.
    if (!isLive(before)) await purge(before.connection, { kind: 'member', id: before.id }, everything)
    return write(stamp, before, nextMember(before, draft, stamp.at), changed)
  }

  const deleteMember = async (stamp: Stamp, before: Member): Promise<MemberWrite> => {
    if (!isLive(before)) return { kind: 'stale' }
    const { at } = stamp
    const next: Member = { ...before, version: before.version + 1, lastModified: at, deletedAt: at }
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const read = await table.get(memberKey(before.connection, before.id))
      if (read?.version !== before.version) return { kind: 'stale' }
      // The guards stay with the tombstone, so that the person is found again when they come back.
      const result = await table.transact([...transaction(stamp, before, next, String(read.salt), [])])
      if (result.kind === 'done') return { kind: 'written', member: next }
    }
    throw new ConnectorError('storeConflict', 'other writers keep changing this member: try again', {
      retryAfter: 1,
    })
  }

  return { createMember, updateMember, deleteMember }
}
