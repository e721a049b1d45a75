import { generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto'
import { promisify } from 'node:util'
import { type Instant, milliseconds } from '../../core/ids.ts'
import { bits, identifier, integer, nothing, octets, sequence, set, tagged, time, utf8, yes } from './der.ts'
import type { OwnKey } from './own-keys.ts'

const modulusLength = 3072
/** What ends a key is the command that retires it: a certificate that ended by itself would only end logins. */
const years = 10

const rsaSha256 = sequence(identifier('1.2.840.113549.1.1.11'), nothing)
const name = (common: string): Buffer => sequence(set(sequence(identifier('2.5.4.3'), utf8(common))))
const extension = (id: string, value: Buffer): Buffer => sequence(identifier(id), yes, octets(value))

/** digitalSignature and keyEncipherment, and no authority over anything. */
const extensions = tagged(
  3,
  sequence(extension('2.5.29.19', sequence()), extension('2.5.29.15', bits(Buffer.of(0b1010_0000), 5))),
)

/** Positive, and short enough in any reading (RFC 5280 4.1.2.2). */
const serialNumber = (): Buffer => {
  const bytes = randomBytes(16)
  bytes[0] = 0x40 | ((bytes[0] ?? 0) & 0x3f)
  return bytes
}

export const selfSigned = (
  common: string,
  publicKey: KeyObject,
  privateKey: KeyObject,
  now: Instant,
): Buffer => {
  // An hour back: clocks differ.
  const from = new Date(Math.floor(milliseconds(now) / 1000) * 1000 - 3_600_000)
  const to = new Date(from)
  to.setUTCFullYear(to.getUTCFullYear() + years)
  const body = sequence(
    tagged(0, integer(Buffer.of(2))),
    integer(serialNumber()),
    rsaSha256,
    name(common),
    sequence(time(from), time(to)),
    name(common),
    publicKey.export({ type: 'spki', format: 'der' }),
    extensions,
  )
  return sequence(body, rsaSha256, bits(sign('sha256', body, privateKey)))
}

const asPem = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${(der.toString('base64').match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`

/** An RSA key and a certificate signed with it: who trusts it does so because it stands in our metadata. */
export const newKey = async (
  common: string,
  now: Instant,
): Promise<Pick<OwnKey, 'privateKey' | 'certificate'>> => {
  const { publicKey, privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength })
  return {
    privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: asPem(selfSigned(common, publicKey, privateKey, now)),
  }
}
