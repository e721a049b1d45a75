import { describe, expect, it } from 'vitest'
import { encoded } from '../../support/identity-provider.ts'
import { judged, message, outcomeOf, xmlOf } from './support.ts'

const sound = (): string => encoded(xmlOf())

describe('the form parameter', () => {
  it('is there exactly once', () => {
    expect(judged([]).outcome).toBe('message.parameter')
    expect(judged([sound(), sound()])).toEqual({ outcome: 'message.parameter', steps: [] })
  })

  it('is at most 256 KiB long, and not decoded if it is longer', () => {
    expect(judged(['A'.repeat(256 * 1024 + 1)])).toEqual({ outcome: 'message.size', steps: [] })
  })

  it('may be broken into lines, as some providers send it', () => {
    const lines = (sound().match(/.{1,76}/g) ?? []).join('\r\n')
    expect(judged([lines]).outcome).toBe('verified')
    expect(judged([`${lines}\n`]).outcome).toBe('verified')
  })

  it.each([
    ['nothing', () => ''],
    ['junk within', () => sound().replace(/^(.{40})/, '$1*')],
    ['a blank within', () => sound().replace(/^(.{40})/, '$1 ')],
    [
      'letters of the other alphabet',
      () => encoded(`${xmlOf()}ÿ?`).replaceAll('/', '_').replaceAll('+', '-'),
    ],
    ['padding that is missing', () => encoded(`${xmlOf()}  `).replace(/=+$/, '').slice(0, -1)],
    ['padding within', () => `${encoded('<a/>ab')}==${sound()}`],
    ['bits after the last byte', () => 'PGEvPh=='],
  ])('with %s is no base64', (_name, value) => {
    expect(judged([value()])).toEqual({ outcome: 'message.base64', steps: [] })
  })

  it('is UTF-8', () => {
    const utf16 = Buffer.from(xmlOf(), 'utf16le').toString('base64')
    const latin1 = Buffer.from(xmlOf(message({ groups: ['Ménagerie'] })), 'latin1').toString('base64')
    expect(judged([latin1])).toEqual({ outcome: 'message.encoding', steps: [] })
    expect(judged([utf16]).outcome).not.toBe('verified')
  })
})

describe('what is markup but no tag', () => {
  it.each([
    '<?xml version="1.0"?>',
    '<?xml version="1.0" encoding="UTF-8"?>\n',
    "<?xml version='1.0' encoding='utf-8' standalone='no' ?>",
    '\uFEFF',
  ])('may be a declaration that says nothing new: %j', (declaration) => {
    expect(outcomeOf(declaration + xmlOf())).toBe('verified')
  })

  it.each([
    ['another encoding', (xml: string) => `<?xml version="1.0" encoding="ISO-8859-1"?>${xml}`, 'xml.prolog'],
    ['another version', (xml: string) => `<?xml version="1.1"?>${xml}`, 'xml.prolog'],
    ['a declaration in capitals', (xml: string) => `<?XML VERSION="1.0"?>${xml}`, 'xml.prolog'],
    ['a declaration that comes late', (xml: string) => ` <?xml version="1.0"?>${xml}`, 'xml.prolog'],
    ['a stylesheet', (xml: string) => `<?xml-stylesheet href="a"?>${xml}`, 'xml.prolog'],
    ['a DOCTYPE', (xml: string) => `<!DOCTYPE x>${xml}`, 'xml.markup'],
    [
      'a DOCTYPE after the declaration',
      (xml: string) => `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e "f">]>${xml}`,
      'xml.markup',
    ],
    ['a comment in front', (xml: string) => `<!-- -->${xml}`, 'xml.markup'],
    [
      'a comment in the NameID',
      (xml: string) => xml.replace('persistent-ada', 'persistent-<!-- -->ada'),
      'xml.markup',
    ],
    [
      'a comment in a group',
      (xml: string) => xml.replace('SOC-Analysts', 'SOC-<!---->Analysts'),
      'xml.markup',
    ],
    ['CDATA', (xml: string) => xml.replace('SOC-Analysts', '<![CDATA[SOC-Analysts]]>'), 'xml.markup'],
    [
      'a processing instruction',
      (xml: string) => xml.replace('SOC-Analysts', 'SOC-<?a b?>Analysts'),
      'xml.markup',
    ],
    ['a comment behind', (xml: string) => `${xml}<!-- -->`, 'xml.markup'],
    [
      'a hint where a schema is',
      (xml: string) =>
        xml.replace(
          '<samlp:Response ',
          '<samlp:Response xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:a https://evil.test/a.xsd" ',
        ),
      'xml.markup',
    ],
  ])('is refused before any parser sees it: %s', (_name, change, code) => {
    expect(judged([encoded(change(xmlOf()))])).toEqual({ outcome: code, steps: [] })
  })
})

