import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ConnectionId, later, memberId } from '../../lib/core/ids.ts'
import type { Login } from '../../lib/core/login.ts'
import type { LoginStore, LoginTold } from '../../lib/core/ports/logins.ts'
import { createAuditLog } from '../../lib/store/audit.ts'
import { inParallel } from '../../lib/store/batches.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { loginKey, prefixes } from '../../lib/store/keys.ts'
import { createLoginStore } from '../../lib/store/logins.ts'
import type { Table } from '../../lib/store/table-client.ts'
import { countResource } from '../../lib/store/totals.ts'
import { createUpkeep } from '../../lib/store/upkeep.ts'
import { createWorkQueue } from '../../lib/store/work-queue.ts'
import { firstOfMay as now } from '../support/clock.ts'
import { freshConnection, freshMember, type Opened, openStore } from './opened.ts'

let opened: Opened
let store: LoginStore
beforeAll(async () => {
  opened = await openStore()
  store = createLoginStore(opened.table)
})
afterAll(() => opened.test.close())

const stampIn = (connection: ConnectionId) => ({
  connection,
  actor: { kind: 'login', by: 'saml' } as const,
  requestId: randomUUID(),
  at: now,
})
const loginIn = (connection: ConnectionId, more: Partial<Login> = {}): Login => ({
  connection,
  member: freshMember(),
  life: 1,
  at: now,
  attributes: Object.create(null),
  ...more,
})
const told: LoginTold = {
  news: true,
  statement: 'present',
  concerning: ['SOC'],
  shown: 2,
  attributes: ['department'],
}
/** A login of somebody whom the directory counts. */
const alive = async (login: Login): Promise<void> => {
  await opened.table.transact([countResource(login.connection, 'U', login.member, 1)])
  await store.saveLogin(stampIn(login.connection), undefined, login)
}
const dueOf = async (login: Login) => {
  const due = await createWorkQueue(opened.table).dueBefore(later(now, 3600), 10_000)
  return due.filter((one) => one.kind === 'member' && one.member === login.member)
}
const trailOf = async ({ connection, member: id }: Login) =>
  (await createAuditLog(opened.table).about({ kind: 'member', id, connection }, 10)).map(({ event }) => event)
const asked = async (work: () => Promise<unknown>): Promise<readonly string[]> => {
  const before = opened.test.requests.length
  await work()
  return opened.test.requests.slice(before).map(({ operation }) => operation.replace('Item', ''))
}

