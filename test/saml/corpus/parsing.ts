import type { RejectionCode } from '../../../lib/saml/verified.ts'
import type { Case, Edit, Sound, World } from './case.ts'
import { forged, groups, subjectOf } from './case.ts'
import { assertion, edits, inGroup, refuser, showing } from './changes.ts'
import { after, before, insert, replace } from './edit.ts'

/** Group D: what two parsers might read differently. */
const refused = refuser('d')
/** Refused from the letters alone. */
const lexical = (
  id: string,
  mutation: string,
  expected: RejectionCode,
  make: (xml: string, world: World) => readonly Edit[],
  more: Partial<Case> = {},
) => refused(id, mutation, expected, edits(make), { cheap: true, ...more })
/** The NameID goes on behind the attacker’s cut: genuine for a name that begins with somebody else’s. */
const longerName = (sound: Sound, world: World): Sound =>
  assertion(({ nameId }) => ({
    ...(nameId && { nameId: { ...nameId, value: `${forged.nameId}.${subjectOf(world)}` } }),
  }))(sound, world)
const longerGroup = (sound: Sound, world: World): Sound =>
  showing(`${forged.group}-Guests`, ...groups)(sound, world)
const longerMail = (sound: Sound, world: World): Sound =>
  assertion(({ attributes }) => ({
    attributes: attributes.map((one) =>
      one.name === 'email' ? { ...one, values: [`${forged.email}.elsewhere.test`] } : one,
    ),
  }))(sound, world)

const cut =
  (text: string, by: string) =>
  (xml: string): readonly Edit[] => [after(xml, `>${text}`, by)]
const injections = [
  lexical('comment-nameid', 'a comment cuts the NameID', 'xml.markup', cut(forged.nameId, '<!---->'), {
    from: longerName,
  }),
  lexical('comment-group', 'a comment cuts a group', 'xml.markup', cut(forged.group, '<!-- -->'), {
    from: longerGroup,
  }),
  lexical('comment-mail', 'a comment cuts the e-mail address', 'xml.markup', cut(forged.email, '<!---->'), {
    from: longerMail,
  }),
  lexical(
    'pi-nameid',
    'a processing instruction cuts the NameID',
    'xml.markup',
    cut(forged.nameId, '<?x?>'),
    {
      from: longerName,
    },
  ),
  lexical('pi-group', 'a processing instruction cuts a group', 'xml.markup', cut(forged.group, '<?x y?>'), {
    from: longerGroup,
  }),
  lexical('pi-with-group', 'a processing instruction whose text is a group', 'xml.markup', (xml) => [
    after(xml, `>${groups[0]}</saml:AttributeValue>`, `<?${forged.group} x?>`),
  ]),
  lexical('cdata-nameid', 'part of the NameID is CDATA', 'xml.markup', (xml, world) => [
    replace(xml, `>${subjectOf(world)}<`, `><![CDATA[${subjectOf(world)}]]><`),
  ]),
  lexical('cdata-group', 'a group is CDATA', 'xml.markup', (xml) => [
    replace(xml, `>${groups[0]}<`, `><![CDATA[${groups[0]}]]><`),
  ]),
  lexical('comment-first', 'a comment in front of the root', 'xml.markup', () => [insert(0, '<!-- x -->')]),
  lexical('comment-last', 'a comment behind the root', 'xml.markup', (xml) => [
    insert(xml.length, '<!-- x -->'),
  ]),
  lexical('comment-in-signature', 'a comment in the SignatureValue', 'xml.markup', (xml) => [
    after(xml, '<ds:SignatureValue>', '<!-- x -->'),
  ]),
  lexical('stylesheet', 'a processing instruction in front of the root', 'xml.prolog', () => [
    insert(0, '<?xml-stylesheet href="https://elsewhere.test/x.xsl"?>'),
  ]),
]

