import { attributeFormats, bearer, nameIdFormats } from '../../../infra/local/simulators/idp/message.ts'
import { algorithms } from '../../../infra/local/simulators/idp/signing.ts'
import type { Case, Mutation } from './case.ts'
import { groups as plainGroups, subjectOf } from './case.ts'
import {
  assertion,
  attribute,
  edits,
  exchange,
  field,
  from,
  inGroup,
  places,
  refuser,
  sealed,
  showing,
  signing,
} from './changes.ts'
import { after, before, insert, replaceAll } from './edit.ts'

/** Groups A, D, F and H, too: what has been told of in the last years. */
const fine = (id: string, mutation: string, how: Mutation, more: Partial<Case> = {}) => ({
  id: `a-${id}`,
  mutation,
  expected: 'accepted' as const,
  how,
  ...more,
})
const nameIdOf = (format: string | undefined) =>
  assertion((_, world) => ({
    nameId: { value: subjectOf(world), ...(format === undefined ? {} : { format }) },
  }))

const sound = [
  fine(
    'nameid-unspecified',
    'a NameID of unspecified format',
    sealed(nameIdOf(nameIdFormats.unspecified), places.subject),
  ),
  fine(
    'nameid-email',
    'a NameID called an e-mail address',
    sealed(nameIdOf(nameIdFormats.email), places.subject),
  ),
  fine(
    'targeted-id',
    'an attribute whose value is a NameID, as eduPersonTargetedID has it',
    sealed(
      (start, world) => ({
        ...attribute({
          name: 'urn:oid:1.3.6.1.4.1.5923.1.1.1.10',
          format: attributeFormats.uri,
          values: ['opaque'],
        })(start, world),
        assertionText: (xml) => xml.replace('>opaque<', '><saml:NameID>opaque</saml:NameID><'),
      }),
      places.attributes,
    ),
  ),
  fine(
    'second-confirmation',
    'a confirmation of another method before the bearer’s',
    sealed(
      assertion(({ confirmations }) => ({
        confirmations: [{ method: 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches' }, ...confirmations],
      })),
      places.data,
    ),
  ),
  fine(
    'bearer-for-another',
    'a bearer confirmation for another service beside ours',
    sealed(
      assertion(({ confirmations }, world) => ({
        confirmations: [
          { method: bearer, recipient: world.other.acs, notOnOrAfter: from(world, 300) },
          ...confirmations,
        ],
      })),
      places.data,
    ),
  ),
  fine(
    'offset',
    'times with an offset instead of Z',
    sealed(
      assertion(({ conditions }, world) => ({
        ...(conditions && {
          conditions: { ...conditions, notOnOrAfter: from(world, 7500).replace('Z', '+02:00') },
        }),
      })),
      places.conditions,
    ),
  ),
  fine(
    'no-milliseconds',
    'times without fractions',
    sealed(
      assertion(({ conditions }, world) => ({
        ...(conditions && {
          conditions: { ...conditions, notOnOrAfter: from(world, 300).replace(/\.\d+/, '') },
        }),
      })),
      places.conditions,
    ),
  ),
  fine(
    'prefixes',
    'other prefixes everywhere, as Shibboleth has them',
    sealed((start) => ({
      ...start,
      assertionText: (xml) => xml.replaceAll(/(<\/?|xmlns:)saml(?=[:=])/g, '$1saml2'),
      responseText: (xml) => xml.replaceAll(/(<\/?|xmlns:)samlp(?=[:=])/g, '$1saml2p'),
    })),
  ),
  fine(
    'crlf',
    'line ends of two letters on the way',
    edits((xml) => replaceAll(xml, '\n', '\r\n')),
    {
      from: (start) => ({ ...start, assertionText: (xml) => xml.replaceAll('><', '>\n<') }),
    },
  ),
  fine(
    'carriage-return',
    'a group with a reference to a carriage return at its end',
    sealed(
      (start) => ({
        ...start,
        assertionText: (xml) => xml.replace(`>${plainGroups[0]}<`, `>${plainGroups[0]}&#13;<`),
      }),
      places.attributes,
    ),
  ),
  fine(
    'references',
    'a group in references to characters',
    sealed((start) => ({
      ...start,
      assertionText: (xml) => xml.replace('>SOC-Analysts<', '>&#83;&#x4F;C-Analysts<'),
    })),
  ),
  fine(
    'single-quotes',
    'attributes in single quotes',
    sealed((start) => ({
      ...start,
      assertionText: (xml) =>
        xml.replaceAll(/ (Version|IssueInstant|Method|Name|Format)="([^"]*)"/g, " $1='$2'"),
    })),
  ),
  fine(
    'unused-namespace',
    'a namespace nobody uses on the way, exclusive form',
    edits((xml) => [before(xml, ' Version=', ' xmlns:unused="urn:unused"')]),
  ),
  fine(
    'keyinfo-name',
    'a KeyName beside the certificate',
    edits((xml) => [after(xml, '<ds:KeyInfo>', '<ds:KeyName>idp</ds:KeyName>')]),
  ),
  fine(
    'keyinfo-elsewhere',
    'KeyInfo says where else to look for a key: nobody looks',
    edits((xml) => [
      after(
        xml,
        '<ds:KeyInfo>',
        '<ds:RetrievalMethod URI="http://169.254.169.254/latest/meta-data/" Type="http://www.w3.org/2000/09/xmldsig#rawX509Certificate"/>',
      ),
    ]),
  ),
  fine('byte-order-mark', 'UTF-8 with its mark', {
    kind: 'bytes',
    apply: (xml) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), xml]),
    undo: (mutant) => mutant.subarray(3),
  }),
  fine(
    'default-prefix-listed',
    '#default in the list of inclusive prefixes',
    sealed(signing({ inclusivePrefixes: ['#default', 'saml'] }), places.signature),
  ),
  fine(
    'mixed-forms',
    'SignedInfo in inclusive, the assertion in exclusive form',
    sealed(signing({ canonicalization: algorithms.inclusive }), places.signature),
  ),
  fine(
    'lower-percent',
    'the form in lower-case percent escapes',
    exchange((start) => ({
      ...start,
      post: {
        ...start.post,
        raw: new URLSearchParams(start.post.form.map(([name, value]) => [name, value]))
          .toString()
          .replaceAll(/%[0-9A-F]{2}/g, (one) => one.toLowerCase()),
      },
    })),
  ),
]

