/** The peer's single table: a user stands with the groups it is in, a group with its members, so that one query reads either. */
export type PeerKey = { readonly pk: string; readonly sk: string }

export const self = '#'
export const userPartition = (tenant: string, id: string): string => `T#${tenant}#U#${id}`
export const groupPartition = (tenant: string, id: string): string => `T#${tenant}#G#${id}`
export const userKey = (tenant: string, id: string): PeerKey => ({ pk: userPartition(tenant, id), sk: self })
export const groupKey = (tenant: string, id: string): PeerKey => ({
  pk: groupPartition(tenant, id),
  sk: self,
})
export const memberKey = (tenant: string, group: string, user: string): PeerKey => ({
  pk: groupPartition(tenant, group),
  sk: `M#${user}`,
})
export const membershipKey = (tenant: string, group: string, user: string): PeerKey => ({
  pk: userPartition(tenant, user),
  sk: `G#${group}`,
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
