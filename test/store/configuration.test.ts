import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { instant, later } from '../../lib/core/ids.ts'
import type { ConfigurationStore, Credential } from '../../lib/core/ports/configuration.ts'
import { createConfigurationStore } from '../../lib/store/configuration.ts'
import { createCredentialStore } from '../../lib/store/credentials.ts'
import { firstOfMay as now } from '../support/clock.ts'
import { freshConnection, type Opened, openStore } from './opened.ts'

let opened: Opened
beforeEach(async () => {
  opened = await openStore()
})
afterEach(() => opened.test.close())

describe('configuration versions', () => {
  let store: ConfigurationStore
  beforeEach(() => {
    store = createConfigurationStore(opened.table)
  })

  it('are numbered from one; the last pushed is current', async () => {
    expect(await store.current()).toBeUndefined()
    expect(await store.history()).toEqual([])
    expect(await store.push('one', 0, 'ada', 'first')).toEqual({ kind: 'stored', number: 1 })
    opened.clock.advance(60)
    expect(await store.push('two ✓', 1, 'bea', 'second')).toEqual({ kind: 'stored', number: 2 })
    expect(await store.current()).toEqual({ number: 2, text: 'two ✓' })
    expect(await store.version(1)).toBe('one')
    expect(await store.version(3)).toBeUndefined()
    expect(await store.history()).toEqual([
      { number: 1, at: now, by: 'ada', note: 'first', current: false },
      { number: 2, at: later(now, 60), by: 'bea', note: 'second', current: true },
    ])
  })

  it('are refused when based on another than the current one', async () => {
    expect(await store.push('one', 1, 'ada', '')).toEqual({ kind: 'stale', current: 0 })
    await store.push('one', 0, 'ada', '')
    expect(await store.push('two', 0, 'bea', '')).toEqual({ kind: 'stale', current: 1 })
    expect(await store.current()).toEqual({ number: 1, text: 'one' })
  })

  it('are stored once when several are pushed on the same base at once', async () => {
    await store.push('base', 0, 'ada', '')
    const pushed = await Promise.all(
      ['a', 'b', 'c', 'd'].map((text) => createConfigurationStore(opened.another()).push(text, 1, text, '')),
    )
    expect(pushed.filter((result) => result.kind === 'stored')).toEqual([{ kind: 'stored', number: 2 }])
    expect(pushed.filter((result) => result.kind === 'stale')).toHaveLength(3)
    expect(await store.history()).toHaveLength(2)
  })

  it('can be rolled back, and what is pushed then gets a new number', async () => {
    await store.push('one', 0, 'ada', '')
    await store.push('two', 1, 'ada', '')
    expect(await store.makeCurrent(7, 'ada')).toBe('unknown')
    expect(await store.makeCurrent(1, 'ada')).toBe('done')
    expect(await store.current()).toEqual({ number: 1, text: 'one' })
    expect((await store.history()).map((version) => version.current)).toEqual([true, false])
    expect(await store.push('three', 2, 'ada', '')).toEqual({ kind: 'stale', current: 1 })
    expect(await store.push('three', 1, 'ada', '')).toEqual({ kind: 'stored', number: 3 })
    expect(await store.version(2)).toBe('two')
  })

  it('may be larger than an item, and the history does not read them', async () => {
    const text = randomBytes(700_000).toString('base64')
    await store.push(text, 0, 'ada', '')
    expect(await store.current()).toEqual({ number: 1, text })
    let units = 0
    const metered = createConfigurationStore(
      opened.another(opened.clock, (used) => {
        units += used
      }),
    )
    expect(await metered.history()).toHaveLength(1)
    expect(units).toBeLessThanOrEqual(2)
  })
})

describe('credentials', () => {
  const credential = (more: Partial<Credential> = {}): Credential => ({
    connection: freshConnection(),
    id: 'cred-1',
    hash: 'ab'.repeat(32),
    scope: 'scim',
    label: 'okta',
    createdAt: now,
    createdBy: 'ada',
    expiresAt: instant(Date.UTC(2027, 0)),
    ...more,
  })

  it('are kept per connection', async () => {
    const store = createCredentialStore(opened.table)
    const one = credential()
    const two = credential({ connection: one.connection, id: 'cred-2', scope: 'hooks' })
    await store.saveCredential(one)
    await store.saveCredential(two)
    expect(await store.credential(one.connection, 'cred-1')).toEqual(one)
    expect(await store.credential(freshConnection(), 'cred-1')).toBeUndefined()
    expect(await store.credentials(one.connection)).toEqual([one, two])
  })

  it('are revoked for good, also by who read them before', async () => {
    const store = createCredentialStore(opened.table)
    const read = credential()
    await store.saveCredential(read)
    const revoked = { ...read, revokedAt: later(now, 5) }
    await store.saveCredential(revoked)
    await store.saveCredential(revoked)
    await expect(store.saveCredential({ ...read, label: 'renamed' })).rejects.toMatchObject({
      code: 'forbidden',
    })
    expect(await store.credential(read.connection, read.id)).toEqual(revoked)
  })

  it('are marked used at most once a day, never created by that, and keep it when saved', async () => {
    let writes = 0
    const store = createCredentialStore(
      opened.another(opened.clock, (used) => {
        writes += used
      }),
    )
    const fresh = credential()
    await store.saveCredential(fresh)
    await store.markUsed(fresh, '2026-05-02')
    const used = { ...fresh, lastUsed: '2026-05-02' }
    expect(await store.credential(fresh.connection, fresh.id)).toEqual(used)
    writes = 0
    await store.markUsed(used, '2026-05-02')
    expect(writes).toBe(0)
    await store.markUsed(fresh, '2026-05-01')
    await store.saveCredential({ ...fresh, label: 'renamed' })
    expect(await store.credential(fresh.connection, fresh.id)).toEqual({ ...used, label: 'renamed' })
    await store.markUsed(credential({ connection: fresh.connection, id: 'unknown' }), '2026-05-02')
    expect(await store.credential(fresh.connection, 'unknown')).toBeUndefined()
  })
})
