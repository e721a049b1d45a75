import fc from 'fast-check'
import { expect, test } from 'vitest'
import { subjectOf } from '../../../lib/saml/trust/certificates.ts'
import { readMetadata } from '../../../lib/saml/trust/metadata.ts'
import {
  aggregate,
  certificate,
  curveCertificate,
  entity,
  keyDescriptor,
  now,
  signOn,
  weakCertificate,
} from './metadata-text.ts'

const first = certificate('first')
const second = certificate('second')
const read = (text: string, entityId?: string, local = false) =>
  readMetadata(text, { now, local, ...(entityId === undefined ? {} : { entityId }) })
const codeOf = (text: string, entityId?: string): string => {
  const reading = read(text, entityId)
  return reading.kind === 'problem' ? reading.code : reading.kind
}
const fingerprints = (text: string): readonly string[] => {
  const reading = read(text)
  return reading.kind === 'read' ? reading.certificates.map(({ fingerprint }) => fingerprint) : [reading.code]
}

test('one identity provider is read with everything that counts', () => {
  expect(
    read(
      `\uFEFF<?xml version="1.0" encoding="UTF-8"?>\n<!-- kept by hand -->${entity({
        keys: keyDescriptor(first.base64, 'signing'),
        roleAttributes: ' WantAuthnRequestsSigned="true"',
        services: `${signOn()}${signOn('https://idp.example/post', 'HTTP-POST')}${signOn('https://idp.example/soap', 'SOAP')}`,
        after: '<md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/>',
      })}`,
    ),
  ).toEqual({
    kind: 'read',
    entityId: 'https://idp.example/',
    signOn: { redirect: 'https://idp.example/sso?app=1&x=2', post: 'https://idp.example/post' },
    wantsSignedRequests: true,
    certificates: [
      { fingerprint: first.fingerprint, certificate: first.base64, notAfter: '2035-12-31T23:00:00.000Z' },
    ],
    unsuitable: [],
  })
  expect(subjectOf(first.base64)).toBe('first')
})

test('certificates: several, with and without use, over several lines, each once, none for encryption', () => {
  const lines = first.base64.replaceAll(/(.{40})/g, '$1\r\n\t ')
  const other = certificate('for encryption').base64
  const keys = [
    keyDescriptor(`\n${lines}\n`),
    keyDescriptor(second.base64),
    keyDescriptor(first.base64, 'signing'),
    keyDescriptor(other, 'encryption'),
  ].join('')
  expect(fingerprints(entity({ keys }))).toEqual([first.fingerprint, second.fingerprint])
  const both = `<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>${first.base64}</ds:X509Certificate><ds:X509Certificate>${second.base64}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>`
  expect(fingerprints(entity({ keys: both }))).toEqual([first.fingerprint, second.fingerprint])
})

test('keys nobody should sign with are left out and named; when none is left, the metadata are refused', () => {
  const [weak, curve] = [weakCertificate(), curveCertificate()]
  const unsuitable = `${keyDescriptor(weak.base64)}${keyDescriptor(curve.base64, 'signing')}`
  expect(read(entity({ keys: unsuitable + keyDescriptor(first.base64) }))).toMatchObject({
    certificates: [{ fingerprint: first.fingerprint }],
    unsuitable: [
      { fingerprint: weak.fingerprint, why: 'its RSA key has 1024 bits, fewer than 2048' },
      { fingerprint: curve.fingerprint, why: 'its key is ec, not RSA' },
    ],
  })
  expect(read(entity({ keys: unsuitable }))).toMatchObject({
    code: 'trust.noCertificate',
    rule: 'no signing certificate is usable: its RSA key has 1024 bits, fewer than 2048',
  })
})

test('of several, only the one that is meant is read', () => {
  const others = [entity({ entityId: 'urn:a' }), entity({ entityId: 'urn:b' })]
  expect(codeOf(aggregate(others))).toBe('trust.aggregate')
  expect(codeOf(aggregate(others), 'urn:c')).toBe('trust.aggregate')
  expect(codeOf(aggregate([...others, entity({ entityId: 'urn:b' })]), 'urn:b')).toBe('trust.aggregate')
  expect(read(aggregate([aggregate(others)]), 'urn:b')).toMatchObject({ kind: 'read', entityId: 'urn:b' })
  expect(codeOf(aggregate([aggregate(others, ' validUntil="2090-01-01T00:00:00Z"')]), 'urn:b')).toBe(
    'trust.expired',
  )
})

const spWithoutIdp =
  '<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="a"><md:SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/></md:EntityDescriptor>'
