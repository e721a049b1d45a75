import { unreachable } from '../core/errors.ts'
import type { CommunityId, Instant } from '../core/ids.ts'
import { communityId } from '../core/ids.ts'
import type { WorkDraft, WorkQueue } from '../core/ports/work.ts'
import type { Priority, Work, WorkSubject } from '../core/work.ts'
import { priorities } from '../core/work.ts'
import { collected, inParallel } from './batches.ts'
import { still } from './conditions.ts'
import { createDueQueue } from './due-queue.ts'
import type { Key } from './keys.ts'
import { waitingKey, waitingPartition, workKey, workPartition } from './keys.ts'
import { recordOf, withRecord } from './records.ts'
import type { Item, Table } from './table-client.ts'

/** Sorts behind every character keys are made of. */
const last = '\uffff'
const width = 8

const rankOf = (priority: Priority): number => priorities.indexOf(priority)
const nameOf = (subject: WorkSubject): string => {
  switch (subject.kind) {
    case 'community':
      return 'community'
    case 'plan':
      return `plan#${subject.number}`
    case 'member':
      return `member#${subject.connection}#${subject.member}`
    default:
      return unreachable(subject)
  }
}
const keyOf = (work: Pick<Work, 'community' | 'priority' | 'subject' | 'notBefore'>): Key =>
  workKey(work.community, rankOf(work.priority), work.notBefore, nameOf(work.subject))
const rowOf = (work: Work): Item => ({ ...withRecord(keyOf(work), work), token: work.token })

const isTakeable = ({ notBefore }: Work, now: Instant): boolean => notBefore === undefined || notBefore <= now

/** The token that was seen, and no other: what was added again meanwhile stays. */
const seen = (work: Work) => still('token', work.token)

/**
 * Rows of work sort by priority, then by the time before which they may not be taken, so that a take reads just what it returns:
 * deferred rows lie behind the range it asks for. Each priority is a range of its own.
 *
 * `WAITING` names the communities that may have work. Its row is written with a fresh token *after* the work, and removed only if its token is
 * still the one that was read *before* the community was found empty. Work added between the two reads either is seen by the second, or its
 * row write comes after the removal, or makes the removal fail: it never disappears. When the adder dies between its two writes, it has
 * answered nobody, and the due item it worked from is still there.
 */
export const createWorkQueue = (table: Table): WorkQueue => {
  const announce = (community: CommunityId): Promise<unknown> =>
    table.put({ ...waitingKey(community), token: table.ids.ordered() })

  const addOne = async (draft: WorkDraft): Promise<Work> => {
    const work: Work = { ...draft, attempts: 0, token: table.ids.ordered() }
    await table.put(rowOf(work))
    return work
  }

  const add = async (drafts: readonly WorkDraft[]): Promise<readonly Work[]> => {
    const distinct = new Map(drafts.map((draft) => [Object.values(keyOf(draft)).join(last), draft]))
    const added = await inParallel([...distinct.values()], width, addOne)
    await inParallel([...new Set(added.map((work) => work.community))], width, announce)
    return added
  }

  const takeRank = async (community: CommunityId, rank: number, now: Instant, limit: number) => {
    const taken: Work[] = []
    const asked = { pk: workPartition(community), from: `${rank}#`, to: `${rank}#${now}#${last}`, limit }
    for await (const item of table.queryAll(asked)) {
      taken.push(recordOf<Work>(item))
      // Not one row is read to learn that enough are there.
      if (taken.length === limit) break
    }
    return taken
  }

  const take = async (community: CommunityId, now: Instant, limit: number): Promise<readonly Work[]> => {
    const taken: Work[] = []
    for (const rank of priorities.keys()) {
      if (taken.length >= limit) break
      taken.push(...(await takeRank(community, rank, now, limit - taken.length)))
    }
    return taken
  }

  const moreUrgent = async (community: CommunityId, priority: Priority, now: Instant): Promise<boolean> => {
    const rank = rankOf(priority)
    // Mostly there is nothing at all before it, or the first row may be taken: one row tells.
    const { items } = await table.query({
      pk: workPartition(community),
      from: '0#',
      to: `${rank}#`,
      limit: 1,
    })
    const [first] = items.map((item) => recordOf<Work>(item))
    if (first === undefined) return false
    if (isTakeable(first, now)) return true
    for (let above = rankOf(first.priority); above < rank; above += 1)
      if ((await takeRank(community, above, now, 1)).length > 0) return true
    return false
  }

  const overdue = async (community: CommunityId, priority: Priority, before: Instant, limit: number) => {
    const beginsWith = `${rankOf(priority)}#`
    const { items } = await table.query({ pk: workPartition(community), beginsWith, limit })
    return items
      .map((item) => recordOf<Work>(item))
      .filter(({ since }) => since < before)
      .toSorted((a, b) => (a.since < b.since ? -1 : 1))
  }

  const defer = async (work: Work, notBefore: Instant): Promise<Work | undefined> => {
    const later: Work = { ...work, notBefore, attempts: work.attempts + 1, token: table.ids.ordered() }
    if (work.notBefore === notBefore) {
      return (await table.put(rowOf(later), seen(work))) === 'done' ? later : undefined
    }
    const moved = await table.transact([
      { delete: keyOf(work), condition: seen(work) },
      { put: rowOf(later) },
    ])
    return moved.kind === 'done' ? later : undefined
  }

  /** One row of the whole partition says whether anything is left, and often that it is takeable. */
  const firstRow = async (community: CommunityId): Promise<Item | undefined> =>
    (await table.query({ pk: workPartition(community), limit: 1 })).items[0]

  const hasTakeable = async (community: CommunityId, token: string, now: Instant): Promise<boolean> => {
    const row = await firstRow(community)
    if (!row) {
      await table.delete(waitingKey(community), still('token', token))
      // A query beside a deferral's transaction may see neither its old row nor its new one: what shows now is announced again.
      if ((await firstRow(community)) !== undefined) await announce(community)
      return false
    }
    if (isTakeable(recordOf<Work>(row), now)) return true
    return (await take(community, now, 1)).length > 0
  }

  const waiting = async (now: Instant): Promise<readonly CommunityId[]> => {
    const rows = await collected(table.queryAll({ pk: waitingPartition }))
    const checked = await inParallel(rows, width, async (row) => {
      const community = communityId(row.sk)
      return (await hasTakeable(community, String(row.token), now)) ? [community] : []
    })
    return checked.flat()
  }

  return {
    ...createDueQueue(table),
    add,
    take,
    finish: async (work) => {
      await inParallel(work, width, (item) => table.delete(keyOf(item), seen(item)))
    },
    defer,
    moreUrgent,
    overdue,
    waiting,
  }
}
