import { generateKeyPairSync, sign as signBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Sealing, sealed } from '../../../infra/local/simulators/idp/answer.ts'
import { selfSigned } from '../../../infra/local/simulators/idp/certificate.ts'
import { algorithms, canonical, parsed } from '../../../infra/local/simulators/idp/signing.ts'
import { encoded, nextKey, trustedKey, untrustedKey } from '../../support/identity-provider.ts'
import { byAssertion, byBoth, byResponse, judged, message, outcomeOf, verifiedOf, xmlOf } from './support.ts'

const both = (signing: Partial<NonNullable<Sealing['assertion']>>): Sealing => ({
  assertion: { key: trustedKey(), ...signing },
  response: { key: trustedKey(), ...signing },
})
const forms = [
  algorithms.exclusive,
  algorithms.exclusiveWithComments,
  algorithms.inclusive,
  algorithms.inclusiveWithComments,
]

describe('a sound signature is accepted', () => {
  it.each([
    ['the assertion', byAssertion],
    ['the Response', byResponse],
    ['both', byBoth],
  ])('over %s', (_name, sealing) => {
    expect(verifiedOf(xmlOf(message(), sealing())).nameId.value).toBe('persistent-ada')
  })

  it.each(
    forms.flatMap((canonicalization) => forms.map((transform) => [canonicalization, transform] as const)),
  )('over both, in the forms %s and %s', (canonicalization, transform) => {
    expect(outcomeOf(xmlOf(message(), both({ canonicalization, transform })))).toBe('verified')
  })

  it.each([
    [algorithms.rsaSha256, algorithms.sha256],
    [algorithms.rsaSha512, algorithms.sha512],
    [algorithms.pssSha256, algorithms.sha256],
  ])('by %s over %s', (algorithm, digest) => {
    expect(outcomeOf(xmlOf(message(), both({ algorithm, digest })))).toBe('verified')
  })

  it('without KeyInfo, or with a certificate in it that means nothing', () => {
    expect(outcomeOf(xmlOf(message(), both({ keyInfo: [] })))).toBe('verified')
    expect(outcomeOf(xmlOf(message(), both({ keyInfo: [untrustedKey().certificate] })))).toBe('verified')
  })

  it('by any of the certificates, expired or not, wherever it stands among them', () => {
    const expired = { from: new Date('2020-01-01'), until: new Date('2021-01-01') }
    const { privateKey, publicKey } = pairOf(2048)
    const key = {
      privateKey,
      certificate: selfSigned(privateKey, publicKey, { commonName: 'Old', ...expired }),
    }
    const certificates = [nextKey().certificate, 'bm8=', key.certificate]
    expect(
      outcomeOf(xmlOf(message(), { assertion: { key, keyInfo: [] } }), {
        provider: { entityId: 'https://idp.test/saml', certificates },
      }),
    ).toBe('verified')
  })

  it('with such a list for the SignedInfo too, signed as if it were not there: it names what is kept anyway', () => {
    const form = `<ds:CanonicalizationMethod Algorithm="${algorithms.exclusive}"`
    const kept = `<ec:InclusiveNamespaces xmlns:ec="${algorithms.exclusive}" PrefixList="ds"/>`
    const xml = resigned(
      algorithms.rsaSha256,
      (bytes) => signBytes('sha256', bytes, trustedKey().privateKey),
      (unsigned) => unsigned.replace(`${form}/>`, `${form}>${kept}</ds:CanonicalizationMethod>`),
    )
    expect(outcomeOf(xml)).toBe('verified')
  })

  it('with a list of namespaces to keep', () => {
    expect(
      outcomeOf(xmlOf(message(), { assertion: { key: trustedKey(), inclusivePrefixes: ['saml', 'xs'] } })),
    ).toBe('verified')
  })
})

