import { createHash, X509Certificate } from 'node:crypto'
import { type Instant, instant } from '../../core/ids.ts'

/** A certificate as it is named and compared everywhere. */
export type ReadCertificate = {
  /** SHA-256 of the DER form, hex. */
  readonly fingerprint: string
  /** DER, base64. */
  readonly certificate: string
  readonly notAfter: Instant
}
export type CertificateReading =
  | { readonly kind: 'certificate'; readonly read: ReadCertificate }
  /** A certificate, and none that signatures are checked with here. */
  | { readonly kind: 'unsuitable'; readonly fingerprint: string; readonly why: string }
  | { readonly kind: 'unreadable' }

export const minimumBits = 2048
const form = /^[A-Za-z0-9+/]+={0,2}$/

export const fingerprintOf = (der: Uint8Array): string => createHash('sha256').update(der).digest('hex')

const parsed = (der: Buffer): X509Certificate | undefined => {
  try {
    return new X509Certificate(der)
  } catch {
    return undefined
  }
}

/** Why its key cannot be used; undefined: it can. A key this Node cannot even read counts as one of another kind. */
const unsuitable = (certificate: X509Certificate): string | undefined => {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey
    if (asymmetricKeyType !== 'rsa') return `its key is ${asymmetricKeyType ?? 'unknown'}, not RSA`
    const bits = asymmetricKeyDetails?.modulusLength ?? 0
    return bits < minimumBits ? `its RSA key has ${bits} bits, fewer than ${minimumBits}` : undefined
  } catch {
    return 'its key is of an unknown kind'
  }
}

/** The content of an X509Certificate element: base64, in as many lines as it likes. */
export const readCertificate = (text: string): CertificateReading => {
  const base64 = text.replaceAll(/\s+/g, '')
  const bytes = form.test(base64) && base64.length % 4 === 0 ? Buffer.from(base64, 'base64') : undefined
  // A sequence: what is PEM inside base64 is not what the schema says, however well it could be read.
  const certificate = bytes?.[0] === 0x30 ? parsed(bytes) : undefined
  const end = certificate?.validToDate.getTime() ?? Number.NaN
  if (certificate === undefined || Number.isNaN(end)) return { kind: 'unreadable' }
  const fingerprint = fingerprintOf(certificate.raw)
  const why = unsuitable(certificate)
  if (why !== undefined) return { kind: 'unsuitable', fingerprint, why }
  return {
    kind: 'certificate',
    read: {
      fingerprint,
      certificate: certificate.raw.toString('base64'),
      notAfter: instant(end),
    },
  }
}

/** What signatures are checked with, hash: certificates are made anew for a key that stays. */
export const keyOf = (certificate: string): string => {
  const key = parsed(Buffer.from(certificate, 'base64'))?.publicKey.export({ type: 'spki', format: 'der' })
  return key === undefined ? certificate : fingerprintOf(key)
}

/** For people, who know it by its name: the subject's CN, or all of the subject. */
export const subjectOf = (certificate: string): string => {
  const subject = parsed(Buffer.from(certificate, 'base64'))?.subject ?? ''
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ')
}
