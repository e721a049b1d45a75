import type { RejectionCode } from '../../../lib/saml/verified.ts'
import type { Case, Edit, Mutation, World } from './case.ts'
import { forged, groups } from './case.ts'
import { edits, exchange, field, inGroup, places, refuser, responseSigned, sealed } from './changes.ts'
import { after, before } from './edit.ts'

/** Group D, too: what costs a parser too much, and parameters that are none. */
const refused = refuser('d')
/** Refused from the letters alone. */
const lexical = (
  id: string,
  mutation: string,
  expected: RejectionCode,
  make: (xml: string, world: World) => readonly Edit[],
  more: Partial<Case> = {},
) => refused(id, mutation, expected, edits(make), { cheap: true, ...more })
/** The identity provider itself signs what no reader should have to guess at. */
const signedNests = [
  refused(
    'nested-value',
    'an AttributeValue with an element inside',
    'attribute.content',
    sealed(
      (sound) => ({
        ...sound,
        assertionText: (xml) =>
          xml.replace(`>${groups[0]}<`, `><x:group xmlns:x="urn:x">${groups[0]}</x:group><`),
      }),
      places.attributes,
    ),
  ),
  refused(
    'mixed-value',
    'an AttributeValue with text and an element inside',
    'attribute.content',
    sealed(
      (sound) => ({
        ...sound,
        assertionText: (xml) => xml.replace(`>${groups[0]}<`, `>${groups[0]}<x:y xmlns:x="urn:x"/><`),
      }),
      places.attributes,
    ),
  ),
  refused(
    'nameid-in-value',
    'an AttributeValue with a NameID behind its text',
    'attribute.content',
    sealed(
      (sound) => ({
        ...sound,
        assertionText: (xml) =>
          xml.replace(`>${groups[0]}<`, `>${groups[0]}<saml:NameID>${forged.nameId}</saml:NameID><`),
      }),
      places.attributes,
    ),
  ),
]

const repeated = (count: number, text: (number: number) => string): string =>
  Array.from({ length: count }, (_, number) => text(number)).join('')
const groupEnd = `${groups[1]}</saml:AttributeValue>`
const many = [
  lexical('depth', 'a thousand elements one in the other', 'xml.limits', (xml) => [
    before(xml, '<samlp:Status>', '<x>'.repeat(1000) + '</x>'.repeat(1000)),
  ]),
  lexical('depth-open', 'fifty thousand opening tags', 'xml.limits', (xml) => [
    before(xml, '<samlp:Status>', '<x>'.repeat(50_000)),
  ]),
  lexical('namespaces', 'five thousand namespaces', 'xml.limits', (xml) => [
    before(
      xml,
      '<samlp:Status>',
      repeated(250, (row) => `<x${repeated(20, (column) => ` xmlns:n${row}-${column}="u"`)}/>`),
    ),
  ]),
  lexical('namespaces-in-one', 'five thousand namespaces in one tag', 'xml.limits', (xml) => [
    before(
      xml,
      ' Version=',
      repeated(5000, (number) => ` xmlns:n${number}="u"`),
    ),
  ]),
  lexical('attributes-in-one', 'a thousand attributes in one tag', 'xml.limits', (xml) => [
    before(
      xml,
      ' Version=',
      repeated(1000, (number) => ` x${number}=""`),
    ),
  ]),
  lexical('attributes-everywhere', '20,000 attributes in 500 tags', 'xml.limits', (xml) => [
    before(
      xml,
      '<samlp:Status>',
      repeated(500, () => `<x${repeated(40, (column) => ` a${column}=""`)}/>`),
    ),
  ]),
  lexical('values', '2,100 values', 'xml.limits', (xml) => [
    after(
      xml,
      groupEnd,
      repeated(2100, (number) => `<saml:AttributeValue>${number}</saml:AttributeValue>`),
    ),
  ]),
  lexical('attributes', '300 attributes', 'xml.limits', (xml) => [
    before(
      xml,
      '</saml:AttributeStatement>',
      repeated(300, (number) => `<saml:Attribute Name="a${number}"/>`),
    ),
  ]),
  lexical('tags', '13,000 tags', 'xml.limits', (xml) => [
    before(xml, '<samlp:Status>', '<x/>'.repeat(13_000)),
  ]),
  lexical('groups', '20,000 groups', 'message.size', (xml) => [
    after(
      xml,
      groupEnd,
      repeated(20_000, (number) => `<saml:AttributeValue>group-${number}</saml:AttributeValue>`),
    ),
  ]),
  lexical('long-value', 'a group of 300,000 letters', 'message.size', (xml) => [
    after(xml, `>${groups[0]}`, 'x'.repeat(300_000)),
  ]),
  lexical('long-name', 'a tag of 190,000 letters', 'schema', (xml) => [
    before(xml, '<samlp:Status>', `<${'x'.repeat(190_000)}`),
  ]),
  lexical('quotes', 'an attribute that never ends', 'schema', (xml) => [
    before(xml, '<samlp:Status>', `<x y="${'z '.repeat(90_000)}`),
  ]),
  lexical('blanks-in-tag', 'a tag with 190,000 blanks and no end', 'schema', (xml) => [
    before(xml, '<samlp:Status>', `<x${' '.repeat(190_000)}`),
  ]),
]

