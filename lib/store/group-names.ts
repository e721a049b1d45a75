import type { Group } from '../core/member.ts'
import type { GroupWrite } from '../core/ports/directory.ts'
import { absent, still } from './conditions.ts'
import { groupOf, type OwnGroup, ownGroupOf, readSide } from './group-items.ts'
import { displayNameKey, displayNamePartition, groupExternalIdGuard, groupKey } from './keys.ts'
import { isLive } from './member-items.ts'
import type { Item, Table, TransactItem } from './table-client.ts'

export type NameMoves =
  | { readonly kind: 'moves'; readonly items: readonly TransactItem[] }
  | Extract<GroupWrite, { readonly kind: 'taken' }>

const displayNameMoves = (before: OwnGroup | undefined, next: OwnGroup): readonly TransactItem[] => {
  const keyFor = ({ connection, displayName, id }: OwnGroup) => displayNameKey(connection, displayName, id)
  const partitionOf = ({ connection, displayName }: OwnGroup) => displayNamePartition(connection, displayName)
  const old = before && isLive(before) ? before : undefined
  const wanted = isLive(next) ? next : undefined
  if (old && wanted && partitionOf(old) === partitionOf(wanted)) return []
  return [...(wanted ? [{ put: keyFor(wanted) }] : []), ...(old ? [{ delete: keyFor(old) }] : [])]
}

/** Who holds this externalId, if it is a live group. */
const holderOf = async (table: Table, next: OwnGroup, guard: Item): Promise<Group | undefined> => {
  const item = await table.get(groupKey(next.connection, String(guard.id) as Group['id']))
  const own = item && ownGroupOf(item)
  return own && isLive(own) ? groupOf(own, await readSide(table, own.connection, own.id)) : undefined
}

/**
 * Look-up and guard follow the group's names; a deleted group lets go of both. Mostly nobody holds the new name: only when the transaction said
 * otherwise (`look`) is it worth a read.
 */
export const moveNames = async (
  table: Table,
  before: OwnGroup | undefined,
  next: OwnGroup,
  look: boolean,
): Promise<NameMoves> => {
  const old = before?.externalId
  const wanted = isLive(next) ? next.externalId : undefined
  const items = [...displayNameMoves(before, next)]
  if (old === wanted) return { kind: 'moves', items }
  if (old !== undefined)
    items.push({ delete: groupExternalIdGuard(next.connection, old), condition: still('id', next.id) })
  if (wanted !== undefined) {
    const key = groupExternalIdGuard(next.connection, wanted)
    const guard = look ? await table.get(key) : undefined
    const by = guard && (await holderOf(table, next, guard))
    if (by) return { kind: 'taken', attribute: 'externalId', by }
    const condition = guard ? still('id', String(guard.id)) : absent
    items.push({ put: { ...key, id: next.id }, condition })
  }
  return { kind: 'moves', items }
}
