import { encryptionAlgorithms } from '../../../infra/local/simulators/idp/encryption.ts'
import { attributeFormats, nameIdFormats } from '../../../infra/local/simulators/idp/message.ts'
import { algorithms } from '../../../infra/local/simulators/idp/signing.ts'
import { nextKey, trustedKey } from '../../support/identity-provider.ts'
import type { Case, Mutation, Sound } from './case.ts'
import { handleOf, groups as plainGroups } from './case.ts'
import {
  assertion,
  attribute,
  bothSigned,
  edits,
  encryptedFor,
  encryptedInside,
  encryptedOutside,
  exchange,
  field,
  from,
  inGroup,
  places,
  response,
  responseSigned,
  sealed,
  sealing,
  showing,
  signing,
} from './changes.ts'
import { insert } from './edit.ts'

/** Group A: unusual, and right. */
type Plain = Omit<Case, 'group' | 'expected'>
const fine = (id: string, mutation: string, how: Mutation, more: Partial<Plain> = {}) => ({
  id: `a-${id}`,
  mutation,
  expected: 'accepted' as const,
  how,
  ...more,
})

const signatures = [places.signature, places.responseSignature]
const many = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, number) => `5f0c9d7e-6b1a-4c58-9d3e-${String(number).padStart(12, '0')}`)
const lines = (text: string, end: string): string => text.replace(/.{76}(?=.)/g, `$&${end}`)
const rewritten =
  (assertionText: (xml: string) => string) =>
  (sound: Sound): Sound => ({ ...sound, assertionText })
/** As Entra, ADFS and others write it: the assertion's namespace is the default one. */
const defaultNamespace = (xml: string): string =>
  xml.replaceAll('<saml:', '<').replaceAll('</saml:', '</').replace('xmlns:saml=', 'xmlns=')
const indented = (xml: string): string => xml.replaceAll('><', '>\n  <')

const sealings = [
  fine('assertion-signed', 'nothing: the assertion is signed', { kind: 'none' }),
  fine('response-signed', 'the Response is signed instead', sealed(responseSigned, ...signatures)),
  fine('both-signed', 'the Response is signed too', sealed(bothSigned, ...signatures)),
  fine(
    'rsa-sha512',
    'signed by RSA with SHA-512',
    sealed(signing({ algorithm: algorithms.rsaSha512 }), ...signatures),
  ),
  fine('pss', 'signed by RSA-PSS', sealed(signing({ algorithm: algorithms.pssSha256 }), ...signatures)),
  fine('sha512', 'digest by SHA-512', sealed(signing({ digest: algorithms.sha512 }), ...signatures)),
  fine(
    'inclusive',
    'inclusive canonical form of everything',
    sealed(
      signing({ canonicalization: algorithms.inclusive, transform: algorithms.inclusive }),
      ...signatures,
    ),
  ),
  fine(
    'inclusive-both',
    'inclusive canonical form of everything, both signed',
    sealed(
      signing({ canonicalization: algorithms.inclusive, transform: algorithms.inclusive }),
      ...signatures,
    ),
    { from: bothSigned },
  ),
  fine(
    'exclusive-with-comments',
    'exclusive canonical form with comments',
    sealed(
      signing({
        canonicalization: algorithms.exclusiveWithComments,
        transform: algorithms.exclusiveWithComments,
      }),
      ...signatures,
    ),
  ),
  fine(
    'inclusive-with-comments',
    'inclusive canonical form with comments',
    sealed(
      signing({
        canonicalization: algorithms.inclusiveWithComments,
        transform: algorithms.inclusiveWithComments,
      }),
      ...signatures,
    ),
  ),
  fine('no-keyinfo', 'no KeyInfo', sealed(signing({ keyInfo: [] }), ...signatures)),
  fine(
    'rotated',
    'signed by the second of two certificates',
    sealed(signing({ key: nextKey() }), ...signatures),
    { connection: 'rotating' },
  ),
  fine(
    'rotated-no-keyinfo',
    'signed by the second of two certificates, no KeyInfo',
    sealed(signing({ key: nextKey(), keyInfo: [] }), ...signatures),
    { connection: 'rotating' },
  ),
  fine(
    'rotated-without-use',
    'signed by the second of two certificates that have no use, no KeyInfo',
    sealed(signing({ key: nextKey(), keyInfo: [] }), ...signatures),
    { connection: 'without-use' },
  ),
  fine(
    'first-of-two',
    'signed by the first of two certificates, no KeyInfo',
    sealed(signing({ key: trustedKey(), keyInfo: [] }), ...signatures),
    { connection: 'rotating' },
  ),
]

