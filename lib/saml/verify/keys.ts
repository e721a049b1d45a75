import { type KeyObject, X509Certificate } from 'node:crypto'

/** A key that nobody can compute: RSA from 2048 bits, the one kind that metadata are read for. */
export const isStrong = ({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): boolean =>
  asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048

const keyOf = (certificate: string): KeyObject | undefined => {
  try {
    return new X509Certificate(Buffer.from(certificate, 'base64')).publicKey
  } catch {
    return undefined
  }
}

/** The keys that may sign. A certificate only carries one: its dates and its issuer mean nothing here, being trusted is metadata's matter. */
export const keysOf = (certificates: readonly string[]): readonly KeyObject[] =>
  certificates.flatMap((certificate) => {
    const key = keyOf(certificate)
    return key !== undefined && isStrong(key) ? [key] : []
  })
