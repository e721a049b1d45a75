/**
 * The peer's single table, with the access paths ours has: a user by id, by guard, and its groups by adjacency rows; a group by id, and its members by
 * adjacency rows. What is compared is what stands above them.
 */
export type PeerKey = { readonly pk: string; readonly sk: string }

export const self = '#'
export const membershipsPartition = (tenant: string, user: string): string => `T#${tenant}#UG#${user}`
export const membersPartition = (tenant: string, group: string): string => `T#${tenant}#GM#${group}`
export const userKey = (tenant: string, id: string): PeerKey => ({ pk: `T#${tenant}#U#${id}`, sk: self })
export const groupKey = (tenant: string, id: string): PeerKey => ({ pk: `T#${tenant}#G#${id}`, sk: self })
export const memberKey = (tenant: string, group: string, user: string): PeerKey => ({
  pk: membersPartition(tenant, group),
  sk: user,
})
export const membershipKey = (tenant: string, group: string, user: string): PeerKey => ({
  pk: membershipsPartition(tenant, user),
  sk: group,
})
export const guardKey = (tenant: string, by: 'userName' | 'externalId', value: string): PeerKey => ({
  pk: `T#${tenant}#${by}#${by === 'userName' ? value.toLowerCase() : value}`,
  sk: self,
})
/** In id order; rows without content, so that paging to a place reads little. */
export const listPartition = (tenant: string): string => `T#${tenant}#USERS`
export const listKey = (tenant: string, id: string): PeerKey => ({ pk: listPartition(tenant), sk: id })
export const countKey = (tenant: string): PeerKey => ({ pk: `T#${tenant}#COUNT`, sk: 'users' })
export const tokenKey = (tenant: string, id: string): PeerKey => ({ pk: `T#${tenant}#TOKEN`, sk: id })