/** The same message, its SignedInfo naming another method or changed otherwise, and its value made by that. */
const resigned = (
  uri: string,
  value: (bytes: Buffer) => Buffer,
  change: (xml: string) => string = (same) => same,
): string => {
  const xml = change(xmlOf().replace(algorithms.rsaSha256, uri))
  const [info] = Array.from(parsed(xml).getElementsByTagName('ds:SignedInfo'))
  if (info === undefined) throw new Error('no SignedInfo')
  const made = value(Buffer.from(canonical(info, algorithms.exclusive))).toString('base64')
  return xml.replace(/<ds:SignatureValue>[^<]*/, `<ds:SignatureValue>${made}`)
}

const pairOf = (modulusLength: number) =>
  generateKeyPairSync('rsa', {
    modulusLength,
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
const years = { from: new Date('2025-01-01'), until: new Date('2045-01-01') }

describe('algorithms that xml-crypto does not bring', () => {
  it('is RSA with SHA-384', () => {
    const xml = resigned('http://www.w3.org/2001/04/xmldsig-more#rsa-sha384', (bytes) =>
      signBytes('sha384', bytes, trustedKey().privateKey),
    )
    expect(outcomeOf(xml)).toBe('verified')
  })

  it('is not ECDSA, even by a key that is trusted: none is, metadata are read for RSA alone', () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', {
      namedCurve: 'prime256v1',
      publicKeyEncoding: { type: 'spki', format: 'der' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    const certificate = selfSigned(privateKey, publicKey, { commonName: 'EC', ...years })
    const provider = { entityId: 'https://idp.test/saml', certificates: [certificate] }
    const xml = resigned('http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256', (bytes) =>
      signBytes('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }),
    )
    expect(outcomeOf(xml, { provider })).toBe('sig.algorithm')
  })
})

describe('a signature that proves nothing is refused', () => {
  it.each([
    ['none at all', () => sealed(message(), {}), 'sig.missing'],
    ['one by SHA-1', () => xmlOf(message(), both({ algorithm: algorithms.rsaSha1 })), 'sig.algorithm'],
    ['a digest by SHA-1', () => xmlOf(message(), both({ digest: algorithms.sha1 })), 'sig.algorithm'],
    [
      'HMAC by the public certificate',
      () => xmlOf().replace(algorithms.rsaSha256, algorithms.hmacSha1),
      'sig.algorithm',
    ],
    [
      'an unknown form',
      () =>
        xmlOf().replace(
          `CanonicalizationMethod Algorithm="${algorithms.exclusive}"`,
          'CanonicalizationMethod Algorithm="urn:none"',
        ),
      'sig.algorithm',
    ],
    [
      'an XPath to choose by',
      () =>
        xmlOf().replace(
          `<ds:Transform Algorithm="${algorithms.enveloped}"`,
          '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"',
        ),
      'sig.algorithm',
    ],
    ['the transforms the other way round', () => swapped(xmlOf()), 'sig.algorithm'],
    [
      'a third transform',
      () =>
        xmlOf().replace(
          '</ds:Transforms>',
          `<ds:Transform Algorithm="${algorithms.exclusive}"/></ds:Transforms>`,
        ),
      'sig.algorithm',
    ],
    ['no transforms', () => xmlOf().replace(/<ds:Transforms>.*?<\/ds:Transforms>/, ''), 'sig.algorithm'],
    [
      'an XPath within a form',
      () =>
        xmlOf().replace(
          `<ds:Transform Algorithm="${algorithms.exclusive}"/>`,
          `<ds:Transform Algorithm="${algorithms.exclusive}"><ds:XPath>//*</ds:XPath></ds:Transform>`,
        ),
      'sig.algorithm',
    ],
    ['an empty reference', () => xmlOf().replace(/ URI="#[^"]*"/, ' URI=""'), 'sig.reference'],
    ['no reference', () => xmlOf().replace(/ URI="#[^"]*"/, ''), 'sig.reference'],
    [
      'a reference to something else',
      () => xmlOf().replace(/ URI="#[^"]*"/, ` URI="#${message().response.id}"`),
      'sig.reference',
    ],
    ['two references', () => xmlOf().replace(/<ds:Reference .*<\/ds:Reference>/, '$&$&'), 'sig.reference'],
    ['another key', () => xmlOf(message(), { assertion: { key: untrustedKey() } }), 'sig.untrusted'],
    [
      'another key that shows the trusted certificate',
      () => xmlOf(message(), { assertion: { key: untrustedKey(), keyInfo: [trustedKey().certificate] } }),
      'sig.untrusted',
    ],
    [
      'a value that is none',
      () => xmlOf().replace(/<ds:SignatureValue>[^<]*/, '<ds:SignatureValue>'),
      'sig.untrusted',
    ],
    [
      'another digest',
      () =>
        xmlOf().replace(/<ds:DigestValue>[^<]*/, `<ds:DigestValue>${Buffer.alloc(32).toString('base64')}`),
      'sig.untrusted',
    ],
    ['another group', () => xmlOf().replace('SOC-Analysts', 'SOC-Admins'), 'sig.invalid'],
    [
      'another group, around which the Response is signed',
      () => xmlOf(message(), byResponse()).replace('SOC-Analysts', 'SOC-Admins'),
      'sig.invalid',
    ],
    [
      'one more attribute',
      () =>
        xmlOf().replace(
          '</saml:AttributeStatement>',
          '<saml:Attribute Name="role"><saml:AttributeValue>admin</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>',
        ),
      'sig.invalid',
    ],
    ['one of two broken, the assertion', () => brokenFirst(xmlOf(message(), byBoth()), 1), 'sig.invalid'],
    ['one of two broken, the Response', () => brokenFirst(xmlOf(message(), byBoth()), 0), 'sig.untrusted'],
    [
      'one of two by somebody else',
      () => xmlOf(message(), { assertion: { key: untrustedKey() }, response: { key: trustedKey() } }),
      'sig.untrusted',
    ],
    [
      'one of two over what was changed since',
      () => xmlOf(message(), byAssertion()).replace('SOC-Analysts', 'SOC-Admins'),
      'sig.invalid',
    ],
  ])('%s', (_name, xml, code) => {
    expect(outcomeOf(xml())).toBe(code)
  })

  it('by a key that others can compute', () => {
    const { privateKey, publicKey } = pairOf(1024)
    const key = {
      privateKey,
      certificate: selfSigned(privateKey, publicKey, { commonName: 'Weak', ...years }),
    }
    expect(
      outcomeOf(xmlOf(message(), { assertion: { key } }), {
        provider: { entityId: 'https://idp.test/saml', certificates: [key.certificate] },
      }),
    ).toBe('sig.untrusted')
  })

  it('where nobody is trusted', () => {
    expect(outcomeOf(xmlOf(), { provider: { entityId: 'https://idp.test/saml', certificates: [] } })).toBe(
      'sig.untrusted',
    )
  })

  it('before anything of the size of the message is computed', () => {
    const { steps } = judged([encoded(xmlOf(message(), { assertion: { key: untrustedKey() } }))])
    expect(steps).toEqual(['schema', 'dom', 'signature'])
    expect(judged([encoded(xmlOf())]).steps).toEqual(['schema', 'dom', 'signature', 'digest', 'dom'])
  })
})

const swapped = (xml: string): string =>
  xml.replace(/(<ds:Transform [^>]*enveloped-signature"\/>)(<ds:Transform [^>]*\/>)/, '$2$1')
/** The signature values of a doubly signed message, one of them changed in its first letters. */
const brokenFirst = (xml: string, which: number): string => {
  let seen = -1
  return xml.replace(/<ds:SignatureValue>..../g, (found) => {
    seen += 1
    return seen === which ? '<ds:SignatureValue>AAAA' : found
  })
}

describe('what is read is what was signed', () => {
  it('although the Response around it was rewritten', () => {
    const xml = xmlOf().replace(
      /<samlp:Response /,
      '<samlp:Response Consent="urn:oasis:names:tc:SAML:2.0:consent:prior" ',
    )
    expect(verifiedOf(xml).attributes.groups).toEqual(['SOC-Analysts'])
  })
})
