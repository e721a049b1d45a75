/** Addresses from configuration and metadata that lead out of the house: https, and a name instead of a number. */
export type UrlProblem =
  | 'notUrl'
  | 'notHttps'
  | 'thisMachine'
  /** No certificate authority of the public web vouches for a number, and private networks are numbers. */
  | 'address'
  | 'credentials'
  | 'fragment'

/** As the URL parser leaves it: every spelling of an IPv4 address in four numbers, IPv6 in brackets. */
const isNumber = (host: string): boolean => host.startsWith('[') || /^\d+\.\d+\.\d+\.\d+\.?$/.test(host)
const loopback = /^(localhost\.?|127\.\d+\.\d+\.\d+|\[::1\])$/
export const isLoopback = (hostname: string): boolean => loopback.test(hostname)

/** Undefined: it may be used. `local`: this machine may be meant, by http even. */
export const urlProblemOf = (value: string, local: boolean): UrlProblem | undefined => {
  // A URL's parser leaves line breaks out, and whoever writes it into a header does not.
  if (!URL.canParse(value) || /\p{Cc}/u.test(value)) return 'notUrl'
  const url = new URL(value)
  const here = isLoopback(url.hostname) || url.hostname.endsWith('.localhost')
  if (url.protocol !== 'https:' && !(local && here && url.protocol === 'http:')) return 'notHttps'
  if (here && !local) return 'thisMachine'
  if (!here && isNumber(url.hostname)) return 'address'
  if (url.username !== '' || url.password !== '') return 'credentials'
  return url.hash === '' ? undefined : 'fragment'
}

export const urlProblemText: Readonly<Record<UrlProblem, string>> = {
  notUrl: 'is not a URL',
  notHttps: 'must begin with https://',
  thisMachine: 'leads to this machine',
  address: 'is an address in numbers; names are used',
  credentials: 'holds credentials',
  fragment: 'holds a fragment',
}