const d = refuser('d')
const rawForm = (
  id: string,
  mutation: string,
  expected: 'message.parameter' | 'message.base64' | 'message.size',
  raw: (form: string) => string,
) =>
  d(
    id,
    mutation,
    expected,
    exchange((start) => ({
      ...start,
      post: {
        ...start.post,
        raw: raw(new URLSearchParams(start.post.form.map(([name, value]) => [name, value])).toString()),
      },
    })),
  )
const parameters = [
  rawForm('plus', 'every plus of the base64 as it is: a blank in forms', 'message.base64', (form) =>
    form.replace('SAMLResponse=', 'SAMLResponse=QUJD+'),
  ),
  rawForm('lower-name', 'samlresponse', 'message.parameter', (form) =>
    form.replace('SAMLResponse=', 'samlresponse='),
  ),
  rawForm('many-fields', 'a hundred more fields', 'message.parameter', (form) => form + '&x=1'.repeat(100)),
  rawForm('relay-twice', 'RelayState twice', 'message.parameter', (form) => `${form}&RelayState=x`),
  rawForm(
    'long-form',
    'a form of a million letters',
    'message.size',
    (form) => `${form}&x=${'x'.repeat(1_000_000)}`,
  ),
  rawForm('no-form', 'no form at all', 'message.parameter', () => ''),
  rawForm('nul-parameter', 'a NUL behind the base64', 'message.base64', (form) =>
    form.replace('&RelayState', '%00&RelayState'),
  ),
  d(
    'percent-twice',
    'escaped twice',
    'message.base64',
    field('SAMLResponse', (value) => encodeURIComponent(`${value.slice(0, 8)}+/+=`)),
  ),
  d(
    'multipart',
    'the form called multipart',
    'message.parameter',
    exchange((start) => ({
      ...start,
      post: { ...start.post, contentType: 'multipart/form-data; boundary=x' },
    })),
  ),
  d(
    'empty-root',
    'an empty element alone',
    'schema',
    edits((xml) => [{ at: 0, remove: xml.length, insert: '<x/>' }]),
  ),
  d(
    'letters',
    'letters, no markup',
    'schema',
    edits((xml) => [{ at: 0, remove: xml.length, insert: 'xxxx' }]),
  ),
  d(
    'tab-in-name',
    'a vertical tab in a tag',
    'schema',
    edits((xml) => [insert(xml.indexOf('<samlp:Status>') + 4, '\u000b')]),
  ),
]

const f = refuser('f')
const late = [
  f(
    'subject-encrypted',
    'an EncryptedID instead of a NameID',
    'subject.missing',
    sealed(
      (start, world) => ({
        ...start,
        assertionText: (xml) =>
          xml.replace(
            /<saml:NameID.*?<\/saml:NameID>/,
            `<saml:EncryptedID><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"><xenc:CipherData><xenc:CipherValue>${Buffer.from(world.caseId).toString('base64')}</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedID>`,
          ),
      }),
      places.subject,
    ),
  ),
  f(
    'window-long',
    'a confirmation good for two days',
    'confirmation.window',
    sealed(
      assertion(({ confirmations }, world) => ({
        confirmations: confirmations.map((one) => ({ ...one, notOnOrAfter: from(world, 172_800) })),
      })),
      places.data,
    ),
  ),
  f(
    'group-elsewhere',
    'groups, and the assertion is for another service',
    'audience',
    sealed(
      (start, world) =>
        assertion(({ conditions }) => ({
          conditions: { ...conditions, audiences: [['https://elsewhere.test/sp']] },
        }))(showing('SOC-Admins')(start, world), world),
      places.conditions,
      places.attributes,
    ),
  ),
]

const h = (id: string, mutation: string, method: 'GET' | 'PUT' | 'HEAD') => ({
  id: `h-${id}`,
  mutation,
  expected: 'no route' as const,
  how: exchange((start) => ({ ...start, post: { ...start.post, method } })),
})
const bindings = [
  h('put', 'the genuine message by PUT', 'PUT'),
  h('head', 'the genuine message by HEAD', 'HEAD'),
  h('get', 'the genuine message in the body of a GET', 'GET'),
]

export const unusual: readonly Case[] = [
  ...inGroup('A', ...sound),
  ...inGroup('D', ...parameters),
  ...inGroup('F', ...late),
  ...inGroup('H', ...bindings),
]