/** Under every cap, around a genuine signature: the most that somebody who was once let in can make us compute. */
const padded = (id: string, mutation: string, padding: string) =>
  refused(
    `padded-${id}`,
    mutation,
    'sig.invalid',
    edits((xml) => [
      before(
        xml,
        '<samlp:Status>',
        `<samlp:Extensions><x:y xmlns:x="urn:x">${padding}</x:y></samlp:Extensions>`,
      ),
    ]),
    { from: responseSigned },
  )
const row = (count: number, text: (number: number) => string): string => `<a${repeated(count, text)}/>`
const paddings = [
  padded('tags', '2,900 elements put into a signed Response', '<a/>'.repeat(2900)),
  padded(
    'namespaces',
    '3,900 namespaces put into a signed Response',
    repeated(85, (line) => row(46, (column) => ` xmlns:n${line}-${column}="u"`)),
  ),
  padded(
    'attributes',
    '7,000 attributes put into a signed Response',
    repeated(175, () => row(40, (column) => ` a${column}=""`)),
  ),
  padded('references', '30,000 references put into a signed Response', '&amp;'.repeat(30_000)),
  padded('letters', '180,000 letters put into a signed Response', 'x'.repeat(180_000)),
]

const parameter = (id: string, mutation: string, expected: RejectionCode, how: Mutation) =>
  refused(id, mutation, expected, how, { cheap: true })
const parameters = [
  parameter(
    'base64-junk',
    'a star within the base64',
    'message.base64',
    field('SAMLResponse', (value) => `${value.slice(0, 40)}*${value.slice(40)}`),
  ),
  parameter(
    'base64-blank',
    'a blank within the base64',
    'message.base64',
    field('SAMLResponse', (value) => `${value.slice(0, 40)} ${value.slice(40)}`),
  ),
  parameter(
    'base64-url',
    'an underscore for a letter of the base64',
    'message.base64',
    field('SAMLResponse', (value) => `${value.slice(0, 40)}_${value.slice(41)}`),
  ),
  parameter(
    'base64-short',
    'the last letter of the base64 is missing',
    'message.base64',
    field('SAMLResponse', (value) => value.slice(0, -1)),
  ),
  parameter(
    'base64-padding',
    'padding in the middle: two texts in a row',
    'message.base64',
    field('SAMLResponse', (value) => `QQ==${value}`),
  ),
  refused(
    'base64-twice',
    'base64 of the base64',
    'schema',
    field('SAMLResponse', (value) => Buffer.from(value).toString('base64')),
  ),
  parameter(
    'empty',
    'an empty SAMLResponse',
    'message.base64',
    field('SAMLResponse', () => ''),
  ),
  parameter(
    'plain',
    'XML without base64',
    'message.base64',
    field('SAMLResponse', (value) => Buffer.from(value, 'base64').toString()),
  ),
  parameter(
    'missing',
    'no SAMLResponse',
    'message.parameter',
    exchange((before) => ({
      ...before,
      post: { ...before.post, form: before.post.form.filter(([name]) => name !== 'SAMLResponse') },
    })),
  ),
  parameter(
    'twice',
    'SAMLResponse twice',
    'message.parameter',
    exchange((before) => ({
      ...before,
      post: { ...before.post, form: [...before.post.form, ...before.post.form.slice(0, 1)] },
    })),
  ),
  parameter(
    'array',
    'SAMLResponse[] as PHP has it',
    'message.parameter',
    exchange((before) => ({
      ...before,
      post: {
        ...before.post,
        form: before.post.form.map(([name, value]) =>
          name === 'SAMLResponse' ? ['SAMLResponse[]', value] : [name, value],
        ),
      },
    })),
  ),
  parameter(
    'json',
    'the form as JSON',
    'message.parameter',
    exchange((before) => ({
      ...before,
      post: { ...before.post, contentType: 'application/json' },
    })),
  ),
  parameter(
    'in-query',
    'SAMLResponse in the query, not in the form',
    'message.parameter',
    exchange((before) => ({
      ...before,
      post: {
        ...before.post,
        query: before.post.form,
        form: before.post.form.filter(([name]) => name !== 'SAMLResponse'),
      },
    })),
  ),
]

export const floods: readonly Case[] = inGroup('D', ...signedNests, ...many, ...paddings, ...parameters)
