import { DOMParser } from '@xmldom/xmldom'
import { SignedXml } from 'xml-crypto'
import type { KeyPair } from './certificate.ts'
import { element, namespaces } from './xml.ts'

/** XML signatures on xml-crypto's canonical forms, digests and algorithms; the Signature itself is written here, so that nothing about it is fixed. */
export const algorithms = {
  rsaSha1: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
  rsaSha256: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
  rsaSha512: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
  pssSha256: 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
  hmacSha1: 'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
  sha1: 'http://www.w3.org/2000/09/xmldsig#sha1',
  sha256: 'http://www.w3.org/2001/04/xmlenc#sha256',
  sha512: 'http://www.w3.org/2001/04/xmlenc#sha512',
  exclusive: 'http://www.w3.org/2001/10/xml-exc-c14n#',
  exclusiveWithComments: 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments',
  inclusive: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
  inclusiveWithComments: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments',
  enveloped: 'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
} as const

export type Signing = {
  readonly key: KeyPair
  readonly algorithm?: string
  readonly digest?: string
  /** Of SignedInfo. */
  readonly canonicalization?: string
  /** Of the signed element, after the enveloped signature was taken out. */
  readonly transform?: string
  /** Of the last transform, when it is exclusive. */
  readonly inclusivePrefixes?: readonly string[]
  /** Certificates in KeyInfo, base64; absent: the key's own; none: no KeyInfo. */
  readonly keyInfo?: readonly string[]
}

const library = new SignedXml()
const created = <Value>(table: Readonly<Record<string, new () => Value>>, name: string): Value => {
  const Found = table[name]
  if (Found === undefined) throw new Error(`xml-crypto does not know ${name}`)
  return new Found()
}

const elementWithId = (document: Document, id: string): Element => {
  const found = [...Array.from(document.getElementsByTagName('*'))].find(
    (one) => one.getAttribute('ID') === id,
  )
  if (found === undefined) throw new Error(`no element with ID ${id} to sign`)
  return found
}

/** What inclusive canonical forms take from above. */
const inScope = (node: Element): { prefix: string; namespaceURI: string }[] => {
  const found = new Map<string, string>()
  for (let above = node.parentNode; above !== null; above = above.parentNode) {
    const { attributes } = above as Element
    for (const { name, value } of Array.from(attributes ?? []))
      if (/^xmlns(:|$)/.test(name)) {
        const prefix = name.slice('xmlns:'.length)
        if (!found.has(prefix)) found.set(prefix, value)
      }
  }
  return [...found].map(([prefix, namespaceURI]) => ({ prefix, namespaceURI }))
}

export const canonical = (
  node: Element,
  algorithm: string,
  inclusivePrefixes: readonly string[] = [],
): string =>
  String(
    created(library.CanonicalizationAlgorithms, algorithm).process(node, {
      ancestorNamespaces: inScope(node),
      defaultNsForPrefix: {},
      inclusiveNamespacesPrefixList: [...inclusivePrefixes],
    }),
  )

export const parsed = (xml: string): Document => new DOMParser().parseFromString(xml, 'text/xml')

export const digestOf = (octets: string, digest: string = algorithms.sha256): string =>
  created(library.HashAlgorithms, digest).getHash(octets)

/** One reference, as SAML core 5.4 has it. */
export const referenceXml = (xml: string, id: string, signing: Signing): string => {
  const { digest = algorithms.sha256, transform = algorithms.exclusive, inclusivePrefixes = [] } = signing
  const octets = canonical(elementWithId(parsed(xml), id), transform, inclusivePrefixes)
  const prefixes =
    inclusivePrefixes.length === 0
      ? ''
      : element('ec:InclusiveNamespaces', {
          'xmlns:ec': algorithms.exclusive,
          PrefixList: inclusivePrefixes.join(' '),
        })
  return element(
    'ds:Reference',
    { URI: `#${id}` },
    element(
      'ds:Transforms',
      {},
      element('ds:Transform', { Algorithm: algorithms.enveloped }),
      element('ds:Transform', { Algorithm: transform }, prefixes),
    ),
    element('ds:DigestMethod', { Algorithm: digest }),
    element('ds:DigestValue', {}, digestOf(octets, digest)),
  )
}

export const signedInfoXml = (signing: Signing, ...references: readonly string[]): string =>
  element(
    'ds:SignedInfo',
    {},
    element('ds:CanonicalizationMethod', { Algorithm: signing.canonicalization ?? algorithms.exclusive }),
    element('ds:SignatureMethod', { Algorithm: signing.algorithm ?? algorithms.rsaSha256 }),
    ...references,
  )

const keyInfoXml = ({ key, keyInfo = [key.certificate] }: Signing): string =>
  keyInfo.length === 0
    ? ''
    : element(
        'ds:KeyInfo',
        {},
        element('ds:X509Data', {}, ...keyInfo.map((one) => element('ds:X509Certificate', {}, one))),
      )

const unsigned = '<ds:SignatureValue>?</ds:SignatureValue>'

/** A Signature without its value, whatever is in its SignedInfo. */
export const signatureXml = (signing: Signing, signedInfo: string, objects = ''): string =>
  element('ds:Signature', { 'xmlns:ds': namespaces.ds }, signedInfo, unsigned, keyInfoXml(signing), objects)

/** Puts a Signature after the Issuer of the element with the ID, or in front of everything where it has none: where the schema wants it. */
export const placed = (xml: string, id: string, signature: string): string => {
  const start = xml.indexOf('>', xml.indexOf(` ID="${id}"`)) + 1
  const issuer = /^\s*<(?:\w+:)?Issuer[^>]*>[^<]*<\/(?:\w+:)?Issuer>/.exec(xml.slice(start))?.[0] ?? ''
  const at = start + issuer.length
  return xml.slice(0, at) + signature + xml.slice(at)
}

/** Gives the one Signature that has none yet its value: in its place, for an inclusive form depends on it. */
export const valued = (xml: string, signing: Signing): string => {
  const signatures = Array.from(parsed(xml).getElementsByTagNameNS(namespaces.ds, 'Signature'))
  const open = signatures.find(
    (one) => one.getElementsByTagNameNS(namespaces.ds, 'SignatureValue')[0]?.textContent === '?',
  )
  const signedInfo = open?.getElementsByTagNameNS(namespaces.ds, 'SignedInfo')[0]
  if (signedInfo === undefined) throw new Error('no signature waits for its value')
  const octets = canonical(signedInfo, signing.canonicalization ?? algorithms.exclusive)
  const value = created(library.SignatureAlgorithms, signing.algorithm ?? algorithms.rsaSha256).getSignature(
    octets,
    signing.key.privateKey,
  )
  return xml.replace(unsigned, `<ds:SignatureValue>${value}</ds:SignatureValue>`)
}

/** Signs the element with the ID, enveloped. */
export const signed = (xml: string, id: string, signing: Signing): string =>
  valued(
    placed(xml, id, signatureXml(signing, signedInfoXml(signing, referenceXml(xml, id, signing)))),
    signing,
  )