const encryptions = [
  fine(
    'encrypted-inside',
    'signed, then encrypted (OAEP, AES-256-GCM)',
    sealed(encryptedInside, 'Response/EncryptedAssertion', places.assertion),
  ),
  fine(
    'encrypted-outside',
    'encrypted, then the Response signed',
    sealed(encryptedOutside, 'Response/EncryptedAssertion', places.assertion, ...signatures),
  ),
  fine(
    'encrypted-both',
    'signed, encrypted and signed again',
    sealed(
      sealing(() => ({
        assertion: { key: trustedKey() },
        encryption: encryptedFor(),
        response: { key: trustedKey() },
      })),
      'Response/EncryptedAssertion',
      places.assertion,
      ...signatures,
    ),
  ),
  fine(
    'encrypted-aes128-gcm',
    'AES-128-GCM',
    sealed(
      sealing((before) => ({
        ...before,
        encryption: { ...encryptedFor(), content: encryptionAlgorithms.aes128Gcm },
      })),
      'Response/EncryptedAssertion',
    ),
    { from: encryptedInside },
  ),
  fine(
    'encrypted-key-beside',
    'the encrypted key stands beside the encrypted data',
    sealed(
      sealing((before) => ({ ...before, encryption: { ...encryptedFor(), keyBeside: true } })),
      'Response/EncryptedAssertion',
    ),
    { from: encryptedInside },
  ),
  fine(
    'encrypted-cbc',
    'AES-256-CBC within a signed Response',
    sealed(
      sealing((before) => ({
        ...before,
        encryption: { ...encryptedFor(), content: encryptionAlgorithms.aes256Cbc },
      })),
      'Response/EncryptedAssertion',
    ),
    { from: encryptedOutside },
  ),
]

const contents = [
  fine(
    'several-audiences',
    'several audiences, ours among them',
    sealed(
      assertion(({ conditions }, { audience }) => ({
        conditions: { ...conditions, audiences: [['https://elsewhere.test/sp', audience]] },
      })),
      places.conditions,
    ),
  ),
  fine(
    'two-restrictions',
    'two audience restrictions, both with ours',
    sealed(
      assertion(({ conditions }, { audience }) => ({
        conditions: { ...conditions, audiences: [[audience], ['https://elsewhere.test/sp', audience]] },
      })),
      places.conditions,
    ),
  ),
  fine(
    'clock-ahead',
    'from 50 seconds in the future',
    sealed(
      assertion(({ conditions, authn }, world) => ({
        issueInstant: from(world, 50),
        ...(conditions && { conditions: { ...conditions, notBefore: from(world, 50) } }),
        ...(authn && { authn: { ...authn, instant: from(world, 50) } }),
      })),
      `${places.assertion}/@IssueInstant`,
      places.conditions,
      places.authn,
    ),
  ),
  fine(
    'clock-behind',
    'over for 50 seconds',
    sealed(
      assertion(({ conditions, confirmations }, world) => ({
        confirmations: confirmations.map((one) => ({ ...one, notOnOrAfter: from(world, -50) })),
        ...(conditions && {
          conditions: { ...conditions, notBefore: from(world, -400), notOnOrAfter: from(world, -50) },
        }),
      })),
      places.data,
      places.conditions,
    ),
  ),
  fine(
    'one-time-use',
    'OneTimeUse',
    sealed(
      assertion(({ conditions }) => ({
        ...(conditions && { conditions: { ...conditions, oneTimeUse: true } }),
      })),
      places.conditions,
    ),
  ),
  fine('one-group', 'one group', sealed(showing('SOC-Analysts'), places.attributes), {
    shows: ['SOC-Analysts'],
  }),
  fine('groups-by-id', '150 groups by object id', sealed(showing(...many(150)), places.attributes), {
    shows: many(150),
  }),
  fine('thousand-groups', '1,000 groups by object id', sealed(showing(...many(1000)), places.attributes), {
    shows: many(1000),
  }),
  fine(
    'empty-groups',
    'the attribute groups without a value: in no group',
    sealed(showing(), places.attributes),
    { shows: [] },
  ),
  fine(
    'repeated-attribute',
    'the attribute groups twice',
    sealed(attribute({ name: 'groups', values: ['Net-Operators'] }), places.attributes),
    { shows: [...plainGroups, 'Net-Operators'] },
  ),
  fine(
    'other-letters',
    'groups with letters beyond ASCII, ampersand, quotes and less-than',
    sealed(showing('Équipe “Réseau” & <Sûreté>', '運用チーム', '🙂 "x"'), places.attributes),
    { shows: ['Équipe “Réseau” & <Sûreté>', '運用チーム', '🙂 "x"'] },
  ),
  fine(
    'blanks',
    'groups with blanks around them',
    sealed(showing('  SOC-Analysts ', '\n      SOC-Tier1\n    '), places.attributes),
  ),
  fine(
    'typed',
    'values with xsi:type, its prefix in the list of inclusive ones',
    sealed(
      (sound, world) =>
        signing({ inclusivePrefixes: ['xs'] })(
          assertion(({ attributes }) => ({
            attributes: attributes.map((one) => ({ ...one, typed: true })),
          }))(sound, world),
        ),
      places.attributes,
      ...signatures,
    ),
  ),
  fine(
    'typed-without-prefixes',
    'values with xsi:type, no list of inclusive prefixes',
    sealed(
      assertion(({ attributes }) => ({ attributes: attributes.map((one) => ({ ...one, typed: true })) })),
      places.attributes,
    ),
  ),
  fine(
    'odd-names',
    'attributes called __proto__, constructor and toString',
    sealed(
      (sound, world) =>
        ['__proto__', 'constructor', 'toString'].reduce(
          (soFar, name) => attribute({ name, values: ['polluted'] })(soFar, world),
          sound,
        ),
      places.attributes,
    ),
  ),
  fine(
    'subject-attribute',
    'a transient NameID where an attribute says who it is',
    sealed(
      (sound, world) =>
        attribute({ name: 'uid', format: attributeFormats.basic, values: [`ada-${world.caseId}`] })(
          assertion(() => ({ nameId: { value: '_x1', format: nameIdFormats.transient } }))(sound, world),
          world,
        ),
      places.subject,
      places.attributes,
    ),
    { connection: 'subject' },
  ),
  fine(
    'begun-there',
    'no InResponseTo, where logins may begin at the identity provider',
    sealed(
      (sound, world) => {
        const { inResponseTo: _, ...asked } = sound.message.response
        const unasked = assertion(({ confirmations }) => ({
          confirmations: confirmations.map(({ inResponseTo: __, ...one }) => one),
        }))(sound, world)
        return { ...unasked, message: { ...unasked.message, response: asked } }
      },
      'Response/@InResponseTo',
      places.data,
    ),
    { connection: 'initiated' },
  ),
]

