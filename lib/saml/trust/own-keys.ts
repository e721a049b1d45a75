import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { ConnectorError } from '../../core/errors.ts'
import { type Instant, instant } from '../../core/ids.ts'
import { fingerprintOf, minimumBits } from './certificates.ts'

/** A key pair of ours: PEM of nothing else, and what the metadata and a person are shown of its certificate. */
export type OwnKey = {
  readonly privateKey: string
  readonly certificate: string
  /** The certificate's DER form, base64. */
  readonly der: string
  readonly fingerprint: string
  readonly notAfter: Instant
}
/** The first signs; all are published, and decrypt. */
export type OwnKeys = readonly [OwnKey, ...OwnKey[]]
export const mostKeys = 2

/** Never with the cause: what the parsers say may quote the key. */
const refused = (field: string, rule: string): ConnectorError =>
  new ConnectorError(
    'secretUnavailable',
    `our own SAML keys, ${field}: ${rule}; make them with npx rolecall saml keys`,
    { field: 'saml.keys' },
  )

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Exactly these members, so that a slip in a name is not taken for something left out. */
const membersOf = (
  value: unknown,
  field: string,
  names: readonly string[],
): Readonly<Record<string, unknown>> => {
  if (!isRecord(value)) throw refused(field, `must be an object with ${names.join(' and ')}`)
  const given = Object.keys(value)
  if (given.length !== names.length || !names.every((name) => given.includes(name)))
    throw refused(field, `must hold ${names.join(' and ')} and nothing else`)
  return value
}

const attempt = <T>(field: string, rule: string, read: () => T): T => {
  try {
    return read()
  } catch {
    throw refused(field, rule)
  }
}

const pem = (value: unknown, field: string, label: string): string => {
  if (typeof value === 'string' && value.includes(`-----BEGIN ${label}-----`)) return value
  throw refused(field, `must be PEM with BEGIN ${label}`)
}

const checkKey = (key: KeyObject, field: string): void => {
  if (key.asymmetricKeyType !== 'rsa') throw refused(field, 'must be an RSA key')
  if ((key.asymmetricKeyDetails?.modulusLength ?? 0) < minimumBits)
    throw refused(field, `must have ${minimumBits} bits or more`)
}

const keyOf = (value: unknown, index: number): OwnKey => {
  const at = `keys[${index}]`
  const members = membersOf(value, at, ['privateKey', 'certificate'])
  const privateKey = pem(members.privateKey, `${at}.privateKey`, 'PRIVATE KEY')
  const certificate = pem(members.certificate, `${at}.certificate`, 'CERTIFICATE')
  const key = attempt(`${at}.privateKey`, 'cannot be read as a private key without a passphrase', () =>
    createPrivateKey(privateKey),
  )
  checkKey(key, `${at}.privateKey`)
  const read = attempt(
    `${at}.certificate`,
    'cannot be read as a certificate',
    () => new X509Certificate(certificate),
  )
  if (!read.checkPrivateKey(key))
    throw refused(`${at}.certificate`, 'is not that of the private key beside it')
  return {
    // Written anew: what stood beside them in the PEM, such as the key beside the certificate, is published or kept nowhere.
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: read.toString(),
    der: read.raw.toString('base64'),
    fingerprint: fingerprintOf(read.raw),
    notAfter: instant(read.validToDate.getTime()),
  }
}

/** The text of the secret. */
export const parseOwnKeys = (text: string): OwnKeys => {
  const value = attempt('the secret', 'must be JSON', (): unknown => JSON.parse(text))
  const { keys } = membersOf(value, 'the secret', ['keys'])
  if (!Array.isArray(keys) || keys.length < 1 || keys.length > mostKeys)
    throw refused('keys', 'must be a list of one or two keys')
  const [first, ...more] = keys.map(keyOf)
  if (first === undefined) throw refused('keys', 'must be a list of one or two keys')
  if (more.some(({ fingerprint }) => fingerprint === first.fingerprint))
    throw refused('keys', 'must not hold one certificate twice')
  return [first, ...more]
}

/** As the secret holds them. */
export const ownKeysText = (keys: readonly Pick<OwnKey, 'privateKey' | 'certificate'>[]): string =>
  JSON.stringify({ keys: keys.map(({ privateKey, certificate }) => ({ privateKey, certificate })) })

/** From the reference in `saml.keys`. Parsed once for each text: whoever reads secrets decides for how long one is kept. */
export const createOwnKeys = (
  secret: (reference: string) => Promise<string>,
): ((reference: string) => Promise<OwnKeys>) => {
  const parsed = new Map<string, { readonly text: string; readonly keys: OwnKeys }>()
  return async (reference) => {
    const text = await secret(reference)
    const known = parsed.get(reference)
    if (known?.text === text) return known.keys
    const keys = parseOwnKeys(text)
    parsed.set(reference, { text, keys })
    return keys
  }
}
