import { createHash, sign as signOctets } from 'node:crypto'
import { algorithms, referenceXml } from '../../../infra/local/simulators/idp/signing.ts'
import type { Case, Expected } from './case.ts'
import { edits, inGroup, places, refuser, responseSigned, sealed, signing } from './changes.ts'
import { after, before } from './edit.ts'
import { hmacWithCertificate, signedBy, withReferences, withSignedInfo, withValue } from './forge.ts'

/** Group C, too: signatures by rules that are not ours. */
const refused = refuser('c')
const here = [places.signature, places.responseSignature]

const named = (id: string, algorithm: string, mutation: string, expected: Expected = 'sig.algorithm') =>
  refused(
    id,
    mutation,
    expected,
    sealed(
      signedBy(
        withValue(algorithm, (octets, { key }) =>
          signOctets('sha256', Buffer.from(octets), key.privateKey).toString('base64'),
        ),
      ),
      ...here,
    ),
  )
const digestNamed = (id: string, digest: string, hash: string) =>
  refused(
    id,
    `digest by ${digest}`,
    'sig.algorithm',
    sealed(
      signedBy(
        withSignedInfo((signedInfo) =>
          signedInfo
            .replace(algorithms.sha256, digest)
            .replace(
              /<ds:DigestValue>.*?</,
              `<ds:DigestValue>${createHash(hash).update('whatever').digest('base64')}<`,
            ),
        ),
      ),
      ...here,
    ),
  )
const changed = (
  id: string,
  mutation: string,
  change: (signedInfo: string, id: string) => string,
  expected: Expected = 'sig.algorithm',
) => refused(id, mutation, expected, sealed(signedBy(withSignedInfo(change)), ...here))

