import { digestOf, referenceXml, signed } from '../../../infra/local/simulators/idp/signing.ts'
import { nextKey, trustedKey, untrustedKey } from '../../support/identity-provider.ts'
import type { Case } from './case.ts'
import { emailOf, forged, groups, subjectOf } from './case.ts'
import {
  bothSigned,
  edits,
  inGroup,
  places,
  refuser,
  responseSigned,
  sealed,
  sealing,
  showing,
  signing,
} from './changes.ts'
import { after, at, before, elementOf, range, remove, replace } from './edit.ts'

/** Group C: signatures that are not what they seem. */
const refused = refuser('c')
const here = [places.signature, places.responseSignature]
const value = 'ds:SignatureValue'

const tampered = [
  refused(
    'stripped',
    'the signature is taken away',
    'sig.missing',
    edits((xml) => [remove(xml, 'ds:Signature')]),
  ),
  refused(
    'stripped-forged',
    'the signature is taken away, and a group exchanged',
    'sig.missing',
    edits((xml) => [remove(xml, 'ds:Signature'), replace(xml, `>${groups[0]}<`, `>${forged.group}<`)]),
  ),
  refused(
    'empty-signature',
    'the signature is an empty element',
    'schema',
    edits((xml) => {
      const { start, end } = range(xml, 'ds:Signature')
      return [
        {
          at: start,
          remove: end - start,
          insert: '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>',
        },
      ]
    }),
  ),
  refused(
    'empty-value',
    'the SignatureValue is empty',
    'sig.untrusted',
    edits((xml) => {
      const { start, end } = range(xml, value)
      return [{ at: start, remove: end - start, insert: `<${value}></${value}>` }]
    }),
  ),
  refused(
    'group',
    'a group is exchanged',
    'sig.invalid',
    edits((xml) => [replace(xml, `>${groups[0]}<`, `>${forged.group}<`)]),
  ),
  refused(
    'subject',
    'the NameID is exchanged',
    'sig.invalid',
    edits((xml, world) => [replace(xml, `>${subjectOf(world)}<`, `>${forged.nameId}<`)]),
  ),
  refused(
    'subject-in-signed-response',
    'the NameID within a signed Response is exchanged',
    'sig.invalid',
    edits((xml, world) => [replace(xml, `>${subjectOf(world)}<`, `>${forged.nameId}<`)]),
    { from: responseSigned },
  ),
  refused(
    'one-more-value',
    'a value is put in',
    'sig.invalid',
    edits((xml) => [
      after(
        xml,
        `${groups[1]}</saml:AttributeValue>`,
        `<saml:AttributeValue>${forged.group}</saml:AttributeValue>`,
      ),
    ]),
  ),
  refused(
    'value-letter',
    'one letter of the SignatureValue is another',
    'sig.untrusted',
    edits((xml) => {
      const position = at(xml, `<${value}>`) + value.length + 22
      return [{ at: position, remove: 1, insert: xml[position] === 'A' ? 'B' : 'A' }]
    }),
  ),
  refused(
    'digest-letter',
    'one letter of the DigestValue is another',
    'sig.untrusted',
    edits((xml) => {
      const position = at(xml, '<ds:DigestValue>') + 20
      return [{ at: position, remove: 1, insert: xml[position] === 'A' ? 'B' : 'A' }]
    }),
  ),
  refused(
    'digest-again',
    'a group is exchanged and the digest made anew; the SignatureValue stays',
    'sig.untrusted',
    edits((xml, world) => {
      const forgedXml = xml.replace(`>${groups[0]}<`, `>${forged.group}<`)
      const bare = forgedXml.replace(elementOf(forgedXml, 'ds:Signature'), '')
      const id = `_a-${world.caseId}`
      const digest = /<ds:DigestValue>(.*?)</.exec(referenceXml(bare, id, { key: trustedKey() }))?.[1] ?? ''
      const genuine = /<ds:DigestValue>(.*?)</.exec(xml)?.[1] ?? ''
      return [
        replace(xml, `>${groups[0]}<`, `>${forged.group}<`),
        replace(xml, `>${genuine}<`, `>${digest}<`),
      ]
    }),
  ),
  refused(
    'digest-of-nothing',
    'a group is exchanged, the digest is that of nothing',
    'sig.untrusted',
    edits((xml) => {
      const genuine = /<ds:DigestValue>(.*?)</.exec(xml)?.[1] ?? ''
      return [
        replace(xml, `>${groups[0]}<`, `>${forged.group}<`),
        replace(xml, `>${genuine}<`, `>${digestOf('')}<`),
      ]
    }),
  ),
  refused(
    'digest-comment',
    'a comment in the DigestValue: the genuine digest behind another one',
    'xml.markup',
    edits((xml) => [after(xml, '<ds:DigestValue>', `${digestOf('forged')}<!---->`)]),
    { cheap: true },
  ),
  refused(
    'two-digests',
    'two DigestValue elements',
    'schema',
    edits((xml) => [
      before(xml, '<ds:DigestValue>', `<ds:DigestValue>${digestOf('forged')}</ds:DigestValue>`),
    ]),
  ),
  refused(
    'two-signed-infos',
    'two SignedInfo elements, the second genuine',
    'schema',
    edits((xml) => [
      before(
        xml,
        '<ds:SignedInfo>',
        elementOf(xml, 'ds:SignedInfo').replace(
          /<ds:DigestValue>.*?</,
          `<ds:DigestValue>${digestOf('forged')}<`,
        ),
      ),
    ]),
  ),
  refused(
    'two-values',
    'two SignatureValue elements',
    'schema',
    edits((xml) => [after(xml, `</${value}>`, elementOf(xml, value))]),
  ),
  refused(
    'two-signatures',
    'the signature stands there twice',
    'schema',
    edits((xml) => [after(xml, '</ds:Signature>', elementOf(xml, 'ds:Signature'))]),
  ),
  refused(
    'last-child',
    'the signature is the last child of its assertion',
    'schema',
    edits((xml) => [
      remove(xml, 'ds:Signature'),
      before(xml, '</saml:Assertion>', elementOf(xml, 'ds:Signature')),
    ]),
  ),
  refused(
    'foreign-namespace',
    'the signature is in another namespace',
    'schema',
    edits((xml) => [replace(xml, 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', 'xmlns:ds="urn:x"')]),
  ),
  refused(
    'signature-11',
    'SignatureMethod is in the namespace of XML Signature 1.1',
    'schema',
    edits((xml) => [
      replace(xml, '<ds:SignatureMethod ', '<d:SignatureMethod xmlns:d="http://www.w3.org/2009/xmldsig11#" '),
    ]),
  ),
  refused(
    'of-another',
    'the signature is that of another message of the same person',
    'sig.reference',
    edits((xml, world) => {
      const other = xml.replaceAll(`_a-${world.caseId}`, '_a-other')
      const again = signed(other.replace(elementOf(other, 'ds:Signature'), ''), '_a-other', {
        key: trustedKey(),
      })
      const { start, end } = range(xml, 'ds:Signature')
      return [{ at: start, remove: end - start, insert: elementOf(again, 'ds:Signature') }]
    }),
  ),
  refused(
    'of-another-same-id',
    'the signature is that of another message with the same ID',
    'sig.invalid',
    edits((xml, world) => {
      const other = xml.replace(elementOf(xml, 'ds:Signature'), '').replace(emailOf(world), 'else@demo.test')
      const again = signed(other, `_a-${world.caseId}`, { key: trustedKey() })
      const { start, end } = range(xml, 'ds:Signature')
      return [{ at: start, remove: end - start, insert: elementOf(again, 'ds:Signature') }]
    }),
  ),
  refused(
    'root-name',
    'the root is a LogoutResponse',
    'schema',
    edits((xml) => [
      replace(xml, '<samlp:Response', '<samlp:LogoutResponse'),
      replace(xml, '</samlp:Response>', '</samlp:LogoutResponse>'),
    ]),
  ),
  refused(
    'root-artifact',
    'the root is an ArtifactResponse around the Response',
    'structure',
    edits((xml, world) => [
      {
        at: 0,
        remove: 0,
        insert: `<samlp:ArtifactResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_artifact" Version="2.0" IssueInstant="${new Date(world.now).toISOString()}"><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>`,
      },
      { at: xml.length, remove: 0, insert: '</samlp:ArtifactResponse>' },
    ]),
  ),
  refused(
    'root-assertion',
    'the assertion alone, without a Response',
    'structure',
    edits((xml) => {
      const { start, end } = range(xml, 'saml:Assertion')
      return [
        { at: 0, remove: start, insert: '' },
        { at: end, remove: xml.length - end, insert: '' },
      ]
    }),
  ),
  refused(
    'root-namespace',
    'the Response is one of SAML 1.1',
    'schema',
    edits((xml) => [
      replace(xml, 'urn:oasis:names:tc:SAML:2.0:protocol', 'urn:oasis:names:tc:SAML:1.0:protocol'),
    ]),
  ),
]

const keys = [
  refused(
    'untrusted',
    'signed by somebody else, whose certificate is in KeyInfo',
    'sig.untrusted',
    sealed(signing({ key: untrustedKey() }), ...here),
  ),
  refused(
    'untrusted-forged',
    'signed by somebody else, with another group',
    'sig.untrusted',
    sealed(
      (sound, world) => signing({ key: untrustedKey() })(showing(forged.group)(sound, world)),
      places.attributes,
      ...here,
    ),
  ),
  refused(
    'untrusted-no-keyinfo',
    'signed by somebody else, no KeyInfo',
    'sig.untrusted',
    sealed(signing({ key: untrustedKey(), keyInfo: [] }), ...here),
  ),
  refused(
    'swapped-certificate',
    'signed by somebody else, the trusted certificate in KeyInfo',
    'sig.untrusted',
    sealed(signing({ key: untrustedKey(), keyInfo: [trustedKey().certificate] })),
  ),
  refused(
    'two-certificates',
    'signed by somebody else, the trusted certificate and theirs in KeyInfo',
    'sig.untrusted',
    sealed(
      signing({ key: untrustedKey(), keyInfo: [trustedKey().certificate, untrustedKey().certificate] }),
      ...here,
    ),
  ),
  refused(
    'not-yet-trusted',
    'signed by a key the metadata do not show yet',
    'sig.untrusted',
    sealed(signing({ key: nextKey() }), ...here),
  ),
  refused(
    'untrusted-response',
    'both signed; the Response by somebody else',
    'sig.untrusted',
    sealed(
      sealing(() => ({ assertion: { key: trustedKey() }, response: { key: untrustedKey() } })),
      ...here,
    ),
    { from: bothSigned },
  ),
  refused(
    'untrusted-assertion',
    'both signed; the assertion by somebody else',
    'sig.untrusted',
    sealed(
      sealing(() => ({ assertion: { key: untrustedKey() }, response: { key: trustedKey() } })),
      ...here,
    ),
    { from: bothSigned },
  ),
  refused(
    'broken-response',
    'both signed; the Response has another Consent than it was signed with',
    'sig.invalid',
    edits((xml) => [before(xml, ' Version=', ' Consent="urn:oasis:names:tc:SAML:2.0:consent:unspecified"')]),
    { from: bothSigned },
  ),
  refused(
    'broken-assertion',
    'both signed; the assertion’s own SignatureValue is broken before the Response is signed',
    'sig.untrusted',
    sealed((sound) => ({
      ...sound,
      sign: (xml, id, how) => {
        const done = signed(xml, id, how)
        return id.startsWith('_a-') ? done.replace(`<${value}>`, `<${value}>AAAA`) : done
      },
    })),
    { from: bothSigned },
  ),
]

export const signatures: readonly Case[] = inGroup('C', ...tampered, ...keys)
