import { constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Sealing, sealed } from '../../../infra/local/simulators/idp/answer.ts'
import { pemOf } from '../../../infra/local/simulators/idp/certificate.ts'
import {
  type Encryption,
  encrypted,
  encryptionAlgorithms,
} from '../../../infra/local/simulators/idp/encryption.ts'
import { assertionXml, responseXml } from '../../../infra/local/simulators/idp/message.ts'
import { signed } from '../../../infra/local/simulators/idp/signing.ts'
import { encoded, nextKey, serviceKey, trustedKey, untrustedKey } from '../../support/identity-provider.ts'
import { judged, message, messageWith, outcomeOf, verifiedOf } from './support.ts'

const { aes128Gcm, aes256Gcm, aes128Cbc, aes256Cbc, tripleDesCbc, rsa15 } = encryptionAlgorithms
const sealing = (encryption: Partial<Encryption>, by: readonly ('assertion' | 'response')[]): Sealing => ({
  encryption: { certificate: serviceKey().certificate, ...encryption },
  ...Object.fromEntries(by.map((what) => [what, { key: trustedKey() }])),
})
const locked = (
  encryption: Partial<Encryption> = {},
  by: readonly ('assertion' | 'response')[] = ['assertion'],
) => sealed(message(), sealing(encryption, by))

describe('an encrypted assertion', () => {
  it.each([aes128Gcm, aes256Gcm])(
    'is opened and checked by its own signature, by the one around it, or by both: %s',
    (content) => {
      for (const by of [['assertion'], ['response'], ['assertion', 'response']] as const)
        expect(verifiedOf(locked({ content }, by)).attributes).toEqual({
          email: ['ada@demo.test'],
          groups: ['SOC-Analysts'],
        })
    },
  )

  it('may carry its key within or beside', () => {
    expect(outcomeOf(locked({ keyBeside: true }))).toBe('verified')
  })

  it('is opened by either of two keys while they rotate', () => {
    const decryptionKeys = [nextKey().privateKey, 'no key', serviceKey().privateKey]
    expect(outcomeOf(locked(), { decryptionKeys })).toBe('verified')
  })

  it.each([aes128Cbc, aes256Cbc])(
    'in CBC is opened only where a Response signature stands around it: %s',
    (content) => {
      expect(outcomeOf(locked({ content }, ['response']))).toBe('verified')
      expect(outcomeOf(locked({ content }, ['assertion', 'response']))).toBe('verified')
      const { outcome, steps } = judged([encoded(locked({ content }, ['assertion']))])
      expect(outcome).toBe('encryption.algorithm')
      expect(steps.filter((step) => step === 'schema')).toHaveLength(1)
      const foreign = sealed(message(), { ...sealing({ content }, []), response: { key: untrustedKey() } })
      expect(judged([encoded(foreign)])).toEqual({
        outcome: 'sig.untrusted',
        steps: ['schema', 'dom', 'signature'],
      })
    },
  )

  it.each([
    ['RSA 1.5', { transport: rsa15 }],
    ['3DES', { content: tripleDesCbc }],
  ])('is never opened with %s', (_name, encryption) => {
    expect(outcomeOf(locked(encryption))).toBe('encryption.algorithm')
    expect(outcomeOf(locked(encryption, ['assertion', 'response']))).toBe('encryption.algorithm')
  })

  it('by itself proves nothing', () => {
    expect(outcomeOf(locked({}, []))).toBe('sig.missing')
  })

  it.each([
    ['for somebody else', () => locked({ certificate: untrustedKey().certificate })],
    [
      'and changed since',
      () =>
        locked().replace(
          /(Value>)....(?=[^<]*<\/xenc:CipherValue><\/xenc:CipherData><\/xenc:EncryptedData>)/,
          '$1AAAA',
        ),
    ],
    [
      'and cut short',
      () =>
        locked().replace(
          /(Value>)[^<]*(?=<\/xenc:CipherValue><\/xenc:CipherData><\/xenc:EncryptedData>)/,
          '$1AAAA',
        ),
    ],
    ['with a key that is none', () => locked().replace(/(<xenc:CipherValue>)[^<]*/, '$1AAAA')],
    ['without a key', () => locked().replace(/<ds:KeyInfo.*<\/ds:KeyInfo>/, '')],
  ])('fails in one way: %s', (_name, xml) => {
    expect(outcomeOf(xml())).toBe('encryption.failed')
  })

  it('fails in that way where we have no key', () => {
    expect(outcomeOf(locked(), { decryptionKeys: [] })).toBe('encryption.failed')
  })
})

const around = (inner: string): string => responseXml(message().response, inner)
const plain = (): string => assertionXml(message().assertion)
const lock = (text: string): string => encrypted(text, { certificate: serviceKey().certificate })

