import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { communityId, connectionId, later } from '../../lib/core/ids.ts'
import type { LoginRequest, LoginRequests, Replays } from '../../lib/core/ports/logins.ts'
import { createLoginRequests, createReplays } from '../../lib/store/login-requests.ts'
import { freshConnection, type Opened, openStore } from './opened.ts'

let opened: Opened
let requests: LoginRequests
let replays: Replays
beforeAll(async () => {
  opened = await openStore()
  requests = createLoginRequests(opened.table)
  replays = createReplays(opened.table)
})
afterAll(() => opened.test.close())

const fresh = (more: Partial<LoginRequest> = {}): LoginRequest => ({
  connection: freshConnection(),
  id: `_${randomUUID()}`,
  handle: 'handle',
  browser: 'hash',
  community: communityId('soc'),
  returnTo: 'https://portal.example.test/',
  expiresAt: later(opened.clock.now(), 600),
  ...more,
})

describe('a login request', () => {
  it('is found by its connection and ID until it is used, and used once', async () => {
    const request = fresh()
    await requests.saveRequest(request)
    expect(await requests.request(request.connection, request.id)).toEqual(request)
    expect(await requests.request(connectionId('another'), request.id)).toBeUndefined()
    expect(await requests.request(request.connection, '_another')).toBeUndefined()
    const ends = await Promise.all([1, 2, 3, 4].map(() => requests.consumeRequest(request)))
    expect(ends.toSorted()).toEqual(['consumed', 'gone', 'gone', 'gone'])
    expect(await requests.request(request.connection, request.id)).toBeUndefined()
  })

  it('is over when its time is, though its row is still there', async () => {
    const request = fresh()
    await requests.saveRequest(request)
    opened.clock.advance(599)
    expect(await requests.request(request.connection, request.id)).toEqual(request)
    opened.clock.advance(2)
    expect(await requests.request(request.connection, request.id)).toBeUndefined()
    expect(await requests.consumeRequest(request)).toBe('gone')
  })
})

describe('a message', () => {
  it('is claimed once per connection, by whoever is first', async () => {
    const [connection, message, until] = [freshConnection(), randomUUID(), later(opened.clock.now(), 300)]
    const claims = await Promise.all([1, 2, 3, 4].map(() => replays.claimMessage(connection, message, until)))
    expect(claims.toSorted()).toEqual(['again', 'again', 'again', 'first'])
    expect(await replays.claimMessage(freshConnection(), message, until)).toBe('first')
    expect(await replays.claimMessage(connection, randomUUID(), until)).toBe('first')
  })

  it('is remembered for as long as it could be used, and no row has to be taken away for that', async () => {
    const [connection, message] = [freshConnection(), randomUUID()]
    const claim = () => replays.claimMessage(connection, message, later(opened.clock.now(), 300))
    expect(await claim()).toBe('first')
    opened.clock.advance(299)
    expect(await claim()).toBe('again')
    opened.clock.advance(2)
    expect(await claim()).toBe('first')
  })
})