const doctype = (id: string, mutation: string, text: string, more: readonly ((xml: string) => Edit)[] = []) =>
  lexical(`doctype-${id}`, mutation, 'xml.markup', (xml) => [
    insert(0, text),
    ...more.map((make) => make(xml)),
  ])
const reference =
  (name: string) =>
  (xml: string): Edit =>
    after(xml, `>${groups[0]}`, `&${name};`)
const bombs = Array.from(
  { length: 9 },
  (_, number) => `<!ENTITY b${number + 1} "${`&b${number};`.repeat(10)}">`,
).join('')
const doctypes = [
  doctype('bare', 'a DOCTYPE that says nothing', '<!DOCTYPE samlp:Response>'),
  doctype('empty', 'a DOCTYPE with an empty subset', '<!DOCTYPE samlp:Response []>'),
  doctype(
    'public',
    'a DOCTYPE with public and system identifiers',
    '<!DOCTYPE samlp:Response PUBLIC "-//X//Y" "https://elsewhere.test/x.dtd">',
  ),
  doctype('entity', 'an entity that is a group', `<!DOCTYPE x [<!ENTITY e "${forged.group}">]>`, [
    reference('e'),
  ]),
  doctype('file', 'an external entity: a file', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>', [
    reference('e'),
  ]),
  doctype(
    'http',
    'an external entity: an address of the cloud’s own',
    '<!DOCTYPE x [<!ENTITY e SYSTEM "http://169.254.169.254/latest/meta-data/">]>',
    [reference('e')],
  ),
  doctype(
    'parameter',
    'a parameter entity from elsewhere',
    '<!DOCTYPE x [<!ENTITY % p SYSTEM "https://elsewhere.test/p.dtd"> %p;]>',
  ),
  doctype('bomb', 'an entity of a thousand million letters', `<!DOCTYPE x [<!ENTITY b0 "x">${bombs}]>`, [
    reference('b9'),
  ]),
  doctype(
    'default',
    'an attribute’s default: another ID',
    '<!DOCTYPE x [<!ATTLIST saml:AttributeStatement ID ID "_evil">]>',
  ),
  doctype('lower', 'a doctype in lower case', '<!doctype x>'),
]

const bytes = (
  id: string,
  mutation: string,
  expected: RejectionCode,
  apply: (xml: Buffer) => Buffer,
  undo: (mutant: Buffer) => Buffer,
) => refused(id, mutation, expected, { kind: 'bytes', apply, undo }, { cheap: true })
const without =
  (text: Buffer) =>
  (mutant: Buffer): Buffer => {
    const position = mutant.indexOf(text)
    return Buffer.concat([mutant.subarray(0, position), mutant.subarray(position + text.length)])
  }
/** Bytes behind the first group’s first letters. */
const put =
  (text: Buffer) =>
  (xml: Buffer): Buffer => {
    const position = xml.indexOf(`>${groups[0]}<`) + 4
    return Buffer.concat([xml.subarray(0, position), text, xml.subarray(position)])
  }
const inside = (id: string, mutation: string, expected: RejectionCode, ...octets: readonly number[]) =>
  bytes(id, mutation, expected, put(Buffer.from(octets)), without(Buffer.from(octets)))