const many = Array.from({ length: 13 }, (_, n) => keyDescriptor(certificate(`c${n}`).base64)).join('')
const bomb = '<a>'.repeat(60) + '</a>'.repeat(60)

test.each([
  ['more than a megabyte', `${entity()}${' '.repeat(1024 * 1024)}`, 'trust.size'],
  ['a flood of tags', entity({ after: '<a/>'.repeat(13_000) }), 'trust.size'],
  ['a tower of elements', entity({ after: bomb }), 'trust.size'],
  [
    'a tower behind a quoted bracket',
    entity({ after: '<a b="/>">'.repeat(60) + '</a>'.repeat(60) }),
    'trust.size',
  ],
  ['a comment that is never closed, over and over', '<!--'.repeat(250_000), 'trust.markup'],
  ['a name of half a megabyte', `<${'a'.repeat(500_000)}`, 'trust.size'],
  [
    'an element with thousands of attributes',
    entity({ after: `<a ${Array.from({ length: 2000 }, (_, n) => `b${n}=""`).join(' ')}/>` }),
    'trust.size',
  ],
  [
    'thousands of namespaces',
    entity({ after: Array.from({ length: 2100 }, (_, n) => `<a xmlns:b${n}="c"/>`).join('') }),
    'trust.size',
  ],
  ['another encoding', `<?xml version="1.0" encoding="ISO-8859-1"?>${entity()}`, 'trust.encoding'],
  ['bytes that are no UTF-8', entity({ after: '\uFFFD' }), 'trust.encoding'],
  ['a DOCTYPE', `<!DOCTYPE a>${entity()}`, 'trust.markup'],
  ['an entity', `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${entity()}`, 'trust.markup'],
  ['a processing instruction', entity({ after: '<?php ?>' }), 'trust.markup'],
  ['a CDATA section', entity({ after: '<![CDATA[x]]>' }), 'trust.markup'],
  ['a declaration that is not first', `${entity()}<?xml version="1.0"?>`, 'trust.markup'],
  ['an open comment', `${entity()}<!-- `, 'trust.markup'],
  ['half a document', entity().slice(0, -10), 'trust.malformed'],
  ['two documents', entity() + entity(), 'trust.malformed'],
  ['an attribute twice', entity({ attributes: ' entityID="b"' }), 'trust.malformed'],
  ['an unknown entity', entity({ services: signOn('https://idp.example/&x;') }), 'trust.malformed'],
  ['nothing', '', 'trust.malformed'],
  ['a page', '<html><body>Log in</body></html>', 'trust.root'],
  ['another namespace', entity().replaceAll('SAML:2.0:metadata', 'SAML:1.0:metadata'), 'trust.root'],
  ['no name', entity({ entityId: '' }), 'trust.entityId'],
  ['a name that is too long', entity({ entityId: 'a'.repeat(1025) }), 'trust.entityId'],
  ['a name with a line break', entity({ entityId: 'urn:a&#10;b' }), 'trust.entityId'],
  ['a name that turns what is around it', entity({ entityId: 'urn:a\u202Eb' }), 'trust.entityId'],
  [
    'a login with a line break',
    entity({ services: signOn('https://idp.example/&#13;&#10;Set-Cookie:a') }),
    'trust.signOn',
  ],
  ['an application', spWithoutIdp, 'trust.role'],
  ['SAML 1.1 alone', entity({ protocol: 'urn:oasis:names:tc:SAML:1.1:protocol' }), 'trust.role'],
  [
    'two roles for SAML 2.0',
    entity({
      after: '<md:IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"/>',
    }),
    'trust.role',
  ],
  ['metadata of yesterday', entity({ attributes: ' validUntil="2096-05-01T08:00:00Z"' }), 'trust.expired'],
  [
    'a role of yesterday',
    entity({ roleAttributes: ' validUntil="2096-05-01T10:00:00+02:00"' }),
    'trust.expired',
  ],
  [
    'an end without a zone, which is UTC',
    entity({ attributes: ' validUntil="2096-05-01T07:59:59"' }),
    'trust.expired',
  ],
  ['an end that is no time', entity({ attributes: ' validUntil="tomorrow"' }), 'trust.validUntil'],
  ['a date that is none', entity({ attributes: ' validUntil="2096-13-41T00:00:00Z"' }), 'trust.validUntil'],
  ['nowhere to log in', entity({ services: '' }), 'trust.signOn'],
  ['SOAP alone', entity({ services: signOn('https://idp.example/', 'SOAP') }), 'trust.signOn'],
  ['a login over http', entity({ services: signOn('http://idp.example/') }), 'trust.signOn'],
  ['a login on this machine', entity({ services: signOn('https://localhost/') }), 'trust.signOn'],
  ['a login at a private number', entity({ services: signOn('https://192.168.0.1/') }), 'trust.signOn'],
  ['a script to log in', entity({ services: signOn('javascript:alert(1)') }), 'trust.signOn'],
  ['no key', entity({ keys: '' }), 'trust.noCertificate'],
  [
    'a key for encryption alone',
    entity({ keys: keyDescriptor(first.base64, 'encryption') }),
    'trust.noCertificate',
  ],
  [
    'a key for something unknown',
    entity({ keys: keyDescriptor(first.base64, 'Signing') }),
    'trust.noCertificate',
  ],
  ['a certificate that is text', entity({ keys: keyDescriptor('MIIC not base64!') }), 'trust.certificate'],
  ['an empty certificate', entity({ keys: keyDescriptor('') }), 'trust.certificate'],
  ['half a certificate', entity({ keys: keyDescriptor(first.base64.slice(0, 400)) }), 'trust.certificate'],
  [
    'PEM inside base64',
    entity({
      keys: keyDescriptor(
        Buffer.from(`-----BEGIN CERTIFICATE-----\n${first.base64}\n-----END CERTIFICATE-----\n`).toString(
          'base64',
        ),
      ),
    }),
    'trust.certificate',
  ],
  [
    'an element in a certificate',
    entity({ keys: keyDescriptor(`<x/>${first.base64}`) }),
    'trust.certificate',
  ],
  ['thirteen certificates', entity({ keys: many }), 'trust.tooManyCertificates'],
])('%s: refused', (_what, text, code) => {
  expect(codeOf(text)).toBe(code)
})