describe('the record of logins', () => {
  it('is saved with its guard, its due item and its trail at once, and found by member and by identity', async () => {
    const c = freshConnection()
    const identity = randomUUID()
    const login = loginIn(c, { identity, groups: { at: now, values: ['SOC', 'Chess'] } })
    expect(await store.login(c, login.member)).toBeUndefined()
    const save = () => store.saveLogin(stampIn(c), undefined, login, told)
    expect(await asked(save)).toEqual(['TransactWrites'])
    expect(await store.login(c, login.member)).toEqual(login)
    expect(await store.linkedTo(c, identity)).toBe(login.member)
    expect(await store.linkedTo(freshConnection(), identity)).toBeUndefined()
    expect(await dueOf(login)).toMatchObject([{ kind: 'member', connection: c }])
    expect(await trailOf(login)).toEqual([
      {
        kind: 'loginShown',
        member: login.member,
        linked: true,
        groups: 'present',
        concerning: ['SOC'],
        shown: 2,
        attributes: ['department'],
      },
    ])
  })

  it('is renewed alone where there is nothing to tell, by one write', async () => {
    const c = freshConnection()
    const login = loginIn(c, { identity: randomUUID(), groups: { at: now, values: ['SOC'] } })
    await store.saveLogin(stampIn(c), undefined, login, { ...told, news: false })
    expect(await dueOf(login)).toEqual([])
    const next = { ...login, at: later(now, 60), groups: { at: later(now, 60), values: ['SOC'] } }
    expect(await asked(() => store.saveLogin(stampIn(c), login, next))).toEqual(['Put'])
    expect(await store.login(c, login.member)).toEqual(next)
    expect(await trailOf(login)).toHaveLength(1)
  })

  it('is nobody’s to overwrite who has not read it', async () => {
    const c = freshConnection()
    const login = loginIn(c, { identity: randomUUID() })
    await store.saveLogin(stampIn(c), undefined, login)
    const stale = { kind: 'stale' }
    expect(await store.saveLogin(stampIn(c), undefined, login, told)).toEqual(stale)
    const second = { ...login, at: later(now, 1) }
    expect(await store.saveLogin(stampIn(c), login, second)).toMatchObject({ kind: 'saved' })
    expect(await store.saveLogin(stampIn(c), login, { ...login, at: later(now, 2) })).toEqual(stale)
    expect(await store.saveLogin(stampIn(c), login, { ...login, at: later(now, 2) }, told)).toEqual(stale)
    expect(await dueOf(login)).toEqual([])
    // What was read by another process is the same record.
    const read = await createLoginStore(opened.another()).login(c, login.member)
    expect(await store.saveLogin(stampIn(c), read, { ...second, at: later(now, 3) })).toMatchObject({
      kind: 'saved',
    })
  })

  it('has an identity that is nobody else’s, and one for good', async () => {
    const c = freshConnection()
    const identity = randomUUID()
    const login = loginIn(c, { identity })
    await store.saveLogin(stampIn(c), undefined, login)
    const other = loginIn(c, { identity })
    expect(await store.saveLogin(stampIn(c), undefined, other, told)).toEqual({ kind: 'linkedElsewhere' })
    expect(await store.login(c, other.member)).toBeUndefined()
    const changed = { ...login, identity: randomUUID() }
    expect(await store.saveLogin(stampIn(c), login, changed)).toEqual({ kind: 'linkedElsewhere' })
    // The same identity in another connection is another person’s.
    const elsewhere = freshConnection()
    const theirs = loginIn(elsewhere, { identity })
    expect(await store.saveLogin(stampIn(elsewhere), undefined, theirs)).toMatchObject({ kind: 'saved' })
  })

  it('of many at once that link one identity keeps exactly one', async () => {
    const c = freshConnection()
    const identity = randomUUID()
    const all = Array.from({ length: 12 }, () => loginIn(c, { identity }))
    const saved = await Promise.all(all.map((one) => store.saveLogin(stampIn(c), undefined, one, told)))
    expect(saved.filter(({ kind }) => kind === 'saved')).toHaveLength(1)
    const holder = await store.linkedTo(c, identity)
    const kept = await store.logins(
      c,
      all.map(({ member }) => member),
    )
    expect([...kept.keys()]).toEqual([holder])
  })

  it('is linked by nobody any more after an operator’s act, and keeps what it showed', async () => {
    const c = freshConnection()
    const identity = randomUUID()
    const login = loginIn(c, { identity, groups: { at: now, values: ['SOC'] } })
    await store.saveLogin(stampIn(c), undefined, login)
    const newer = { ...login, at: later(now, 5) }
    await store.saveLogin(stampIn(c), login, newer)
    // Somebody logged in since the operator looked.
    await store.unlink({ ...stampIn(c), actor: { kind: 'operator', label: 'ops' } }, login, 'renamed')
    const { identity: _, ...rest } = newer
    expect(await store.login(c, login.member)).toEqual(rest)
    expect(await store.linkedTo(c, identity)).toBeUndefined()
    expect((await trailOf(login))[0]).toEqual({
      kind: 'identityUnlinked',
      member: login.member,
      reason: 'renamed',
    })
    await store.unlink(stampIn(c), login, 'twice')
    expect(await trailOf(login)).toHaveLength(1)
    expect(await store.saveLogin(stampIn(c), rest, { ...rest, identity })).toMatchObject({ kind: 'saved' })
  })

  it('holds a thousand groups in one item, and costs one request to read and one to write', async () => {
    const c = freshConnection()
    const values = Array.from({ length: 1000 }, () => `${randomUUID()}${randomUUID()}`.slice(0, 64))
    const attributes = Object.assign(Object.create(null), {
      __proto__x: { at: now, values: ['a'] },
      department: { at: now, values: ['Audit'] },
    })
    const login = loginIn(c, { identity: randomUUID(), groups: { at: now, values }, attributes })
    expect(await asked(() => store.saveLogin(stampIn(c), undefined, login, told))).toEqual(['TransactWrites'])
    const item = await opened.table.get(loginKey(c, login.member))
    const packed = item?.packed instanceof Uint8Array ? item.packed.length : undefined
    expect(packed).toBeGreaterThan(0)
    expect(packed).toBeLessThan(100_000)
    expect(await asked(() => store.login(c, login.member))).toEqual(['Get'])
    expect(await store.login(c, login.member)).toEqual(login)
    expect(await asked(() => store.linkedTo(c, login.identity ?? ''))).toEqual(['Get'])
  })

  it('keeps attributes of any name on a bare object', async () => {
    const c = freshConnection()
    const attributes = Object.create(null) as Record<string, { at: typeof now; values: readonly string[] }>
    for (const name of ['__proto__', 'constructor', '7']) attributes[name] = { at: now, values: [name] }
    const login = loginIn(c, { attributes })
    await store.saveLogin(stampIn(c), undefined, login)
    const read = await store.login(c, login.member)
    expect(Object.keys(read?.attributes ?? {}).toSorted()).toEqual(['7', '__proto__', 'constructor'])
    expect(Object.getPrototypeOf(read?.attributes)).toBeNull()
    expect(await store.saveLogin(stampIn(c), read, { ...login, at: later(now, 1) })).toMatchObject({
      kind: 'saved',
    })
  })

  it('is read of everybody page by page, each once, however they are spread', async () => {
    const c = freshConnection()
    const crowd = (count: number, prefix?: string) =>
      Array.from({ length: count }, () => {
        const id = randomUUID()
        return loginIn(c, { member: memberId(prefix === undefined ? id : `${prefix}${id.slice(2)}`) })
      })
    const all = [...crowd(60), ...crowd(30, '07'), ...crowd(30, 'ff')]
    for (const login of all) await alive(login)
    for (const limit of [1, 7, 30, 500]) {
      const seen: string[] = []
      let after: string | undefined
      do {
        const page = await store.scanLogins(c, limit, after)
        expect(page.items.length).toBeLessThanOrEqual(limit)
        seen.push(...page.items.map(({ member }) => member))
        after = page.next
      } while (after !== undefined)
      expect(seen).toEqual(all.map(({ member }) => member).toSorted())
    }
    expect(await store.scanLogins(freshConnection(), 10)).toEqual({ items: [] })
  })

  it('is read of everybody by a request for each part of the ids, and hardly any row twice', async () => {
    const c = freshConnection()
    const all = prefixes.flatMap((prefix) =>
      [0, 1].map(() => loginIn(c, { member: memberId(`${prefix}${randomUUID().slice(2)}`) })),
    )
    await inParallel(all, 32, alive)
    const answers: number[] = []
    const counting: Table = {
      ...opened.table,
      query: async (asked) => {
        const page = await opened.table.query(asked)
        answers.push(page.items.length)
        return page
      },
    }
    const scan = async (limit: number) => {
      answers.splice(0)
      const { scanLogins } = createLoginStore(counting)
      let page = await scanLogins(c, limit)
      let found = page.items.length
      while (page.next !== undefined) {
        page = await scanLogins(c, limit, page.next)
        found += page.items.length
      }
      expect(found).toBe(all.length)
      return [answers.length, answers.reduce((sum, rows) => sum + rows, 0)]
    }
    expect(await scan(1000)).toEqual([256, 512])
    expect(await scan(50)).toEqual([276, 531])
    // Nobody is looked for where nobody is.
    const few = freshConnection()
    const three = ['00', '7f', 'ff'].map((prefix) =>
      loginIn(few, { member: memberId(`${prefix}${randomUUID().slice(2)}`) }),
    )
    for (const login of three) await alive(login)
    const cost = await asked(async () => expect((await store.scanLogins(few, 250)).items).toHaveLength(3))
    expect(cost).toEqual(['Query', 'Query', 'Query', 'Query'])
  })

  it('of a deleted member keeps whose the identity is, and nothing of what was shown', async () => {
    const directory = createDirectory(opened.table)
    const c = freshConnection()
    const write = await directory.createMember(stampIn(c), {
      userName: 'anna@demo.test',
      active: true,
      attributes: {},
    })
    if (write.kind !== 'written') throw new Error('not written')
    const { member } = write
    const identity = randomUUID()
    const shown = {
      groups: { at: now, values: ['SOC'] },
      attributes: { department: { at: now, values: ['Audit'] } },
    }
    const login = loginIn(c, { member: member.id, identity, ...shown })
    await store.saveLogin(stampIn(c), undefined, login, told)
    const purge = () => createUpkeep(opened.table).purge(c, { kind: 'member', id: member.id }, 100)
    // Whoever lives keeps theirs.
    expect(await purge()).toBe(true)
    expect(await store.login(c, member.id)).toEqual(login)
    await directory.deleteMember(stampIn(c), member)
    expect(await purge()).toBe(true)
    const kept = { connection: c, member: member.id, life: 1, identity, at: now, attributes: {} }
    expect(await store.login(c, member.id)).toEqual(kept)
    expect(JSON.stringify(await opened.table.get(loginKey(c, member.id)))).not.toMatch(/SOC|Audit/)
    expect(await store.linkedTo(c, identity)).toBe(member.id)
    // Once more is nothing more; whoever never logged in has nothing.
    expect(await asked(purge)).not.toContain('Put')
    expect(await store.login(c, member.id)).toEqual(kept)
  })

  it('is nobody’s under an id that cannot be one', async () => {
    const c = freshConnection()
    expect(await store.login(c, memberId('../x'))).toBeUndefined()
    expect(await store.logins(c, [memberId('nobody')])).toEqual(new Map())
  })
})
