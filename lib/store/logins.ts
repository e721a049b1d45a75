import type { Stamp } from '../core/audit.ts'
import { ConnectorError } from '../core/errors.ts'
import { type ConnectionId, type MemberId, memberId } from '../core/ids.ts'
import type { Login } from '../core/login.ts'
import type { LoginSaved, LoginStore, LoginTold } from '../core/ports/logins.ts'
import { inParallel } from './batches.ts'
import { absent, still } from './conditions.ts'
import { identityGuard, isResourceId, loginKey, loginPartition, prefixOf } from './keys.ts'
import { asRead, loginItem, loginOf } from './login-items.ts'
import { auditPuts, duePut } from './stamped-items.ts'
import type { Condition, Item, Table, TransactItem } from './table-client.ts'
import { readTotals } from './totals.ts'

const width = 16
const attempts = 8

/** Nobody's yet, or this member's already. */
const ownOrNobodys = (member: MemberId): Condition => ({
  expression: 'attribute_not_exists(#pk) OR #id = :id',
  names: { '#pk': 'pk', '#id': 'id' },
  values: { ':id': member },
})

/** A new identity's guard. */
const linksOf = (
  before: Login | undefined,
  { connection, member, identity }: Login,
): readonly TransactItem[] =>
  identity === undefined || before?.identity !== undefined
    ? []
    : [{ put: { ...identityGuard(connection, identity), id: member }, condition: ownOrNobodys(member) }]

const toldItems = (
  table: Table,
  stamp: Stamp,
  { member }: Login,
  linked: boolean,
  { news, statement, concerning, shown, attributes }: LoginTold,
): readonly TransactItem[] => [
  ...(news ? [duePut(table.ids, stamp, { kind: 'member', member })] : []),
  ...auditPuts(table, stamp, {
    kind: 'loginShown',
    member,
    ...(linked ? { linked } : {}),
    groups: statement,
    concerning,
    shown,
    attributes,
  }),
]

/** The record of each member's logins: one item, so that a login costs the same whatever it shows and however many there are. */
export const createLoginStore = (table: Table): LoginStore => {
  const linkedElsewhere: LoginSaved = { kind: 'linkedElsewhere' }
  const saveAlone = async (item: Item, condition: Condition, login: Login): Promise<LoginSaved> =>
    (await table.put(item, condition)) === 'done' ? { kind: 'saved', login } : { kind: 'stale' }

  const saveLogin: LoginStore['saveLogin'] = async (stamp, before, after, told) => {
    const known = before?.identity
    if (known !== undefined && known !== after.identity) return linkedElsewhere
    const links = linksOf(before, after)
    const item = await loginItem(after)
    const condition = before === undefined ? absent : asRead(before)
    if (links.length === 0 && told === undefined) return saveAlone(item, condition, after)
    const trail = told === undefined ? [] : toldItems(table, stamp, after, links.length > 0, told)
    const result = await table.transact([{ put: item, condition }, ...links, ...trail])
    if (result.kind === 'done') return { kind: 'saved', login: after }
    // Of a record that moved on, the next look says whose the identity is.
    return result.reasons[0] === 'conditionFailed' ? { kind: 'stale' } : linkedElsewhere
  }

  const login: LoginStore['login'] = async (c, id) => {
    const item = isResourceId(id) ? await table.get(loginKey(c, id)) : undefined
    return item && loginOf(item)
  }

  const unlink: LoginStore['unlink'] = async (stamp, given, reason) => {
    const { connection, member } = given
    let before: Login | undefined = given
    for (let attempt = 0; attempt < attempts; attempt += 1) {
      // Unlinked meanwhile, or linked anew: nobody meant that identity.
      if (before?.identity === undefined || before.identity !== given.identity) return
      const { identity, ...rest } = before
      const result = await table.transact([
        { put: await loginItem(rest), condition: asRead(before) },
        { delete: identityGuard(connection, identity), condition: still('id', member) },
        ...auditPuts(table, stamp, { kind: 'identityUnlinked', member, reason }),
      ])
      if (result.kind === 'done') return
      await table.pause(attempt)
      before = await login(connection, member)
    }
    throw new ConnectorError('storeConflict', 'logins of this member keep coming: try again', {
      retryAfter: 1,
    })
  }

  /**
   * Only where somebody lives. One part after the other while they are full, more at once the emptier they are: nearly nothing is read twice.
   */
  const scanItems = async (c: ConnectionId, wanted: number, after?: string): Promise<readonly Item[]> => {
    const totals = await readTotals(table, c, 'U')
    const start = after === undefined ? '' : prefixOf(after)
    const parts = [...totals].flatMap(([prefix, live]) =>
      prefix === start || (prefix > start && live > 0) ? [prefix] : [],
    )
    const found: Item[] = []
    let at = 0
    let rest = after
    let wave = 1
    while (at < parts.length && found.length < wanted) {
      const missing = wanted - found.length
      const pages = await inParallel(parts.slice(at, at + wave), width, async (prefix) => {
        const from = rest !== undefined && prefixOf(rest) === prefix ? { after: rest } : {}
        return table.query({ pk: loginPartition(c, prefix), limit: missing, ...from })
      })
      rest = undefined
      const cut = pages.findIndex(({ next }) => next !== undefined)
      const whole = cut < 0 ? pages : pages.slice(0, cut + 1)
      for (const { items } of whole) found.push(...items)
      rest = whole.at(-1)?.next
      at += rest === undefined ? whole.length : whole.length - 1
      const each = Math.max(1, found.length / Math.max(1, at))
      wave = Math.max(1, Math.min(width, Math.floor((wanted - found.length) / each)))
    }
    return found
  }

  return {
    login,
    logins: async (c, ids) => {
      const items = await table.batchGet(ids.filter(isResourceId).map((id) => loginKey(c, id)))
      const found = await inParallel(items, width, loginOf)
      return new Map(found.map((login) => [login.member, login]))
    },
    scanLogins: async (c, limit, after) => {
      // One more than asked for shows whether there is a next page.
      const items = await scanItems(c, limit + 1, after)
      const page = await inParallel(items.slice(0, limit), width, loginOf)
      const last = page.at(-1)
      return { items: page, ...(items.length > limit && last ? { next: last.member } : {}) }
    },
    linkedTo: async (c, identity) => {
      const guard = await table.get(identityGuard(c, identity))
      return guard && memberId(String(guard.id))
    },
    saveLogin,
    unlink,
  }
}
