import { createHash, generateKeyPairSync, sign } from 'node:crypto'

/** A key and the certificate that carries it. */
export type KeyPair = {
  /** PKCS #8, PEM. */
  readonly privateKey: string
  /** DER, base64, as metadata and KeyInfo have it. */
  readonly certificate: string
}

/** As little of X.690 as a self-signed certificate needs. */
const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts)
  const { length } = content
  const header =
    length < 0x80
      ? [tag, length]
      : length < 0x100
        ? [tag, 0x81, length]
        : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(header), content])
}
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts)
const hex = (text: string): Buffer => Buffer.from(text, 'hex')
/** sha256WithRSAEncryption, RFC 8017 A.2.4, with its NULL parameters. */
const sha256WithRsa = sequence(der(0x06, hex('2a864886f70d01010b')), der(0x05))
/** One RDN: commonName (2.5.4.3) as UTF8String. */
const nameOf = (commonName: string): Buffer =>
  sequence(der(0x31, sequence(der(0x06, hex('550403')), der(0x0c, Buffer.from(commonName)))))
/** GeneralizedTime; RFC 5280 asks for UTCTime before 2050, which every reader of both understands. */
const timeOf = (at: Date): Buffer => {
  const digits = at.toISOString().replaceAll(/[-:T]/g, '').slice(0, 14)
  return at.getUTCFullYear() < 2050
    ? der(0x17, Buffer.from(`${digits.slice(2)}Z`))
    : der(0x18, Buffer.from(`${digits}Z`))
}

export const selfSigned = (
  privateKey: string,
  publicKey: Uint8Array,
  { commonName, from, until }: { readonly commonName: string; readonly from: Date; readonly until: Date },
): string => {
  // Positive and without a leading zero byte, RFC 5280 §4.1.2.2.
  const serial = createHash('sha256').update(publicKey).digest().subarray(0, 16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const name = nameOf(commonName)
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, serial),
    sha256WithRsa,
    name,
    sequence(timeOf(from), timeOf(until)),
    name,
    publicKey,
  )
  const signature = sign('sha256', toBeSigned, privateKey)
  return sequence(toBeSigned, sha256WithRsa, der(0x03, Buffer.from([0]), signature)).toString('base64')
}

export const createKeyPair = (
  commonName: string,
  validity: { readonly from: Date; readonly until: Date } = {
    from: new Date('2025-01-01T00:00:00.000Z'),
    until: new Date('2045-01-01T00:00:00.000Z'),
  },
): KeyPair => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return { privateKey, certificate: selfSigned(privateKey, publicKey, { commonName, ...validity }) }
}

export const pemOf = (certificate: string): string =>
  `-----BEGIN CERTIFICATE-----\n${certificate.replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----\n`
