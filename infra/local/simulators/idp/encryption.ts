import { constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto'
import { pemOf } from './certificate.ts'
import { element, namespaces } from './xml.ts'

export const encryptionAlgorithms = {
  aes128Gcm: 'http://www.w3.org/2009/xmlenc11#aes128-gcm',
  aes256Gcm: 'http://www.w3.org/2009/xmlenc11#aes256-gcm',
  aes128Cbc: 'http://www.w3.org/2001/04/xmlenc#aes128-cbc',
  aes256Cbc: 'http://www.w3.org/2001/04/xmlenc#aes256-cbc',
  tripleDesCbc: 'http://www.w3.org/2001/04/xmlenc#tripledes-cbc',
  oaep: 'http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p',
  rsa15: 'http://www.w3.org/2001/04/xmlenc#rsa-1_5',
} as const

export type Encryption = {
  /** Of the service provider: DER, base64. */
  readonly certificate: string
  readonly content?: string
  readonly transport?: string
  /** In the EncryptedData's KeyInfo, or beside it (SAML core 2.2.4 allows both). */
  readonly keyBeside?: boolean
}

const { aes128Gcm, aes256Gcm, aes128Cbc, aes256Cbc, tripleDesCbc, oaep, rsa15 } = encryptionAlgorithms

/** XML Encryption 5.2: the nonce or vector in front, the tag behind. */
const encryptedContent = (
  algorithm: string,
  text: string,
): { readonly key: Buffer; readonly value: Buffer } => {
  const gcm = (name: 'aes-128-gcm' | 'aes-256-gcm', size: number) => {
    const key = randomBytes(size)
    const nonce = randomBytes(12)
    const cipher = createCipheriv(name, key, nonce)
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return { key, value: Buffer.concat([nonce, sealed, cipher.getAuthTag()]) }
  }
  const cbc = (name: string, size: number, block: number) => {
    const key = randomBytes(size)
    const vector = randomBytes(block)
    // The last byte counts the padding; those before it are arbitrary (XML Encryption 5.2.1).
    const content = Buffer.from(text)
    const padding = Buffer.alloc(block - (content.length % block))
    padding[padding.length - 1] = padding.length
    const cipher = createCipheriv(name, key, vector).setAutoPadding(false)
    return {
      key,
      value: Buffer.concat([vector, cipher.update(content), cipher.update(padding), cipher.final()]),
    }
  }
  switch (algorithm) {
    case aes128Gcm:
      return gcm('aes-128-gcm', 16)
    case aes256Gcm:
      return gcm('aes-256-gcm', 32)
    case aes128Cbc:
      return cbc('aes-128-cbc', 16, 16)
    case aes256Cbc:
      return cbc('aes-256-cbc', 32, 16)
    case tripleDesCbc:
      return cbc('des-ede3-cbc', 24, 8)
    default:
      throw new Error(`no such content encryption here: ${algorithm}`)
  }
}

const wrapped = (transport: string, key: Buffer, certificate: string): Buffer => {
  const padding = transport === rsa15 ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_OAEP_PADDING
  return publicEncrypt({ key: pemOf(certificate), padding, oaepHash: 'sha1' }, key)
}

/** An EncryptedAssertion around whatever text is given. */
export const encrypted = (text: string, encryption: Encryption): string => {
  const { certificate, content = aes256Gcm, transport = oaep, keyBeside = false } = encryption
  const { key, value } = encryptedContent(content, text)
  const cipher = (data: Buffer): string =>
    element('xenc:CipherData', {}, element('xenc:CipherValue', {}, data.toString('base64')))
  const method = element(
    'xenc:EncryptionMethod',
    { Algorithm: transport },
    transport === oaep
      ? element('ds:DigestMethod', { 'xmlns:ds': namespaces.ds, Algorithm: `${namespaces.ds}sha1` })
      : '',
  )
  const encryptedKey = element(
    'xenc:EncryptedKey',
    { 'xmlns:xenc': namespaces.xenc },
    method,
    cipher(wrapped(transport, key, certificate)),
  )
  return element(
    'saml:EncryptedAssertion',
    { 'xmlns:saml': namespaces.saml },
    element(
      'xenc:EncryptedData',
      { 'xmlns:xenc': namespaces.xenc, Type: `${namespaces.xenc}Element` },
      element('xenc:EncryptionMethod', { Algorithm: content }),
      keyBeside ? '' : element('ds:KeyInfo', { 'xmlns:ds': namespaces.ds }, encryptedKey),
      cipher(value),
    ),
    keyBeside ? encryptedKey : '',
  )
}