const texts = [
  fine(
    'default-namespace',
    'the assertion’s namespace is the default one, as Entra writes it',
    sealed((sound) => rewritten(defaultNamespace)(sound)),
  ),
  fine(
    'indented',
    'indented',
    sealed((sound) => rewritten(indented)(sound)),
  ),
  fine(
    'response-with-id-first',
    'a Consent attribute on the Response, and a StatusMessage',
    sealed(
      (sound, world) => ({
        ...response(() => ({ statusMessage: 'fine' }))(sound, world),
        responseText: (xml) =>
          xml.replace(' Version=', ' Consent="urn:oasis:names:tc:SAML:2.0:consent:unspecified" Version='),
      }),
      'Response/@Consent',
      'Response/Status',
    ),
  ),
  fine(
    'declaration',
    'an XML declaration in front',
    edits(() => [insert(0, '<?xml version="1.0" encoding="UTF-8"?>')]),
  ),
  fine(
    'trailing-line',
    'a line end behind the root',
    edits((xml) => [insert(xml.length, '\n')]),
  ),
  fine(
    'base64-crlf',
    'base64 in lines of 76, CRLF',
    field('SAMLResponse', (value) => lines(value, '\r\n')),
  ),
  fine(
    'base64-lf',
    'base64 in lines of 76, LF',
    field('SAMLResponse', (value) => lines(value, '\n')),
  ),
  fine(
    'more-fields',
    'another field in the form',
    exchange((before) => ({
      ...before,
      post: { ...before.post, form: [...before.post.form, ['submit', 'Continue']] },
    })),
  ),
  fine(
    'two-tabs',
    'the cookie of another tab beside ours',
    exchange((before) => ({
      ...before,
      post: {
        ...before.post,
        cookies: [`__Host-rolecall-${handleOf('other')}=AAAA`, ...before.post.cookies],
      },
    })),
  ),
]

export const accepted: readonly Case[] = inGroup('A', ...sealings, ...encryptions, ...contents, ...texts)
