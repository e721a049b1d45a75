import { encrypted } from '../../../infra/local/simulators/idp/encryption.ts'
import { assertionXml, responseXml } from '../../../infra/local/simulators/idp/message.ts'
import { metadataXml } from '../../../infra/local/simulators/idp/metadata.ts'
import { signed } from '../../../infra/local/simulators/idp/signing.ts'
import { testIssuer, testSignOn, trustedKey } from '../../support/identity-provider.ts'
import type { Case, Edit, World } from './case.ts'
import { sound, subjectOf } from './case.ts'
import {
  encryptedFor,
  encryptedInside,
  encryptedOutside,
  inGroup,
  response,
  responseSigned,
} from './changes.ts'
import { before, elementOf, insert, range, remove, without } from './edit.ts'

import {
  assertionId,
  assertionName,
  bareAssertion,
  extensions,
  forge,
  forgedInPlace,
  signatureName,
  wrapped,
} from './forgeries.ts'

const metadataWithId = (): string =>
  metadataXml({
    entityId: testIssuer,
    keys: [{ certificate: trustedKey().certificate, use: 'signing' }],
    signOn: { redirect: testSignOn },
  }).replace(' entityID=', ' ID="_metadata" entityID=')

/** Group B, too: signed by the identity provider, and no login; what else it signs must not lend its signature. */
const others = [
  wrapped(
    'metadata-carrier',
    'signed metadata in Extensions, the assertion forged and unsigned',
    'structure',
    (xml, world) => {
      const metadata = metadataWithId()
      return [
        ...forgedInPlace(xml, world, assertionId(world)),
        remove(xml, signatureName),
        before(xml, '<samlp:Status>', extensions(signed(metadata, '_metadata', { key: trustedKey() }))),
      ]
    },
  ),
  wrapped(
    'metadata-signature',
    'a signature over metadata at the forged assertion, the metadata in Extensions',
    'sig.reference',
    (xml, world) => {
      const metadata = metadataWithId()
      const vouched = signed(metadata, '_metadata', { key: trustedKey() })
      const { start, end } = range(xml, signatureName)
      return [
        ...forgedInPlace(xml, world, assertionId(world)),
        { at: start, remove: end - start, insert: elementOf(vouched, signatureName) },
        before(xml, '<samlp:Status>', extensions(without(vouched, signatureName))),
      ]
    },
  ),
  wrapped(
    'error-carrier',
    'a signed error Response, into which a forged assertion is put',
    'sig.invalid',
    (xml, world) => {
      const { message } = sound(world)
      return [
        before(
          xml,
          '</samlp:Response>',
          forge(assertionXml(message.assertion), world).replace(`"${assertionId(world)}"`, '"_evil"'),
        ),
      ]
    },
    {
      from: (start, world) => ({
        ...responseSigned(
          response(() => ({ status: 'urn:oasis:names:tc:SAML:2.0:status:Requester' }))(start, world),
          world,
        ),
        inside: () => '',
      }),
    },
  ),
  wrapped(
    'error-in-extensions',
    'a signed error Response in the Extensions of a forged Response',
    'structure',
    (xml, world) => {
      const { message } = sound(world)
      const forgedOne = responseXml(
        { ...message.response, id: '_evil-response' },
        forge(assertionXml(message.assertion), world).replace(`"${assertionId(world)}"`, '"_evil"'),
      )
      const [head = '', tail = ''] = forgedOne.split('<samlp:Status>')
      return [
        insert(0, `${head}<samlp:Extensions><x:y xmlns:x="urn:x">`),
        insert(xml.length, `</x:y></samlp:Extensions><samlp:Status>${tail}`),
      ]
    },
    {
      from: (start, world) => ({
        ...responseSigned(
          response(() => ({ status: 'urn:oasis:names:tc:SAML:2.0:status:Requester' }))(start, world),
          world,
        ),
        inside: () => '',
      }),
    },
  ),
]

const swapped = (xml: string, name: string, by: string): Edit => {
  const { start, end } = range(xml, name)
  return { at: start, remove: end - start, insert: by }
}
const encryptedName = 'saml:EncryptedAssertion'
const plainForged = (world: World): string =>
  forge(assertionXml(sound(world).message.assertion), world).replace(`"${assertionId(world)}"`, '"_evil"')

