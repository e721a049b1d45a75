import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { ConnectorError } from '../../../lib/core/errors.ts'
import { later } from '../../../lib/core/ids.ts'
import { newKey, selfSigned } from '../../../lib/saml/trust/new-key.ts'
import { createOwnKeys, ownKeysText, parseOwnKeys } from '../../../lib/saml/trust/own-keys.ts'
import { turned } from '../../../lib/saml/trust/turn-keys.ts'
import { issued } from './metadata-text.ts'

type Pair = { readonly privateKey: string; readonly certificate: string }
let [first, second]: readonly [Pair, Pair] = [
  { privateKey: '', certificate: '' },
  { privateKey: '', certificate: '' },
]
beforeAll(async () => {
  ;[first, second] = await Promise.all([newKey('Rolecall acme', issued), newKey('Rolecall acme', issued)])
})

const pairOf = (type: 'rsa' | 'ec'): Pair => {
  const { publicKey, privateKey } =
    type === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 1024 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signer = createPrivateKey(first.privateKey)
  const der = selfSigned('x', publicKey, signer, issued).toString('base64')
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----`,
  }
}

describe('a new key', () => {
  test('is RSA of 3072 bits, with a certificate of ten years that it signed itself and that has no authority', () => {
    const certificate = new X509Certificate(first.certificate)
    const key = createPrivateKey(first.privateKey)
    expect(key.asymmetricKeyDetails?.modulusLength).toBe(3072)
    expect(certificate.checkPrivateKey(key)).toBe(true)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    expect(certificate.subject).toBe('CN=Rolecall acme')
    expect(certificate.ca).toBe(false)
    expect(certificate.validFromDate.toISOString()).toBe(later(issued, -3600))
    expect(certificate.validToDate.toISOString()).toBe('2035-12-31T23:00:00.000Z')
    expect(certificate.serialNumber).toMatch(/^[4-7][0-9A-F]{31}$/)
  })
  test('is another one each time', () => {
    expect(first.privateKey).not.toBe(second.privateKey)
  })
  test('from 2050 on its times are written with four digits of the year', async () => {
    const late = await newKey('late', later(issued, 20 * 365 * 86_400))
    expect(new X509Certificate(late.certificate).validToDate.getUTCFullYear()).toBe(2055)
  })
})

test('the secret gives back what was put into it, the first first', () => {
  const keys = parseOwnKeys(ownKeysText([second, first]))
  expect(keys.map(({ privateKey, certificate }) => ({ privateKey, certificate }))).toEqual([second, first])
  expect(keys[0].der).toBe(new X509Certificate(second.certificate).raw.toString('base64'))
  expect(keys[0].fingerprint).toBe(
    new X509Certificate(second.certificate).fingerprint256.replaceAll(':', '').toLowerCase(),
  )
  expect(keys[0].notAfter).toBe('2035-12-31T23:00:00.000Z')
})

test('of PEM that holds more than it should, nothing else is kept', () => {
  const all = `Bag Attributes\n${first.certificate}${first.privateKey}`.replaceAll('\n', '\r\n')
  const [key] = parseOwnKeys(JSON.stringify({ keys: [{ privateKey: all, certificate: all }] }))
  expect(key).toMatchObject(first)
})

const refusal = (text: string): ConnectorError => {
  try {
    parseOwnKeys(text)
  } catch (error) {
    if (error instanceof ConnectorError) return error
    throw error
  }
  throw new Error('accepted')
}
const passphrase = (): string =>
  createPrivateKey(first.privateKey)
    .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'swordfish' })
    .toString()

test.each<readonly [string, () => unknown, string]>([
  ['no JSON', () => undefined, 'the secret: must be JSON'],
  ['a list', () => [first], 'the secret: must be an object with keys'],
  ['something beside the keys', () => ({ keys: [first], note: 'x' }), 'must hold keys and nothing else'],
  ['no key', () => ({ keys: [] }), 'keys: must be a list of one or two keys'],
  ['three keys', () => ({ keys: [first, second, first] }), 'keys: must be a list of one or two keys'],
  ['one key twice', () => ({ keys: [first, first] }), 'must not hold one certificate twice'],
  [
    'a key without its certificate',
    () => ({ keys: [{ privateKey: first.privateKey }] }),
    'keys[0]: must hold',
  ],
  ['a misspelt name', () => ({ keys: [{ key: 'a', certificate: 'b' }] }), 'keys[0]: must hold'],
  ['no PEM', () => ({ keys: [{ ...first, privateKey: 'hunter2' }] }), 'keys[0].privateKey: must be PEM'],
  [
    'a broken key',
    () => ({ keys: [{ ...first, privateKey: first.privateKey.replace(/\n.{20}/, '\nhunter2') }] }),
    'keys[0].privateKey: cannot be read',
  ],
  [
    'a key behind a passphrase',
    () => ({ keys: [{ ...first, privateKey: passphrase() }] }),
    'keys[0].privateKey: must be PEM with BEGIN PRIVATE KEY',
  ],
  [
    'a broken certificate',
    () => ({ keys: [{ ...first, certificate: first.certificate.replace(/\n.{20}/, '\nhunter2') }] }),
    'keys[0].certificate: cannot be read',
  ],
  [
    'another key’s certificate',
    () => ({ keys: [{ ...first, certificate: second.certificate }] }),
    'keys[0].certificate: is not that of the private key',
  ],
  [
    'a key that is too short',
    () => ({ keys: [first, pairOf('rsa')] }),
    'keys[1].privateKey: must have 2048 bits',
  ],
  ['a key of another kind', () => ({ keys: [pairOf('ec')] }), 'keys[0].privateKey: must be an RSA key'],
])('%s is refused, and nothing of it is quoted', (_what, secret, words) => {
  const value = secret()
  const text = value === undefined ? 'hunter2 {' : JSON.stringify(value)
  const error = refusal(text)
  expect(error.code).toBe('secretUnavailable')
  expect(error.message).toContain(words)
  expect(error.message).toContain('rolecall saml keys')
  expect(`${error.message}${String(error.cause)}`).not.toMatch(/hunter2|MII|swordfish/)
})

test('the loader parses again only when the secret has changed', async () => {
  let text = ownKeysText([first])
  const asked: string[] = []
  const load = createOwnKeys(async (reference) => {
    asked.push(reference)
    return text
  })
  const one = await load('secretsmanager:rolecall/saml/acme')
  expect(await load('secretsmanager:rolecall/saml/acme')).toBe(one)
  text = ownKeysText([second, first])
  expect((await load('secretsmanager:rolecall/saml/acme')).map(({ privateKey }) => privateKey)).toEqual([
    second.privateKey,
    first.privateKey,
  ])
  expect(asked).toHaveLength(3)
})

describe('a rotation', () => {
  test('publishes the new key, then signs with it, then drops the old one', () => {
    const published = turned('rotate', [first], second)
    expect(published).toEqual([first, second])
    const active = turned('activate', published)
    expect(active).toEqual([second, first])
    expect(turned('retire', active)).toEqual([second])
  })
  test.each([
    ['rotate', 2, 'there are two keys already'],
    ['activate', 1, 'there is one key only'],
    ['retire', 1, 'there is one key only, and it is in use'],
    ['rotate', 0, 'there are no keys yet'],
    ['activate', 0, 'there are no keys yet'],
  ] as const)('%s with %i key(s) is refused', (turn, count, words) => {
    expect(() => turned(turn, [first, second].slice(0, count), second)).toThrow(words)
  })
})
