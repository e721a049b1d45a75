import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  guardedLookup,
  isAllowedAddress,
  platformUrl,
  privateAddressCode,
} from '../../lib/platforms/address.ts'

describe('addresses', () => {
  it.each([
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    'fe80::1',
    'fd00::1',
    'ff02::1',
    '::ffff:10.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '::a00:1',
    '::7f00:1',
    '::ffff:0:a00:1',
    'fec0::1',
    '3fff::1',
    '5f00::1',
    'not an address',
  ])('%s is never connected to', (address) => {
    expect(isAllowedAddress(address, false)).toBe(false)
    expect(isAllowedAddress(address, true)).toBe(false)
  })

  it.each(['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1'])('%s only in local mode', (address) => {
    expect(isAllowedAddress(address, false)).toBe(false)
    expect(isAllowedAddress(address, true)).toBe(true)
  })

  it.each(['51.15.1.1', '172.32.0.1', '2606:4700::1111'])('%s is public', (address) => {
    expect(isAllowedAddress(address, false)).toBe(true)
  })

  it('no spelling of a private IPv4 address gets through', () => {
    const octet = fc.integer({ min: 0, max: 255 })
    fc.assert(
      fc.property(octet, octet, octet, (b, c, d) => {
        expect(isAllowedAddress(`10.${b}.${c}.${d}`, true)).toBe(false)
        expect(isAllowedAddress(`::ffff:10.${b}.${c}.${d}`, true)).toBe(false)
        expect(() => platformUrl(`https://${((10 << 24) | (b << 16) | (c << 8) | d) >>> 0}/`, true)).toThrow(
          /private/,
        )
      }),
    )
  })
})

describe('base URLs', () => {
  it.each([
    ['https://api.sekoia.io', 'https://api.sekoia.io'],
    ['https://api.sekoia.io/', 'https://api.sekoia.io'],
    ['https://app.fra2.sekoia.io/api//', 'https://app.fra2.sekoia.io/api'],
    ['HTTPS://API.Sekoia.IO:443/', 'https://api.sekoia.io'],
  ])('%s is %s', (given, url) => {
    expect(platformUrl(given, false)).toBe(url)
  })

  it.each([
    ['api.sekoia.io', /not a URL/],
    ['http://api.sekoia.io', /https/],
    ['ftp://api.sekoia.io', /https/],
    ['https://user:secret@api.sekoia.io', /credentials/],
    ['https://api.sekoia.io?x=1', /query/],
    ['https://10.0.0.1', /private/],
    ['https://[::1]', /private/],
    ['https://127.0.0.1', /private/],
    ['https://localhost', /this machine/],
    ['https://0x7f.1', /private/],
  ])('%s is refused', (given, why) => {
    expect(() => platformUrl(given, false)).toThrow(why)
  })

  it('http is for the own machine, in local mode', () => {
    expect(platformUrl('http://127.0.0.1:8081/sekoia', true)).toBe('http://127.0.0.1:8081/sekoia')
    expect(platformUrl('http://localhost:8081/sekoia', true)).toBe('http://localhost:8081/sekoia')
    expect(() => platformUrl('http://10.0.0.1', true)).toThrow(/https/)
    expect(() => platformUrl('http://127.0.0.1:8081', false)).toThrow(/https/)
  })
})

describe('names', () => {
  const resolve = (allowLoopback: boolean, all: boolean) =>
    new Promise<unknown>((done) => {
      guardedLookup(allowLoopback)('localhost', { all }, (error, address) => done(error?.code ?? address))
    })

  it('are judged by what they resolve to', async () => {
    expect(await resolve(false, true)).toBe(privateAddressCode)
    expect(await resolve(false, false)).toBe(privateAddressCode)
    expect(await resolve(true, false)).toMatch(/^(127\.0\.0\.1|::1)$/)
  })
})
