import { type LookupAddress, type LookupOptions, lookup } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import { ConnectorError } from '../core/errors.ts'

/**
 * Where we may connect to. Base URLs come from configuration, so each one must be https and must not lead into a private network, whatever
 * its name resolves to at the moment of connecting.
 */
const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** IANA special-purpose registries (RFC 6890): nothing in them is a public service. */
const reserved = new BlockList()
const ipv4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
// Translation and tunnel prefixes hide an IPv4 address in them, so they are refused as a whole.
const ipv6: readonly (readonly [string, number])[] = [
  ['::', 128],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]
for (const [net, prefix] of ipv4) reserved.addSubnet(net, prefix, 'ipv4')
for (const [net, prefix] of ipv6) reserved.addSubnet(net, prefix, 'ipv6')
// IPv4 written as IPv6 in the way of the first years; `::1` is another matter.
reserved.addRange('::2', '::ffff:ffff', 'ipv6')

export const isAllowedAddress = (address: string, allowLoopback: boolean): boolean => {
  const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(address) === 0 || reserved.check(address, family)) return false
  return allowLoopback || !loopback.check(address, family)
}

const bare = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '')

const refused = (reason: string): ConnectorError =>
  new ConnectorError('configurationInvalid', `baseUrl ${reason}`, { field: 'baseUrl' })

const isLoopbackName = (host: string): boolean =>
  host === 'localhost' || (isIP(host) !== 0 && loopback.check(host, isIP(host) === 6 ? 'ipv6' : 'ipv4'))

/** The base URL in its one spelling, without a trailing slash; throws `configurationInvalid` for what we never connect to. */
export const platformUrl = (baseUrl: string, allowLoopback: boolean): string => {
  if (!URL.canParse(baseUrl)) throw refused('is not a URL; write it as https://host/path')
  const url = new URL(baseUrl)
  const host = bare(url)
  const local = allowLoopback && isLoopbackName(host)
  if (url.protocol !== 'https:' && !(local && url.protocol === 'http:'))
    throw refused('must begin with https://')
  if (url.username !== '' || url.password !== '')
    throw refused('must not hold credentials; name them in `credentials`')
  if (url.search !== '' || url.hash !== '') throw refused('must not hold a query or a fragment')
  if (isIP(host) !== 0 && !isAllowedAddress(host, allowLoopback))
    throw refused('leads to a private or reserved address')
  if (host === 'localhost' && !allowLoopback) throw refused('leads to this machine')
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

export const privateAddressCode = 'ERR_PRIVATE_ADDRESS'

type Resolved = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void

/** For `lookup` of node:http: judges the very addresses that are then connected to, so that a second answer of the name server cannot slip in. */
export const guardedLookup =
  (allowLoopback: boolean) =>
  (hostname: string, options: LookupOptions, done: Resolved): void => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return done(error, '')
      const bad = addresses.find(({ address }) => !isAllowedAddress(address, allowLoopback))
      const [first] = addresses
      if (bad !== undefined || first === undefined) {
        const cause: NodeJS.ErrnoException = new Error('the name leads to a private or reserved address')
        cause.code = privateAddressCode
        return done(cause, '')
      }
      return options.all === true ? done(null, addresses) : done(null, first.address, first.family)
    })
  }
