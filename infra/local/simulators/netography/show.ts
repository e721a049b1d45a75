import type { Answer } from './routing.ts'
import { type Account, listCap, nodeOf, type Role, type World } from './world.ts'

type Identified = { readonly id: string }

/** Lists of users and roles: an array by the prose, an object by the schema; 1,000 items at most. */
export const shownList = (world: World, name: string, items: readonly Identified[]): Answer => {
  const shown = items.slice(0, listCap)
  const data = {
    array: shown,
    byId: Object.fromEntries(shown.map((item) => [item.id, item])),
    wrapped: { [name]: shown },
  }[world.switches.listData]
  return { status: 200, body: { meta: { code: 200, count: shown.length }, data } }
}

export const shownRole = (
  world: World,
  { portal, ...role }: Role,
): Readonly<Record<string, unknown>> & Identified =>
  world.switches.portalFlags === 'shown'
    ? { ...role, canSendNetoDNS: portal.sendNetoDNS, canViewAuditLogs: portal.viewAuditLogs }
    : role

export const shownAccount = (world: World, account: Account): Readonly<Record<string, unknown>> => {
  const children = world.accounts.filter(({ parent }) => parent === account.shortname)
  return {
    id: account.id,
    shortname: account.shortname,
    billing: {
      data_retention: account.retention,
      rollup_retention: account.rollupRetention,
      trial: account.trial,
    },
    ingest_ip: '192.0.2.1',
    ingest_port: 2055,
    reseller: {
      children: children.map(({ shortname }) => shortname),
      is_parent: children.length > 0,
      node: nodeOf(world, account),
      parent: account.parent,
    },
  }
}
