import { encrypted, encryptionAlgorithms } from '../../../infra/local/simulators/idp/encryption.ts'
import { algorithms } from '../../../infra/local/simulators/idp/signing.ts'
import type { RejectionCode } from '../../../lib/saml/verified.ts'
import { untrustedKey } from '../../support/identity-provider.ts'
import type { Edit, Sound } from './case.ts'
import {
  edits,
  encryptedFor,
  encryptedInside,
  encryptedOutside,
  inGroup,
  places,
  refuser,
  sealed,
  sealing,
} from './changes.ts'
import { at, before, elementOf, range, remove, replace } from './edit.ts'

/** Group C, too: encryption that is weaker than it looks, or says by its failures what is inside. */
const refused = refuser('c')
const here = ['Response/EncryptedAssertion', places.signature, places.responseSignature]

const by = (change: Parameters<typeof encrypted>[1] extends infer Options ? Partial<Options> : never) =>
  sealing((sealing) => ({ ...sealing, encryption: { ...encryptedFor(), ...change } }))
const named = (
  id: string,
  mutation: string,
  change: Parameters<typeof by>[0],
  expected: RejectionCode = 'encryption.algorithm',
  from: (sound: Sound, world: Parameters<typeof encryptedInside>[1]) => Sound = encryptedInside,
) => refused(`encrypted-${id}`, mutation, expected, sealed(by(change), ...here), { from })

const { aes128Cbc, aes256Cbc, tripleDesCbc, rsa15 } = encryptionAlgorithms

const methods = [
  named('cbc', 'AES-256-CBC, and no signature around it', { content: aes256Cbc }),
  named('cbc-128', 'AES-128-CBC, and no signature around it', { content: aes128Cbc }),
  named('3des', 'Triple DES', { content: tripleDesCbc }),
  named(
    '3des-signed',
    'Triple DES within a signed Response',
    { content: tripleDesCbc },
    'encryption.algorithm',
    encryptedOutside,
  ),
  named('rsa15', 'the key wrapped by PKCS #1 v1.5', { transport: rsa15 }),
  named(
    'rsa15-signed',
    'the key wrapped by PKCS #1 v1.5 within a signed Response',
    { transport: rsa15 },
    'encryption.algorithm',
    encryptedOutside,
  ),
]

const cipherEdit = (xml: string, position: number, change: (bytes: Buffer) => Buffer): Edit => {
  const opening = '<xenc:CipherValue>'
  let start = at(xml, opening) + opening.length
  for (let skipped = 0; skipped < position; skipped += 1) start = at(xml, opening, start) + opening.length
  const end = at(xml, '<', start)
  const bytes = change(Buffer.from(xml.slice(start, end), 'base64'))
  return { at: start, remove: end - start, insert: bytes.toString('base64') }
}
const flipped =
  (index: number) =>
  (bytes: Buffer): Buffer => {
    const copy = Buffer.from(bytes)
    const place = index < 0 ? copy.length + index : index
    copy[place] = (copy[place] ?? 0) ^ 1
    return copy
  }
const broken = (id: string, mutation: string, position: number, change: (bytes: Buffer) => Buffer) =>
  refused(
    `encrypted-${id}`,
    mutation,
    'encryption.failed',
    edits((xml) => [cipherEdit(xml, position, change)]),
    { from: encryptedInside },
  )

/** Signed by the identity provider over cipher text that does not open: every way to fail is one. */
const oracle = (id: string, mutation: string, change: (bytes: Buffer) => Buffer) =>
  refused(
    `oracle-${id}`,
    mutation,
    'encryption.failed',
    sealed(
      (sound) => ({
        ...sound,
        responseText: (xml) => {
          const edit = cipherEdit(xml, 1, change)
          return xml.slice(0, edit.at) + edit.insert + xml.slice(edit.at + edit.remove)
        },
      }),
      'Response/EncryptedAssertion',
      places.responseSignature,
    ),
    {
      from: (sound, world) => by({ content: aes256Cbc })(encryptedOutside(sound, world), world),
      opaque: true,
    },
  )