const swapBytes = (text: Buffer): Buffer => Buffer.from(text).swap16()
const encodings = [
  bytes(
    'utf16-le',
    'UTF-16, little-endian, with its mark',
    'message.encoding',
    (xml) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(xml.toString(), 'utf16le')]),
    (mutant) => Buffer.from(mutant.subarray(2).toString('utf16le')),
  ),
  bytes(
    'utf16-be',
    'UTF-16, big-endian, with its mark',
    'message.encoding',
    (xml) => swapBytes(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(xml.toString(), 'utf16le')])),
    (mutant) => Buffer.from(swapBytes(mutant).subarray(2).toString('utf16le')),
  ),
  inside('overlong', 'an overlong less-than', 'message.encoding', 0xc0, 0xbc),
  inside('overlong-three', 'an overlong less-than of three bytes', 'message.encoding', 0xe0, 0x80, 0xbc),
  inside('surrogate', 'half a surrogate pair', 'message.encoding', 0xed, 0xa0, 0x80),
  inside('latin', 'a byte of ISO 8859-1', 'message.encoding', 0xe9),
  inside('beyond', 'a code point beyond the last', 'message.encoding', 0xf4, 0x90, 0x80, 0x80),
  lexical('declared-latin', 'declared as ISO-8859-1', 'xml.prolog', () => [
    insert(0, '<?xml version="1.0" encoding="ISO-8859-1"?>'),
  ]),
  lexical('declared-utf7', 'declared as UTF-7', 'xml.prolog', () => [
    insert(0, '<?xml version="1.0" encoding="UTF-7"?>'),
  ]),
  lexical('declared-utf16', 'declared as UTF-16', 'xml.prolog', () => [
    insert(0, '<?xml version="1.0" encoding="UTF-16"?>'),
  ]),
  lexical('xml-11', 'declared as XML 1.1', 'xml.prolog', () => [insert(0, '<?xml version="1.1"?>')]),
  lexical('two-declarations', 'two XML declarations', 'xml.prolog', () => [
    insert(0, '<?xml version="1.0"?><?xml version="1.0"?>'),
  ]),
  lexical('late-declaration', 'a blank in front of the XML declaration', 'xml.prolog', () => [
    insert(0, ' <?xml version="1.0"?>'),
  ]),
]

