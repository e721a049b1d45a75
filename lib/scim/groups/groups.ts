import { groupId } from '../../core/ids.ts'
import type { Group } from '../../core/member.ts'
import { mapBounded } from '../bounded.ts'
import { membershipUrn } from '../definitions.ts'
import type { Exchange } from '../exchange.ts'
import { type Projection, wants } from '../projection.ts'
import { renderGroup } from '../rendering.ts'
import { resourceType } from '../resource-type.ts'
import { isUuid } from '../resources.ts'
import { groupSchema } from '../schema.ts'
import { lookups } from './lookups.ts'
import { maximumInline, readMembers } from './members.ts'
import { renderForSearch } from './search.ts'
import { create, patch, remove, replace } from './write.ts'

const render = (exchange: Exchange, groups: readonly Group[], projection: Projection) =>
  mapBounded(groups, 8, async (group) => {
    const members = wants(projection, 'members')
      ? await readMembers(exchange, group)
      : ({ kind: 'unasked' } as const)
    return renderGroup(exchange.request.baseUrl, group, members)
  })

// Two ids, an address and their names, with every quotation mark escaped.
const bytesPerMember = 200

/** RFC 7643 §4.2. */
export const groups = resourceType<Group>({
  schema: groupSchema,
  lookups,
  derived: new Set(['members', membershipUrn]),
  read: async ({ directory, request }, id) =>
    isUuid(id) ? directory.group(request.connection, groupId(id)) : undefined,
  list: ({ directory, request }, startIndex, count) =>
    directory.listGroups(request.connection, startIndex, count),
  scan: ({ directory, request }, limit, after) => directory.scanGroups(request.connection, limit, after),
  weight: ({ memberCount }, projection) =>
    wants(projection, 'members') && memberCount <= maximumInline ? memberCount * bytesPerMember : 0,
  render,
  renderForSearch,
  create,
  replace,
  patch,
  remove,
  patchesSilently: true,
})