it('what stands in quotes may stand in either kind of them', () => {
  expect(outcomeOf(xmlOf().replaceAll('"', "'"))).toBe('verified')
})

describe('what is too much', () => {
  const inGroup = (markup: string): string => xmlOf().replace('SOC-Analysts', markup)
  it.each([
    ['3 001 elements', () => inGroup('<a/>'.repeat(3_001))],
    ['1 000 Transforms', () => inGroup('<ds:Transform/>'.repeat(1_000))],
    ['13 Transforms', () => inGroup('<x:Transform/>'.repeat(13))],
    ['4 001 namespaces', () => inGroup(`<a ${'xmlns:a="u" '.repeat(40)}/>`.repeat(101))],
    ['2 001 values', () => xmlOf(message({ groups: Array.from({ length: 2_001 }, (_, n) => `${n}`) }))],
    [
      '201 attributes',
      () =>
        xmlOf(
          message({ attributes: Array.from({ length: 201 }, (_, n) => ({ name: `${n}`, values: ['v'] })) }),
        ),
    ],
    ['33 levels', () => inGroup(`${'<a>'.repeat(33)}${'</a>'.repeat(33)}`)],
    [
      '49 XML attributes in one tag',
      () => inGroup(`<a ${Array.from({ length: 49 }, (_, n) => `a${n}=""`).join(' ')}/>`),
    ],
  ])('is counted before any parser sees it: %s', (_name, xml) => {
    expect(judged([encoded(xml())])).toEqual({ outcome: 'xml.limits', steps: [] })
  })

  it('is not 1 000 groups by object id, in types that each declare their namespaces', () => {
    const values = Array.from(
      { length: 1_000 },
      (_, n) => `7d9f2c31-8b1e-4a77-9c55-${String(n).padStart(12, '0')}`,
    )
    const typed = (count: number) =>
      xmlOf(message({ attributes: [{ name: 'groups', typed: true, values: values.slice(0, count) }] }))
    expect(outcomeOf(xmlOf(message({ groups: values })))).toBe('verified')
    expect(outcomeOf(typed(800))).toBe('verified')
  })
})

describe('what is no XML, or no SAML', () => {
  it.each([
    ['an attribute twice', (xml: string) => xml.replace(' Version=', ' Version="2.0" Version=')],
    ['a tag that never ends', (xml: string) => xml.slice(0, -1)],
    ['an element that never ends', (xml: string) => xml.replace('</samlp:Response>', '')],
    ['a second root', (xml: string) => `${xml}<a/>`],
    ['letters after the root', (xml: string) => `${xml}x`],
    ['an entity of HTML', (xml: string) => xml.replace('SOC-Analysts', '&nbsp;')],
    ['a NUL', (xml: string) => xml.replace('SOC-Analysts', 'SOC\u0000')],
    ['a NUL by number', (xml: string) => xml.replace('SOC-Analysts', 'SOC&#0;')],
    ['a prefix nobody declared', (xml: string) => xml.replace('SOC-Analysts', '<q:a/>')],
    ['an attribute without quotes', (xml: string) => xml.replace('Version="2.0"', 'Version=2.0')],
    ['a < in a value', (xml: string) => xml.replace('Version="2.0"', 'Version="<"')],
    ['an Attribute without a Name', (xml: string) => xml.replace(' Name="groups"', '')],
    ['another namespace', (xml: string) => xml.replaceAll('SAML:2.0:protocol', 'SAML:1.0:protocol')],
    [
      'an element the schema does not have',
      (xml: string) => xml.replace('</saml:Subject>', '</saml:Subject><saml:Role/>'),
    ],
    ['no ID', (xml: string) => xml.replace(/ ID="[^"]*"/, '')],
  ])('does not reach a DOM: %s', (_name, change) => {
    const { outcome, steps } = judged([encoded(change(xmlOf()))])
    expect(outcome).toBe('schema')
    expect(steps).not.toContain('dom')
  })
})