const cipher = [
  wrapped(
    'encrypted-and-plain',
    'a forged assertion in clear after the genuine encrypted one',
    'structure',
    (xml, world) => [before(xml, '</samlp:Response>', plainForged(world))],
    { from: encryptedInside },
  ),
  wrapped(
    'plain-and-encrypted',
    'a forged assertion in clear before the genuine encrypted one',
    'structure',
    (xml, world) => [before(xml, `<${encryptedName}`, plainForged(world))],
    { from: encryptedInside },
  ),
  wrapped(
    'two-encrypted',
    'a forged assertion, encrypted for us, beside the genuine encrypted one',
    'structure',
    (xml, world) => [before(xml, `<${encryptedName}`, encrypted(plainForged(world), encryptedFor()))],
    { from: encryptedInside },
  ),
  wrapped(
    'encrypted-unsigned',
    'a forged assertion without signature, encrypted for us, for the genuine one',
    'sig.missing',
    (xml, world) => [swapped(xml, encryptedName, encrypted(plainForged(world), encryptedFor()))],
    { from: encryptedInside },
  ),
  wrapped(
    'encrypted-under-signature',
    'the Response is signed; the encrypted assertion is exchanged for a forged one, encrypted for us',
    'sig.invalid',
    (xml, world) => [swapped(xml, encryptedName, encrypted(plainForged(world), encryptedFor()))],
    { from: encryptedOutside },
  ),
  wrapped(
    'encrypted-wrapping',
    'the genuine signed assertion is wrapped (XSW 5) before it is encrypted for us',
    'structure',
    (xml, world) => {
      const genuine = elementOf(xml, assertionName)
      const inside =
        forge(genuine, world).replace(`ID="${assertionId(world)}"`, 'ID="_evil"') + bareAssertion(xml)
      return [swapped(xml, assertionName, encrypted(inside, encryptedFor()))]
    },
  ),
  wrapped(
    'encrypted-object',
    'the genuine signed assertion is wrapped in a ds:Object before it is encrypted for us',
    'structure',
    (xml, world) => {
      const genuine = elementOf(xml, assertionName)
      const evil = forge(genuine, world)
        .replace(`ID="${assertionId(world)}"`, 'ID="_evil"')
        .replace(`</${signatureName}>`, `<ds:Object>${bareAssertion(xml)}</ds:Object></${signatureName}>`)
      return [swapped(xml, assertionName, encrypted(evil, encryptedFor()))]
    },
  ),
  wrapped(
    'encrypted-response',
    'what is encrypted is a whole Response, not an assertion',
    'schema',
    (xml) => [swapped(xml, assertionName, encrypted(xml, encryptedFor()))],
  ),
  wrapped('encrypted-twice', 'what is encrypted is an EncryptedAssertion', 'structure', (xml) => [
    swapped(
      xml,
      assertionName,
      encrypted(encrypted(elementOf(xml, assertionName), encryptedFor()), encryptedFor()),
    ),
  ]),
  wrapped('encrypted-doctype', 'what is encrypted begins with a DOCTYPE', 'xml.markup', (xml) => [
    swapped(xml, assertionName, encrypted(`<!DOCTYPE x>${elementOf(xml, assertionName)}`, encryptedFor())),
  ]),
  wrapped(
    'encrypted-comment',
    'what is encrypted has a comment in its NameID',
    'xml.markup',
    (xml, world) => [
      swapped(
        xml,
        assertionName,
        encrypted(
          elementOf(xml, assertionName).replace(subjectOf(world), subjectOf(world).replace('-', '<!---->-')),
          encryptedFor(),
        ),
      ),
    ],
  ),
  wrapped(
    'encrypted-closing',
    'what is encrypted closes the Response and begins another',
    'schema',
    (xml, world) => [
      swapped(
        xml,
        assertionName,
        encrypted(
          `${elementOf(xml, assertionName)}</samlp:Response><samlp:Response>${plainForged(world)}`,
          encryptedFor(),
        ),
      ),
    ],
  ),
]

export const carriers: readonly Case[] = inGroup('B', ...others, ...cipher)