const algorithmsAsked = [
  refused(
    'rsa-sha1',
    'signed by RSA with SHA-1',
    'sig.algorithm',
    sealed(signing({ algorithm: algorithms.rsaSha1 }), ...here),
  ),
  refused('sha1', 'digest by SHA-1', 'sig.algorithm', sealed(signing({ digest: algorithms.sha1 }), ...here)),
  refused(
    'hmac-sha1',
    'HMAC with SHA-1, keyed with the public certificate',
    'sig.algorithm',
    sealed(signedBy(withValue(algorithms.hmacSha1, hmacWithCertificate('sha1'))), ...here),
  ),
  refused(
    'hmac-sha256',
    'HMAC with SHA-256, keyed with the public certificate',
    'sig.algorithm',
    sealed(
      signedBy(
        withValue('http://www.w3.org/2001/04/xmldsig-more#hmac-sha256', hmacWithCertificate('sha256')),
      ),
      ...here,
    ),
  ),
  named('rsa-md5', 'http://www.w3.org/2001/04/xmldsig-more#rsa-md5', 'called RSA with MD5'),
  named('dsa', 'http://www.w3.org/2000/09/xmldsig#dsa-sha1', 'called DSA'),
  named('ecdsa', 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', 'called ECDSA, by an RSA key'),
  named('unknown', 'urn:x', 'called urn:x'),
  named('prototype', 'constructor', 'called constructor'),
  named('sha256-as-signature', algorithms.sha256, 'called by the name of a digest'),
  digestNamed('md5', 'http://www.w3.org/2001/04/xmldsig-more#md5', 'md5'),
  digestNamed('digest-prototype', '__proto__', 'md5'),
  changed('c14n-11', 'SignedInfo in Canonical XML 1.1', (signedInfo) =>
    signedInfo.replace(
      `CanonicalizationMethod Algorithm="${algorithms.exclusive}"`,
      'CanonicalizationMethod Algorithm="http://www.w3.org/2006/12/xml-c14n11"',
    ),
  ),
  changed('c14n-unknown', 'SignedInfo in a canonical form nobody knows', (signedInfo) =>
    signedInfo.replace(
      `CanonicalizationMethod Algorithm="${algorithms.exclusive}"`,
      'CanonicalizationMethod Algorithm="urn:x"',
    ),
  ),
]

const enveloped = `<ds:Transform Algorithm="${algorithms.enveloped}"/>`
const exclusive = `<ds:Transform Algorithm="${algorithms.exclusive}"/>`
const transforms = [
  changed('xslt', 'an XSLT transform', (signedInfo) =>
    signedInfo.replace(
      exclusive,
      '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"><xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"><xsl:template match="/"/></xsl:stylesheet></ds:Transform>',
    ),
  ),
  changed('xpath', 'an XPath transform that leaves the attributes out', (signedInfo) =>
    signedInfo.replace(
      exclusive,
      `<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>not(ancestor-or-self::*[local-name()='AttributeStatement'])</ds:XPath></ds:Transform>${exclusive}`,
    ),
  ),
  changed('xpath-filter', 'an XPath Filter 2 transform', (signedInfo) =>
    signedInfo.replace(
      exclusive,
      `<ds:Transform Algorithm="http://www.w3.org/2002/06/xmldsig-filter2"><x:XPath xmlns:x="http://www.w3.org/2002/06/xmldsig-filter2" Filter="subtract">//*</x:XPath></ds:Transform>${exclusive}`,
    ),
  ),
  changed('base64-transform', 'a base64 transform', (signedInfo) =>
    signedInfo.replace(exclusive, `<ds:Transform Algorithm="http://www.w3.org/2000/09/xmldsig#base64"/>`),
  ),
  changed('transform-unknown', 'a transform called constructor', (signedInfo) =>
    signedInfo.replace(exclusive, '<ds:Transform Algorithm="constructor"/>'),
  ),
  changed('order', 'the enveloped signature taken out after the canonical form', (signedInfo) =>
    signedInfo.replace(enveloped + exclusive, exclusive + enveloped),
  ),
  changed('two-forms', 'two canonical forms in a row', (signedInfo) =>
    signedInfo.replace(exclusive, exclusive + exclusive),
  ),
  changed('enveloped-twice', 'enveloped twice', (signedInfo) =>
    signedInfo.replace(enveloped, enveloped + enveloped),
  ),
  changed('not-enveloped', 'the signature is not taken out', (signedInfo) =>
    signedInfo.replace(enveloped, ''),
  ),
  changed('no-transforms', 'no transforms', (signedInfo) =>
    signedInfo.replace(/<ds:Transforms>.*<\/ds:Transforms>/, ''),
  ),
  ...[50, 2000].map((count) =>
    refused(
      `transform-flood-${count}`,
      `${count} transforms`,
      'xml.limits',
      edits((xml) => [after(xml, '<ds:Transforms>', exclusive.repeat(count))]),
      { cheap: true },
    ),
  ),
]

const uri = (id: string, mutation: string, by: string, expected: Expected = 'sig.reference') =>
  changed(`uri-${id}`, mutation, (signedInfo, own) => signedInfo.replace(`URI="#${own}"`, by), expected)

const references = [
  uri('empty', 'an empty URI: the whole document', 'URI=""'),
  uri('none', 'no URI', ''),
  uri('foreign', 'the URI of another document', 'URI="https://elsewhere.test/assertion.xml"'),
  uri('fragment', 'a URI with path and fragment', 'URI="response.xml#_a"'),
  uri('xpointer', 'an XPointer', 'URI="#xpointer(/)"'),
  uri('nobody', 'the URI of nothing there', 'URI="#_nobody"'),
  uri('quoted', 'a URI with a quote', "URI=\"#_a'] | //*['1'='1\""),
  refused(
    'parent',
    'the assertion’s signature has a reference to the Response',
    'sig.reference',
    sealed(
      signedBy(withReferences((xml, id, how) => [referenceXml(xml, id.replace('_a-', '_r-'), how)])),
      ...here,
    ),
  ),
  refused(
    'two-references',
    'two references: assertion and Response',
    'sig.reference',
    sealed(
      signedBy(
        withReferences((xml, id, how) => [
          referenceXml(xml, id, how),
          referenceXml(xml, id.replace('_a-', '_r-'), how),
        ]),
      ),
      ...here,
    ),
  ),
  refused(
    'reference-twice',
    'the same reference twice',
    'sig.reference',
    sealed(
      signedBy(withReferences((xml, id, how) => [referenceXml(xml, id, how), referenceXml(xml, id, how)])),
      ...here,
    ),
  ),
  refused(
    'manifest',
    'a reference to a Manifest in a ds:Object',
    'structure',
    sealed(
      signedBy(
        withReferences(
          (xml, id, how) => [referenceXml(xml, id, how).replace(`URI="#${id}"`, 'URI="#_manifest"')],
          `<ds:Object><ds:Manifest Id="_manifest"><ds:Reference URI="#x"><ds:DigestMethod Algorithm="${algorithms.sha256}"/><ds:DigestValue>AAAA</ds:DigestValue></ds:Reference></ds:Manifest></ds:Object>`,
        ),
      ),
      ...here,
    ),
  ),
  refused(
    'object',
    'a ds:Object with nothing that matters',
    'structure',
    edits((xml) => [before(xml, '</ds:Signature>', '<ds:Object>fine</ds:Object>')]),
  ),
  ...(['Subject', 'Conditions', 'AttributeStatement'] as const).map((name) =>
    refused(
      `only-${name.toLowerCase()}`,
      `the signature covers the ${name} only`,
      'schema',
      sealed(
        (sound) => ({
          ...sound,
          assertionText: (xml) => xml.replace(`<saml:${name}`, `<saml:${name} ID="_part"`),
          sign: withReferences((xml, _, how) => [referenceXml(xml, '_part', how)]),
        }),
        places.assertion,
      ),
    ),
  ),
  refused(
    'only-status',
    'the signature at the Response covers the Status only',
    'schema',
    sealed(
      (sound) => ({
        ...sound,
        responseText: (xml) => xml.replace('<samlp:Status>', '<samlp:Status ID="_part">'),
        sign: withReferences((xml, _, how) => [referenceXml(xml, '_part', how)]),
      }),
      'Response/Status',
      ...here,
    ),
    { from: responseSigned },
  ),
]

export const methods: readonly Case[] = inGroup('C', ...algorithmsAsked, ...transforms, ...references)
