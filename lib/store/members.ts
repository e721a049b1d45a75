import type { AuditEvent, Stamp } from '../core/audit.ts'
import { ConnectorError } from '../core/errors.ts'
import { memberId } from '../core/ids.ts'
import type { Member } from '../core/member.ts'
import type { DirectoryUpkeep, DirectoryWrites, MemberDraft, MemberWrite } from '../core/ports/directory.ts'
import { absent, atVersion } from './conditions.ts'
import { formerNamePuts } from './former-names.ts'
import { memberKey } from './keys.ts'
import { emailMoves } from './member-emails.ts'
import { type GuardMoves, guardMovesUnseen, moveGuards } from './member-guards.ts'
import {
  checkNames,
  commitmentsOf,
  isLive,
  memberChanges,
  memberItem,
  nextMember,
  saltOf,
  withSalt,
} from './member-items.ts'
import { auditPuts, duePut } from './stamped-items.ts'
import type { Table, TransactItem } from './table-client.ts'
import { countResource } from './totals.ts'

const attempts = 8
const everything = Number.POSITIVE_INFINITY
type Writing = {
  readonly stamp: Stamp
  readonly before: Member | undefined
  readonly next: Member
  readonly changed: readonly string[]
  /** `unseen`: as it mostly is, without a look. */
  readonly movesOf: (unseen: boolean) => Promise<GuardMoves>
}
type MemberEvent = Extract<AuditEvent, { readonly member: Member['id']; readonly active: boolean }>

const living = (member: Member | undefined): Member | undefined =>
  member !== undefined && isLive(member) ? member : undefined

const countMove = (before: Member | undefined, next: Member): readonly TransactItem[] => {
  const change = Number(isLive(next)) - Number(living(before) !== undefined)
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
      ...formerNamePuts(table, stamp, before, next),
      ...countMove(before, next),
      duePut(table.ids, stamp, { kind: 'member', member: next.id }),
      ...auditPuts(table, stamp, event, { commitments: commitmentsOf(next, salt) }),
    ]
  }

  /** Undefined: the record is another than the caller read. */
  const saltFor = async (before: Member | undefined, attempt: number): Promise<string | undefined> => {
    if (before === undefined) return table.ids.uuid()
    const known = attempt === 0 ? saltOf(before) : undefined
    if (known !== undefined) return known
    const read = await table.get(memberKey(before.connection, before.id))
    return read?.version === before.version ? String(read.salt) : undefined
  }

  /** Resolves to nothing when somebody was faster with this record or with one of its names: the next look says which. */
  const attemptTo = async (
    { stamp, before, next, changed, movesOf }: Writing,
    attempt: number,
  ): Promise<MemberWrite | undefined> => {
    const salt = await saltFor(before, attempt)
    if (salt === undefined) return { kind: 'stale' }
    const guards = await movesOf(attempt === 0)
    if (guards.kind === 'taken') return guards
    const items = [...transaction(stamp, before, next, salt, changed), ...guards.items]
    const result = await table.transact(items)
    return result.kind === 'done' ? { kind: 'written', member: withSalt(next, salt) } : undefined
  }

  /** The first attempt relies on what the caller read and lets the conditions speak; only when they do is it looked at again. */
  const write = async (writing: Writing): Promise<MemberWrite> => {
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      const result = await attemptTo(writing, attempt)
      if (result) return result
      await table.pause(attempt)
    }
    throw new ConnectorError('storeConflict', 'other writers keep changing this record: try again', {
      retryAfter: 1,
    })
  }

  const claiming =
    (before: Member | undefined, next: Member) =>
    async (unseen: boolean): Promise<GuardMoves> =>
      unseen && (before === undefined || isLive(before))
        ? { kind: 'moves', items: guardMovesUnseen(before, next) }
        : moveGuards(table, before, next)
  /** The guards stay with the tombstone, so that the person is found again when they come back. */
  const keeping = async (): Promise<GuardMoves> => ({ kind: 'moves', items: [] })

  const createMember = async (stamp: Stamp, draft: MemberDraft): Promise<MemberWrite> => {
    checkNames({ userName: draft.userName, externalId: draft.externalId })
    const { connection, at } = stamp
    const id = memberId(table.ids.uuid())
    const blank = { connection, id, created: at, lastModified: at, ...draft }
    const next = nextMember({ ...blank, version: 0, incarnation: 1 }, draft, at)
    const changed = memberChanges({ userName: '', active: true, attributes: {} }, draft)
    return write({ stamp, before: undefined, next, changed, movesOf: claiming(undefined, next) })
  }

  const updateMember = async (stamp: Stamp, before: Member, draft: MemberDraft): Promise<MemberWrite> => {
    checkNames({ userName: draft.userName, externalId: draft.externalId })
    const changed = memberChanges(before, draft)
    if (changed.length === 0 && isLive(before)) return { kind: 'written', member: before }
    // Memberships of the earlier life end with it, in the groups' counts, too.
    if (!isLive(before)) await purge(before.connection, { kind: 'member', id: before.id }, everything)
    const next = nextMember(before, draft, stamp.at)
    return write({ stamp, before, next, changed, movesOf: claiming(before, next) })
  }

  const deleteMember = async (stamp: Stamp, before: Member): Promise<MemberWrite> => {
    if (!isLive(before)) return { kind: 'stale' }
    const { at } = stamp
    const next: Member = { ...before, version: before.version + 1, lastModified: at, deletedAt: at }
    return write({ stamp, before, next, changed: [], movesOf: keeping })
  }

  return { createMember, updateMember, deleteMember }
}
