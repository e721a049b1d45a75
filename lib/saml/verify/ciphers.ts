import { constants, createDecipheriv, type KeyObject, privateDecrypt } from 'node:crypto'

export type BlockCipher = { readonly name: 'gcm' | 'cbc'; readonly bits: number }

export const blockCiphers: ReadonlyMap<string, BlockCipher> = new Map([
  ['http://www.w3.org/2009/xmlenc11#aes128-gcm', { name: 'gcm', bits: 128 }],
  ['http://www.w3.org/2009/xmlenc11#aes192-gcm', { name: 'gcm', bits: 192 }],
  ['http://www.w3.org/2009/xmlenc11#aes256-gcm', { name: 'gcm', bits: 256 }],
  ['http://www.w3.org/2001/04/xmlenc#aes128-cbc', { name: 'cbc', bits: 128 }],
  ['http://www.w3.org/2001/04/xmlenc#aes192-cbc', { name: 'cbc', bits: 192 }],
  ['http://www.w3.org/2001/04/xmlenc#aes256-cbc', { name: 'cbc', bits: 256 }],
])

/** The content key; undefined: not for this key of ours. */
export const unwrapKey = (wrapped: Buffer, oaepHash: string, key: KeyObject): Buffer | undefined => {
  try {
    return privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash }, wrapped)
  } catch {
    return undefined
  }
}

const tagLength = 16

// https://www.w3.org/TR/xmlenc-core1/#sec-AES-GCM: 96 bits of IV, the text, 128 bits of tag.
const openGcm = (content: Buffer, key: Buffer, bits: number): Buffer => {
  const decipher = createDecipheriv(`aes-${bits}-gcm` as 'aes-128-gcm', key, content.subarray(0, 12), {
    authTagLength: tagLength,
  })
  decipher.setAuthTag(content.subarray(-tagLength))
  return Buffer.concat([decipher.update(content.subarray(12, -tagLength)), decipher.final()])
}

// https://www.w3.org/TR/xmlenc-core1/#sec-Alg-Block: the last byte says how many are padding, the others of them may be anything.
const openCbc = (content: Buffer, key: Buffer, bits: number): Buffer | undefined => {
  const decipher = createDecipheriv(`aes-${bits}-cbc`, key, content.subarray(0, 16)).setAutoPadding(false)
  const padded = Buffer.concat([decipher.update(content.subarray(16)), decipher.final()])
  const padding = padded.at(-1) ?? 0
  return padding >= 1 && padding <= 16 ? padded.subarray(0, -padding) : undefined
}

/** The text within; undefined: not with this key, or not what was locked up. */
export const openContent = (
  content: Buffer,
  key: Buffer,
  { name, bits }: BlockCipher,
): Buffer | undefined => {
  // A vector and a block, or a nonce and a tag: less is nothing.
  if (key.length * 8 !== bits || content.length < (name === 'gcm' ? 28 : 32)) return undefined
  try {
    return name === 'gcm' ? openGcm(content, key, bits) : openCbc(content, key, bits)
  } catch {
    return undefined
  }
}