test('every refusal names field, rule and remedy, and quotes nothing', () => {
  const reading = read(
    entity({ entityId: 'https://secret.example/', services: signOn('http://secret.example/') }),
  )
  expect(reading).toEqual({
    kind: 'problem',
    code: 'trust.signOn',
    field: 'SingleSignOnService',
    rule: 'its Location must begin with https://',
    remedy: 'give it a public https address at the identity provider',
  })
})

test('a comment between the letters of a value is no part of it', () => {
  const half = first.base64.length / 2
  const keys = keyDescriptor(`${first.base64.slice(0, half)}<!-- x -->${first.base64.slice(half)}`)
  expect(fingerprints(entity({ keys }))).toEqual([first.fingerprint])
})

test('on one machine an identity provider may be on its loopback', () => {
  const text = entity({ services: signOn('http://127.0.0.1:8081/idp/sso') })
  expect(read(text, undefined, true)).toMatchObject({ signOn: { redirect: 'http://127.0.0.1:8081/idp/sso' } })
  expect(codeOf(text)).toBe('trust.signOn')
})

/** Pieces that mean something to XML, to SAML or to whoever reads carelessly. */
const pieces = [
  '<',
  '>',
  '"',
  "'",
  '&',
  '&amp;',
  '&#0;',
  '&#x1F600;',
  '<!--',
  '-->',
  '<?x?>',
  '<![CDATA[',
  ']]>',
  '<!DOCTYPE a>',
  '\0',
  ' validUntil="2000-01-01T00:00:00Z"',
  ' entityID="urn:evil"',
  '</md:IDPSSODescriptor>',
  '<md:KeyDescriptor>',
  ' xmlns="urn:a"',
  ' xmlns:md="urn:a"',
  ' use="encryption"',
  'https://evil.example/',
  '\uD800',
  '\u202E',
]
const edit = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  cut: fc.nat(200),
  put: fc.constantFrom(...pieces),
})

test('whatever is done to metadata, they are read or refused: never another certificate, never an exception', () => {
  const whole = entity({
    keys: keyDescriptor(first.base64, 'signing'),
    services: signOn() + signOn('https://idp.example/post', 'HTTP-POST'),
  })
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      const text = edits.reduce((before, { at, cut, put }) => {
        const start = Math.floor(at * before.length)
        return before.slice(0, start) + put + before.slice(start + cut)
      }, whole)
      const reading = read(text)
      if (reading.kind === 'problem') {
        expect(reading.code).toMatch(/^trust\.[a-zA-Z]+$/)
        expect(reading.rule.length * reading.remedy.length).toBeGreaterThan(0)
      } else expect(reading.certificates.map(({ fingerprint }) => fingerprint)).toEqual([first.fingerprint])
    }),
    { numRuns: 2000 },
  )
})
