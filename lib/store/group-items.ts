import type { ConnectionId, GroupId, Instant } from '../core/ids.ts'
import type { Group } from '../core/member.ts'
import type { GroupDraft } from '../core/ports/directory.ts'
import { bareAttributes, changedNames } from './attributes-text.ts'
import { groupKey, groupSidePartition } from './keys.ts'
import { recordOf, withRecord } from './records.ts'
import type { Item, Table } from './table-client.ts'

/** The group's own item: `version` counts its own changes only. */
export type OwnGroup = Omit<Group, 'memberCount'>

export const groupItem = (own: OwnGroup): Item => ({
  ...withRecord(groupKey(own.connection, own.id), own),
  version: own.version,
  ...(own.deletedAt === undefined ? {} : { deletedAt: own.deletedAt }),
})

export const ownGroupOf = (item: Item): OwnGroup => {
  const record = recordOf<OwnGroup>(item)
  return { ...record, attributes: bareAttributes(record.attributes) }
}

/** What stands beside a group: its sharded counters added up, and the intents not yet rolled forward, oldest first. */
export type Side = {
  readonly version: number
  readonly count: number
  readonly at?: Instant
  readonly intents: readonly string[]
}
export const emptySide: Side = { version: 0, count: 0, intents: [] }

const latest = (a: Instant | undefined, b: Instant | undefined): Instant | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a

const withRow = (side: Side, row: Item): Side => {
  const [kind, name = ''] = row.sk.split('#')
  if (kind === 'I') return { ...side, intents: [...side.intents, name] }
  const at = latest(side.at, row.at as Instant)
  const version = side.version + Number(row.version ?? 0)
  return { ...side, version, count: side.count + Number(row.n ?? 0), ...(at === undefined ? {} : { at }) }
}

export const readSide = async (table: Table, c: ConnectionId, id: GroupId): Promise<Side> => {
  let side = emptySide
  for await (const row of table.queryAll({ pk: groupSidePartition(c, id) })) side = withRow(side, row)
  return side
}

export const groupOf = (own: OwnGroup, side: Side): Group => ({
  ...own,
  version: own.version + side.version,
  memberCount: side.count,
  lastModified: latest(own.lastModified, side.at) ?? own.lastModified,
})

const flat = ({ displayName, externalId, attributes }: GroupDraft): object => ({
  ...Object.fromEntries(Object.entries(attributes)),
  displayName,
  ...(externalId === undefined ? {} : { externalId }),
})
export const groupChanges = (before: GroupDraft, after: GroupDraft): readonly string[] =>
  changedNames(flat(before), flat(after))

/** What rules match by: only these reach the people in the group. */
export const namesGroup = (changed: readonly string[]): boolean =>
  changed.includes('displayName') || changed.includes('externalId')

export const nextGroup = (before: OwnGroup, draft: GroupDraft, at: Instant): OwnGroup => ({
  connection: before.connection,
  id: before.id,
  displayName: draft.displayName,
  ...(draft.externalId === undefined ? {} : { externalId: draft.externalId }),
  attributes: draft.attributes,
  version: before.version + 1,
  created: before.created,
  lastModified: at,
})
