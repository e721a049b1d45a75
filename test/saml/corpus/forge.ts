import { createHmac } from 'node:crypto'
import { pemOf } from '../../../infra/local/simulators/idp/certificate.ts'
import {
  algorithms,
  canonical,
  parsed,
  placed,
  referenceXml,
  type Signing,
  signatureXml,
  signedInfoXml,
  valued,
} from '../../../infra/local/simulators/idp/signing.ts'
import { namespaces } from '../../../infra/local/simulators/idp/xml.ts'
import type { Sound } from './case.ts'

/** Signatures no ordinary signer makes. */
type Sign = NonNullable<Sound['sign']>
export const signedBy =
  (sign: Sign) =>
  (sound: Sound): Sound => ({ ...sound, sign })

/** The signer's own key, over a SignedInfo that was changed before it signed. */
export const withSignedInfo =
  (change: (signedInfo: string, id: string) => string): Sign =>
  (xml, id, signing) => {
    const signedInfo = signedInfoXml(signing, referenceXml(xml, id, signing))
    return valued(placed(xml, id, signatureXml(signing, change(signedInfo, id))), signing)
  }

/** With this as its references. */
export const withReferences =
  (references: (xml: string, id: string, signing: Signing) => readonly string[], objects = ''): Sign =>
  (xml, id, signing) =>
    valued(
      placed(
        xml,
        id,
        signatureXml(signing, signedInfoXml(signing, ...references(xml, id, signing)), objects),
      ),
      signing,
    )

/** Any algorithm by name, its value from elsewhere: what a lenient verifier might take for right. */
export const withValue =
  (algorithm: string, value: (octets: string, signing: Signing) => string): Sign =>
  (xml, id, signing) => {
    const named = { ...signing, algorithm }
    const whole = placed(xml, id, signatureXml(named, signedInfoXml(named, referenceXml(xml, id, named))))
    const signedInfo = parsed(whole).getElementsByTagNameNS(namespaces.ds, 'SignedInfo')[0]
    if (signedInfo === undefined) throw new Error('nothing was signed')
    return whole.replace(
      '>?</ds:SignatureValue>',
      `>${value(canonical(signedInfo, algorithms.exclusive), signing)}</ds:SignatureValue>`,
    )
  }

/** Keyed with what everybody can read in the metadata. */
export const hmacWithCertificate = (hash: string): ((octets: string, signing: Signing) => string) => {
  return (octets, { key }) => createHmac(hash, pemOf(key.certificate)).update(octets).digest('base64')
}