const failures = [
  broken('tampered', 'one bit of the cipher text is another', 1, flipped(40)),
  broken('tag', 'one bit of the tag is another', 1, flipped(-1)),
  broken('nonce', 'one bit of the nonce is another', 1, flipped(0)),
  broken('short', 'the tag is cut off', 1, (bytes) => bytes.subarray(0, -16)),
  broken('tag-of-four', 'the tag is cut to four bytes', 1, (bytes) => bytes.subarray(0, -12)),
  broken('nothing', 'no cipher text', 1, () => Buffer.alloc(0)),
  broken('key', 'one bit of the wrapped key is another', 0, flipped(9)),
  refused(
    'encrypted-for-another',
    'encrypted for somebody else',
    'encryption.failed',
    edits((xml, world) => {
      const { start, end } = range(xml, 'saml:EncryptedAssertion')
      const sealedForOther = encrypted(`<x:${world.caseId} xmlns:x="urn:x"/>`, {
        certificate: untrustedKey().certificate,
      })
      return [{ at: start, remove: end - start, insert: sealedForOther }]
    }),
    { from: encryptedInside },
  ),
  refused(
    'encrypted-keyless',
    'the wrapped key is taken away',
    'encryption.failed',
    edits((xml) => [remove(xml, 'ds:KeyInfo')]),
    { from: encryptedInside },
  ),
  refused(
    'encrypted-elsewhere',
    'the cipher text is to be fetched from an address of the cloud’s own',
    'encryption.failed',
    edits((xml) => {
      const data = at(xml, '<xenc:CipherData>', at(xml, '</ds:KeyInfo>'))
      const end = at(xml, '</xenc:CipherData>', data) + '</xenc:CipherData>'.length
      return [
        {
          at: data,
          remove: end - data,
          insert:
            '<xenc:CipherData><xenc:CipherReference URI="http://169.254.169.254/latest/meta-data/"/></xenc:CipherData>',
        },
      ]
    }),
    { from: encryptedInside },
  ),
  refused(
    'encrypted-content',
    'the plain text is letters, no assertion',
    'schema',
    edits((xml) => {
      const { start, end } = range(xml, 'saml:EncryptedAssertion')
      return [
        { at: start, remove: end - start, insert: encrypted('letters and more letters', encryptedFor()) },
      ]
    }),
    { from: encryptedInside },
  ),
]

/** Each fails in another place: padding, length, what is inside. */
const oracles = [
  oracle('padding', 'AES-256-CBC: the last byte, which counts the padding, is another', flipped(-17)),
  oracle('length', 'AES-256-CBC: a byte too few', (bytes) => bytes.subarray(0, -1)),
  oracle('block', 'AES-256-CBC: a block too few', (bytes) => bytes.subarray(0, -16)),
]

/** XML Signature’s own loose ends. */
const nests = [
  refused(
    'method-nested',
    'another SignatureMethod inside CanonicalizationMethod',
    'schema',
    edits((xml) => [
      replace(
        xml,
        `<ds:CanonicalizationMethod Algorithm="${algorithms.exclusive}"/>`,
        `<ds:CanonicalizationMethod Algorithm="${algorithms.exclusive}"><x:SignatureMethod xmlns:x="urn:x" Algorithm="${algorithms.hmacSha1}"/></ds:CanonicalizationMethod>`,
      ),
    ]),
  ),
  refused(
    'digest-foreign',
    'a DigestValue of another namespace before the genuine one',
    'schema',
    edits((xml) => [before(xml, '<ds:DigestValue>', '<x:DigestValue xmlns:x="urn:x">AAAA</x:DigestValue>')]),
  ),
  refused(
    'prefixes-flood',
    'a list of a thousand inclusive prefixes',
    'sig.algorithm',
    edits((xml) => [
      replace(
        xml,
        `<ds:CanonicalizationMethod Algorithm="${algorithms.exclusive}"/>`,
        `<ds:CanonicalizationMethod Algorithm="${algorithms.exclusive}"><ec:InclusiveNamespaces xmlns:ec="${algorithms.exclusive}" PrefixList="${'p '.repeat(1000)}"/></ds:CanonicalizationMethod>`,
      ),
    ]),
  ),
  refused(
    'signature-in-keyinfo',
    'a whole other signature inside KeyInfo',
    'structure',
    edits((xml) => [
      before(xml, '</ds:KeyInfo>', `<x:y xmlns:x="urn:x">${elementOf(xml, 'ds:Signature')}</x:y>`),
    ]),
  ),
  refused(
    'void',
    'a relative namespace on the assertion, a group exchanged, the digest that of nothing',
    'sig.untrusted',
    edits((xml, world) => {
      const genuine = /<ds:DigestValue>(.*?)</.exec(xml)?.[1] ?? ''
      return [
        before(xml, ` ID="_a-${world.caseId}"`, ' xmlns:ns="1"'),
        replace(xml, '>SOC-Analysts<', '>SOC-Admins<'),
        replace(xml, `>${genuine}<`, '>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=<'),
      ]
    }),
  ),
  refused(
    'unused-namespace',
    'a namespace more on a Response that is signed in inclusive form',
    'sig.invalid',
    edits((xml) => [before(xml, ' Version=', ' xmlns:n="urn:x"')]),
    {
      from: (sound) => ({
        ...sound,
        sealing: {
          ...sound.sealing,
          ...(sound.sealing.assertion && {
            assertion: { ...sound.sealing.assertion, transform: algorithms.inclusive },
          }),
        },
      }),
    },
  ),
]

export const encryption = inGroup('C', ...methods, ...failures, ...oracles, ...nests)