const malformed = (
  id: string,
  mutation: string,
  make: (xml: string, world: World) => readonly Edit[],
  expected: RejectionCode = 'schema',
  from?: Case['from'],
) => refused(id, mutation, expected, edits(make), from && { from })
const forms = [
  malformed('nul', 'a NUL in a group', (xml) => [after(xml, `>${groups[0]}`, '\u0000')]),
  malformed('nul-reference', 'a reference to NUL in a group', (xml) => [after(xml, `>${groups[0]}`, '&#0;')]),
  malformed('control', 'a reference to a control character', (xml) => [
    after(xml, `>${groups[0]}`, '&#x1F;'),
  ]),
  malformed('noncharacter', 'U+FFFE in a group', (xml) => [after(xml, `>${groups[0]}`, '\ufffe')]),
  malformed('entity', 'an entity nobody declared', (xml) => [after(xml, `>${groups[0]}`, '&e;')]),
  malformed('html-entity', 'an entity of HTML', (xml) => [after(xml, `>${groups[0]}`, '&nbsp;')]),
  malformed('ampersand', 'a bare ampersand', (xml) => [after(xml, `>${groups[0]}`, ' & more')]),
  malformed('two-ids', 'two attributes ID on the assertion', (xml) => [
    before(xml, ` ID="_a-`, ' ID="_evil"'),
  ]),
  malformed('two-ids-behind', 'two attributes ID on the assertion, the second not genuine', (xml, world) => [
    after(xml, `ID="_a-${world.caseId}"`, ' ID="_evil"'),
  ]),
  malformed(
    'two-prefixes',
    'two attributes of one name by two prefixes of one namespace',
    (xml) => [after(xml, '<samlp:Extensions>', '<a:x xmlns:a="urn:x" xmlns:b="urn:x" a:y="1" b:y="2"/>')],
    'schema',
    (sound) => ({
      ...sound,
      responseText: (xml) =>
        xml.replace(
          '<samlp:Status>',
          '<samlp:Extensions><z xmlns="urn:z"/></samlp:Extensions><samlp:Status>',
        ),
    }),
  ),
  malformed('same-id', 'the Response has the assertion’s ID', (xml, world) => [
    replace(xml, `ID="_r-${world.caseId}"`, `ID="_a-${world.caseId}"`),
  ]),
  malformed('junk-first', 'letters in front of the root', () => [insert(0, 'x')]),
  malformed('junk-last', 'letters behind the root', (xml) => [insert(xml.length, 'x')]),
  malformed('two-roots', 'a second root', (xml) => [insert(xml.length, '<x/>')]),
  malformed('root-twice', 'the message twice', (xml) => [insert(xml.length, xml)]),
  malformed('unclosed', 'the root is not closed', (xml) => [replace(xml, '</samlp:Response>', '')]),
  malformed('crossed', 'two closing tags are exchanged', (xml) => [
    replace(xml, '</saml:Assertion></samlp:Response>', '</samlp:Response></saml:Assertion>'),
  ]),
  malformed('unquoted', 'an attribute without quotes', (xml) => [
    replace(xml, 'Version="2.0"', 'Version=2.0'),
  ]),
  malformed('valueless', 'an attribute without a value', (xml) => [before(xml, ' Version=', ' x')]),
  malformed('glued', 'no blank between two attributes', (xml) => [replace(xml, '" Version=', '"Version=')]),
  malformed('less-than', 'a less-than in an attribute', (xml) => [
    replace(xml, 'Destination="', 'Destination="<'),
  ]),
  malformed('prefix', 'a prefix nobody declared', (xml) => [
    replace(xml, '<samlp:Status>', '<p:Status>'),
    replace(xml, '</samlp:Status>', '</p:Status>'),
  ]),
  malformed('empty-prefix', 'a prefix that is declared as nothing', (xml) => [
    before(xml, ' Version=', ' xmlns:x=""'),
  ]),
  malformed('xmlns-prefix', 'the prefix xmlns is declared', (xml) => [
    before(xml, ' Version=', ' xmlns:xmlns="urn:x"'),
  ]),
  malformed('xml-prefix', 'the prefix xml is bound to something else', (xml) => [
    before(xml, ' Version=', ' xmlns:xml="urn:x"'),
  ]),
  malformed('two-colons', 'a name with two colons', (xml) => [
    replace(xml, '<samlp:Status>', '<samlp:x:Status>'),
    replace(xml, '</samlp:Status>', '</samlp:x:Status>'),
  ]),
  malformed('rebound', 'the assertion’s prefix is bound to something else inside it', (xml) => [
    replace(xml, '<saml:Subject>', '<saml:Subject xmlns:saml="urn:x">'),
  ]),
  malformed('undeclared-default', 'an element leaves its namespace', (xml) => [
    replace(xml, '<samlp:Status>', '<Status xmlns="">'),
    replace(xml, '</samlp:Status>', '</Status>'),
  ]),
  malformed('xml-base', 'xml:base on the assertion', (xml) => [
    before(xml, ' ID="_a-', ' xml:base="https://elsewhere.test/"'),
  ]),
  malformed('xml-id', 'xml:id on the assertion', (xml) => [before(xml, ' ID="_a-', ' xml:id="_evil"')]),
  malformed('xml-space', 'xml:space on the NameID', (xml) => [
    replace(xml, '<saml:NameID ', '<saml:NameID xml:space="preserve" '),
  ]),
  malformed('nil', 'xsi:nil on the assertion', (xml) => [
    before(xml, ' ID="_a-', ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"'),
  ]),
  malformed('xsi-type', 'xsi:type makes the assertion something else', (xml) => [
    before(
      xml,
      ' ID="_a-',
      ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="saml:AdviceType"',
    ),
  ]),
  malformed('nameless', 'an Attribute without a Name', (xml) => [replace(xml, ' Name="groups"', '')]),
  malformed('text-between', 'letters between two elements', (xml) => [before(xml, '<saml:Subject>', 'x')]),
  malformed(
    'upper-case',
    'an XML declaration in upper case',
    () => [insert(0, '<?XML version="1.0"?>')],
    'xml.prolog',
  ),
  lexical('schema-location', 'xsi:schemaLocation on the Response', 'xml.markup', (xml) => [
    before(
      xml,
      ' Version=',
      ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x https://elsewhere.test/x.xsd"',
    ),
  ]),
]

export const parsing: readonly Case[] = inGroup('D', ...injections, ...doctypes, ...encodings, ...forms)
