import { describe, expect, it } from 'vitest'
import { sealed } from '../../../infra/local/simulators/idp/answer.ts'
import { assertionXml, responseXml } from '../../../infra/local/simulators/idp/message.ts'
import { signed } from '../../../infra/local/simulators/idp/signing.ts'
import { trustedKey } from '../../support/identity-provider.ts'
import { byAssertion, message, outcomeOf, verifiedOf } from './support.ts'

/** A sound message with these words for attribute statements, signed as they are. */
const withStatements = (statements: string): string => {
  const sound = message()
  const plain = assertionXml(sound.assertion).replace(
    /<saml:AttributeStatement>.*<\/saml:AttributeStatement>/,
    statements,
  )
  return signed(responseXml(sound.response, plain), sound.assertion.id, { key: trustedKey() })
}
const attribute = (name: string, ...values: readonly string[]): string =>
  `<saml:Attribute Name="${name}">${values.map((value) => `<saml:AttributeValue>${value}</saml:AttributeValue>`).join('')}</saml:Attribute>`
const statement = (...attributes: readonly string[]): string =>
  `<saml:AttributeStatement>${attributes.join('')}</saml:AttributeStatement>`
const attributesFrom = (...attributes: readonly string[]) =>
  verifiedOf(withStatements(statement(...attributes))).attributes

describe('attributes', () => {
  it('may be none at all', () => {
    expect(verifiedOf(sealed(message({ attributes: [] }), byAssertion())).attributes).toEqual({})
  })

  it('are lists in the order of the document, trimmed, empty ones left out', () => {
    expect(attributesFrom(attribute('g', ' b ', '\n a', '', '  ', 'b'))).toEqual({ g: ['b', 'a', 'b'] })
  })

  it('are there although they have no value', () => {
    expect(attributesFrom(attribute('g'), attribute('h', ''))).toEqual({ g: [], h: [] })
  })

  it('of one name are one, in several places and statements too', () => {
    const xml = withStatements(
      `${statement(attribute('g', 'a'), attribute('h', 'x'), attribute('g', 'b'))}${statement(attribute('g', 'c'))}`,
    )
    expect(verifiedOf(xml).attributes).toEqual({ g: ['a', 'b', 'c'], h: ['x'] })
  })

  it('keep the letters of names and values: entities, other scripts, commas', () => {
    expect(
      attributesFrom(
        attribute('urn:oid:1.3 &amp; Co', 'Ménagerie &lt;b&gt;', '東京', 'CN=a,OU=b', '&#x1F600;'),
      ),
    ).toEqual({
      'urn:oid:1.3 & Co': ['Ménagerie <b>', '東京', 'CN=a,OU=b', '😀'],
    })
  })

  it('go by Name alone', () => {
    const friendly = attribute('urn:oid:1', 'a').replace('Name=', 'FriendlyName="groups" Name=')
    expect(attributesFrom(friendly)).toEqual({ 'urn:oid:1': ['a'] })
  })

  it('may be nil, which is no value', () => {
    const nil = '<saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/>'
    expect(
      attributesFrom(attribute('g', 'a').replace('</saml:Attribute>', `${nil}</saml:Attribute>`)),
    ).toEqual({ g: ['a'] })
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'may be called %s without meaning anything by it',
    (name) => {
      const attributes = attributesFrom(attribute(name, 'a'))
      expect(Object.getPrototypeOf(attributes)).toBeNull()
      expect(Object.entries(attributes)).toEqual([[name, ['a']]])
      expect(({} as Record<string, unknown>).a).toBeUndefined()
    },
  )

  it('may hold a NameID alone, as eduPersonTargetedID does', () => {
    expect(
      attributesFrom(attribute('urn:oid:1.3.6.1.4.1.5923.1.1.1.10', '\n<saml:NameID> abc </saml:NameID> ')),
    ).toEqual({
      'urn:oid:1.3.6.1.4.1.5923.1.1.1.10': ['abc'],
    })
  })

  it.each([
    ['an element', '<a xmlns="">SOC</a>'],
    ['an element within text', 'SOC-<b xmlns=""/>Admins'],
    ['text beside a NameID', 'SOC-<saml:NameID>Admins</saml:NameID>'],
    ['two NameIDs', '<saml:NameID>a</saml:NameID><saml:NameID>b</saml:NameID>'],
    ['an empty element', '<a xmlns=""/>'],
  ])('with markup in a value are refused, not flattened: %s', (_name, value) => {
    expect(outcomeOf(withStatements(statement(attribute('g', 'SOC', value))))).toBe('attribute.content')
  })

  it('that are encrypted one by one are refused', () => {
    const encrypted =
      '<saml:EncryptedAttribute><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#"><xenc:CipherData><xenc:CipherValue>AAAA</xenc:CipherValue></xenc:CipherData></xenc:EncryptedData></saml:EncryptedAttribute>'
    expect(outcomeOf(withStatements(statement(encrypted)))).toBe('attribute.content')
  })
})
