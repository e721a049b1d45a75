import { expect, test } from 'vitest'
import { createTransport } from '../../../lib/platforms/transport.ts'
import { fetchMetadata, type Get } from '../../../lib/saml/trust/fetch.ts'
import { scriptedServer } from '../../platforms/server.ts'

const answering =
  (exchange: Awaited<ReturnType<Get>>): Get =>
  async () =>
    exchange

test('the text of a 200, asked for once, with ten seconds and a megabyte', async () => {
  const asked: Parameters<Get>[0][] = []
  const get: Get = async (outgoing) => {
    asked.push(outgoing)
    return { kind: 'answered', status: 200, body: '<x/>' }
  }
  expect(await fetchMetadata(get, 'https://idp.example/m?app=1', false)).toBe('<x/>')
  expect(asked).toEqual([
    {
      method: 'GET',
      url: new URL('https://idp.example/m?app=1'),
      headers: expect.objectContaining({ 'user-agent': 'rolecall' }),
      seconds: 10,
      maximumBytes: 1024 * 1024,
    },
  ])
})

test.each([
  ['http://idp.example/m', 'must begin with https://'],
  ['https://127.0.0.1/m', 'leads to this machine'],
  ['https://[fe80::1]/m', 'is an address in numbers; names are used'],
  ['https://169.254.169.254/latest', 'is an address in numbers; names are used'],
  ['https://localhost./m', 'leads to this machine'],
  ['ftp://idp.example/', 'must begin with https://'],
  ['nothing', 'is not a URL'],
])('%s is never asked', async (address, rule) => {
  const get: Get = () => {
    throw new Error('asked')
  }
  expect(await fetchMetadata(get, address, false)).toMatchObject({ code: 'fetch.url', field: 'url', rule })
})

test.each<readonly [string, Awaited<ReturnType<Get>>, string]>([
  ['a private address behind the name', { kind: 'notSent', reason: 'E', forbidden: true }, 'fetch.address'],
  ['no such name', { kind: 'notSent', reason: 'ENOTFOUND', forbidden: false }, 'fetch.unreachable'],
  ['silence', { kind: 'unanswered', reason: 'timeout' }, 'fetch.unreachable'],
  ['too much', { kind: 'tooLarge' }, 'fetch.size'],
  ['a redirect', { kind: 'answered', status: 301, body: '' }, 'fetch.redirect'],
  ['a refusal', { kind: 'answered', status: 403, body: 'secret' }, 'fetch.status'],
  ['nothing new', { kind: 'answered', status: 204, body: '' }, 'fetch.status'],
])('%s has its code', async (_what, exchange, code) => {
  const found = await fetchMetadata(answering(exchange), 'https://idp.example/', false)
  expect(found).toMatchObject({ kind: 'problem', code })
  expect(JSON.stringify(found)).not.toContain('secret')
})

test('over the real way out: what a name leads to is looked at again when it is resolved', async () => {
  const server = await scriptedServer({ status: 200, body: '<x/>' })
  expect(await fetchMetadata(createTransport(true), server.url, true)).toBe('<x/>')
  expect(
    await fetchMetadata(createTransport(false), server.url.replace('127.0.0.1', 'localhost'), true),
  ).toMatchObject({
    code: 'fetch.address',
  })
  expect(server.seen).toHaveLength(1)
  await server.close()
})