describe('what was encrypted is checked like what was not', () => {
  it.each([
    ['a comment', () => signedPlain().replace('SOC-Analysts', 'SOC-<!---->Analysts'), 'xml.markup'],
    ['a declaration', () => `<?xml version="1.0"?>${signedPlain()}`, 'xml.prolog'],
    ['13 Transforms', () => signedPlain().replace('SOC-Analysts', '<x:Transform/>'.repeat(13)), 'xml.limits'],
    ['no XML', () => 'assertion', 'schema'],
    ['something else', () => '<a/>', 'schema'],
    [
      'two assertions',
      () => `${signedPlain()}${plain().replaceAll(/ ID="[^"]*"/g, ' ID="_evil"')}`,
      'structure',
    ],
    ['an encrypted one', () => lock(signedPlain()), 'structure'],
    ['a way out of its place', () => `${signedPlain()}</samlp:Response><samlp:Response>`, 'schema'],
    ['an unsigned one', plain, 'sig.missing'],
    ['a group more', () => signedPlain().replace('SOC-Analysts', 'SOC-Admins'), 'sig.invalid'],
  ])('and refused with %s in it', (_name, text, code) => {
    expect(outcomeOf(around(lock(text())))).toBe(code)
  })

  it('although it takes namespaces from around it', () => {
    const bare = signedPlain().replace(/ xmlns:saml="[^"]*"/, '')
    const xml = around(lock(bare)).replace(
      '<samlp:Response ',
      '<samlp:Response xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ',
    )
    expect(outcomeOf(xml)).toBe('verified')
  })

  it('and not beside one that is plain', () => {
    expect(
      outcomeOf(locked().replace('<saml:EncryptedAssertion', `${plain()}<saml:EncryptedAssertion`)),
    ).toBe('structure')
  })

  it('and its Response names who sends it', () => {
    const { issuer: _, ...response } = message().response
    const unnamed = { ...messageWith({}), response }
    expect(outcomeOf(sealed(unnamed, sealing({}, ['assertion'])))).toBe('issuer')
    expect(outcomeOf(sealed(unnamed, { assertion: { key: trustedKey() } }))).toBe('verified')
  })
})

const signedPlain = (): string => {
  const { assertion } = message()
  return signed(assertionXml(assertion), assertion.id, { key: trustedKey() })
}

describe('OAEP', () => {
  const xenc = 'http://www.w3.org/2001/04/xmlenc#'
  const xenc11 = 'http://www.w3.org/2009/xmlenc11#'
  /** The key wrapped once more, with another hash, and said to be. */
  const wrapped = (oaepHash: string, method: string): string => {
    const key = randomBytes(32)
    const nonce = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    const text = Buffer.concat([
      nonce,
      cipher.update(signedPlain(), 'utf8'),
      cipher.final(),
      cipher.getAuthTag(),
    ])
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    const sealedKey = publicEncrypt({ key: pemOf(serviceKey().certificate), padding, oaepHash }, key)
    const values = [sealedKey, text].map(
      (bytes) => `<xenc:CipherValue>${bytes.toString('base64')}</xenc:CipherValue>`,
    )
    return around(lock('x'))
      .replace(/<xenc:EncryptionMethod Algorithm="[^"]*oaep[^"]*">.*?<\/xenc:EncryptionMethod>/, method)
      .replaceAll(/<xenc:CipherValue>[^<]*<\/xenc:CipherValue>/g, () => values.shift() ?? '')
  }
  const method = (algorithm: string, digest?: string, mask?: string): string =>
    [
      `<xenc:EncryptionMethod Algorithm="${algorithm}">`,
      digest === undefined
        ? ''
        : `<ds:DigestMethod xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Algorithm="${digest}"/>`,
      mask === undefined ? '' : `<m:MGF xmlns:m="${xenc11}" Algorithm="${mask}"/>`,
      '</xenc:EncryptionMethod>',
    ].join('')

  it.each([
    ['sha1', method(`${xenc}rsa-oaep-mgf1p`), 'verified'],
    ['sha1', method(`${xenc11}rsa-oaep`), 'verified'],
    ['sha256', method(`${xenc11}rsa-oaep`, `${xenc}sha256`, `${xenc11}mgf1sha256`), 'verified'],
    ['sha512', method(`${xenc11}rsa-oaep`, `${xenc}sha512`, `${xenc11}mgf1sha512`), 'verified'],
    ['sha256', method(`${xenc11}rsa-oaep`, `${xenc}sha256`), 'encryption.algorithm'],
    ['sha256', method(`${xenc}rsa-oaep-mgf1p`, `${xenc}sha256`), 'encryption.algorithm'],
    ['sha256', method(`${xenc11}rsa-oaep`, `${xenc}md5`, `${xenc11}mgf1sha256`), 'encryption.algorithm'],
    ['sha256', method(`${xenc}rsa-oaep-mgf1p`), 'encryption.failed'],
  ])('with %s and one hash for both of its uses: %s', (hash, said, outcome) => {
    expect(outcomeOf(wrapped(hash, said))).toBe(outcome)
  })
})
