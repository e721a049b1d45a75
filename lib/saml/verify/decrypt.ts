import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { RejectionCode } from '../verified.ts'
import { type BlockCipher, blockCiphers, openContent, unwrapKey } from './ciphers.ts'
import { attributeOf, childOf, childrenOf, dsig, textOf, xenc, xenc11 } from './dom.ts'
import { isStrong } from './keys.ts'
import { fromUtf8 } from './message.ts'

const algorithmOf = (element: Element | undefined): string | undefined => attributeOf(element, 'Algorithm')

const oaepDigests: ReadonlyMap<string, string> = new Map([
  ['http://www.w3.org/2000/09/xmldsig#sha1', 'sha1'],
  ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#sha384', 'sha384'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
])
const maskDigests: ReadonlyMap<string, string> = new Map([
  [`${xenc11}mgf1sha1`, 'sha1'],
  [`${xenc11}mgf1sha256`, 'sha256'],
  [`${xenc11}mgf1sha384`, 'sha384'],
  [`${xenc11}mgf1sha512`, 'sha512'],
])

/** The one hash of OAEP and its mask; OpenSSL, through Node, knows no two. SHA-1 is sound here: nothing rests on its collisions. */
const oaepHashOf = (method: Element | undefined): string | undefined => {
  const name = algorithmOf(method)
  const digest = algorithmOf(childOf(method, dsig, 'DigestMethod'))
  const hash = digest === undefined ? 'sha1' : oaepDigests.get(digest)
  if (name === `${xenc}rsa-oaep-mgf1p`) return hash === 'sha1' ? hash : undefined
  if (name !== `${xenc11}rsa-oaep`) return undefined
  const mask = algorithmOf(childOf(method, xenc11, 'MGF'))
  return (mask === undefined ? 'sha1' : maskDigests.get(mask)) === hash ? hash : undefined
}

type Wrapped = { readonly bytes: Buffer; readonly oaepHash: string | undefined }
type Locked = { readonly content: Buffer; readonly cipher: BlockCipher; readonly keys: readonly Wrapped[] }

const cipherValue = (element: Element): Buffer =>
  Buffer.from(textOf(childOf(childOf(element, xenc, 'CipherData'), xenc, 'CipherValue')) ?? '', 'base64')

/** In the data's KeyInfo, or beside the data: both are usual. More than four are nobody's. */
const wrappedKeys = (encrypted: Element, data: Element): readonly Wrapped[] =>
  [
    ...childrenOf(data, dsig, 'KeyInfo').flatMap((info) => childrenOf(info, xenc, 'EncryptedKey')),
    ...childrenOf(encrypted, xenc, 'EncryptedKey'),
  ]
    .slice(0, 4)
    .map((key) => ({
      bytes: cipherValue(key),
      oaepHash: oaepHashOf(childOf(key, xenc, 'EncryptionMethod')),
    }))

/** Everything that is refused by name, before any key of ours is used. */
const locked = (encrypted: Element, cbcAllowed: boolean): Locked | RejectionCode => {
  const data = childOf(encrypted, xenc, 'EncryptedData')
  if (data === undefined) return 'encryption.failed'
  const cipher = blockCiphers.get(algorithmOf(childOf(data, xenc, 'EncryptionMethod')) ?? '')
  if (cipher === undefined || (cipher.name === 'cbc' && !cbcAllowed)) return 'encryption.algorithm'
  const keys = wrappedKeys(encrypted, data)
  if (keys.some(({ oaepHash }) => oaepHash === undefined)) return 'encryption.algorithm'
  return { content: cipherValue(data), cipher, keys }
}

const privateKeys = (pems: readonly string[]): readonly KeyObject[] =>
  pems.flatMap((pem) => {
    try {
      const key = createPrivateKey(pem)
      return isStrong(key) ? [key] : []
    } catch {
      return []
    }
  })

const open = ({ content, cipher, keys }: Locked, pems: readonly string[]): Buffer | undefined => {
  for (const own of privateKeys(pems)) {
    for (const { bytes, oaepHash } of keys) {
      const key = unwrapKey(bytes, oaepHash ?? '', own)
      const opened = key === undefined ? undefined : openContent(content, key, cipher)
      if (opened !== undefined) return opened
    }
  }
  return undefined
}

/**
 * The text of an EncryptedAssertion. CBC says by its failures what is inside to whoever may send as many as he likes (XML Encryption 1.1 §6.1.1), so it is
 * opened only where somebody we trust has signed it; all failures are one.
 */
export const decrypted = (
  encrypted: Element,
  pems: readonly string[],
  cbcAllowed: boolean,
): { readonly text: string } | RejectionCode => {
  const box = locked(encrypted, cbcAllowed)
  if (typeof box === 'string') return box
  const bytes = open(box, pems)
  const text = bytes === undefined ? undefined : fromUtf8(bytes)
  return text === undefined ? 'encryption.failed' : { text }
}
