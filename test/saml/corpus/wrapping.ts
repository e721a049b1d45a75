import { assertionXml, responseXml } from '../../../infra/local/simulators/idp/message.ts'
import { signed } from '../../../infra/local/simulators/idp/signing.ts'
import { trustedKey } from '../../support/identity-provider.ts'
import type { Case } from './case.ts'
import { sound } from './case.ts'
import { bothSigned, inGroup, responseSigned } from './changes.ts'
import { after, at, before, elementOf, insert, range, remove } from './edit.ts'

import {
  assertionId,
  assertionName,
  bareAssertion,
  bareResponse,
  extensions,
  foreign,
  forgedAssertion,
  forgedInPlace,
  forgedResponse,
  signatureName,
  wrapped,
} from './forgeries.ts'

/** Group B: a genuine signature, and somebody else’s words where they might be read. */
const raider = [
  wrapped(
    'xsw1',
    'XSW 1: the Response is forged, its signature holds the genuine Response',
    'schema',
    (xml, world) => [...forgedResponse(xml, world), before(xml, `</${signatureName}>`, bareResponse(xml))],
    { from: responseSigned },
  ),
  wrapped(
    'xsw2',
    'XSW 2: the Response is forged, the genuine one stands before its signature',
    'schema',
    (xml, world) => [...forgedResponse(xml, world), before(xml, `<${signatureName}`, bareResponse(xml))],
    { from: responseSigned },
  ),
  wrapped('xsw3', 'XSW 3: a forged assertion before the genuine one', 'structure', (xml, world) => [
    before(xml, `<${assertionName}`, forgedAssertion(xml, world)),
  ]),
  wrapped('xsw4', 'XSW 4: the genuine assertion is a child of a forged one', 'schema', (xml, world) => {
    const { start, end } = range(xml, assertionName)
    const evil = forgedAssertion(xml, world)
    const closing = `</${assertionName}>`
    return [insert(start, evil.slice(0, -closing.length)), insert(end, closing)]
  }),
  wrapped(
    'xsw5',
    'XSW 5: the assertion is forged in place, the genuine one without its signature follows',
    'structure',
    (xml, world) => [
      ...forgedInPlace(xml, world, assertionId(world)),
      before(xml, '</samlp:Response>', bareAssertion(xml)),
    ],
  ),
  wrapped(
    'xsw6',
    'XSW 6: the assertion is forged in place, its signature holds the genuine one',
    'schema',
    (xml, world) => [
      ...forgedInPlace(xml, world, assertionId(world)),
      before(xml, `</${signatureName}>`, bareAssertion(xml)),
    ],
  ),
  wrapped(
    'xsw7',
    'XSW 7: a forged assertion in Extensions before the genuine one',
    'schema',
    (xml, world) => [before(xml, `<${assertionName}`, extensions(forgedAssertion(xml, world)))],
  ),
  wrapped(
    'xsw8',
    'XSW 8: the assertion is forged in place, the genuine one in an Object without namespace in its signature',
    'schema',
    (xml, world) => [
      ...forgedInPlace(xml, world, assertionId(world)),
      before(xml, `</${signatureName}>`, `<Object>${bareAssertion(xml)}</Object>`),
    ],
  ),
]

const schemaClean = [
  wrapped(
    'extensions-forged',
    'a forged assertion in Extensions, where the schema wants them',
    'structure',
    (xml, world) => [before(xml, '<samlp:Status>', extensions(forgedAssertion(xml, world)))],
  ),
  wrapped(
    'extensions-genuine',
    'the assertion is forged in place, the genuine one with its signature in Extensions',
    'structure',
    (xml, world) => [
      ...forgedInPlace(xml, world, assertionId(world)),
      remove(xml, signatureName),
      before(xml, '<samlp:Status>', extensions(elementOf(xml, assertionName))),
    ],
  ),
  wrapped(
    'extensions-split',
    'the assertion is forged in place and keeps the signature, the genuine one without it in Extensions',
    'structure',
    (xml, world) => [
      ...forgedInPlace(xml, world, assertionId(world)),
      before(xml, '<samlp:Status>', extensions(bareAssertion(xml))),
    ],
  ),
  wrapped(
    'object-genuine',
    'the assertion is forged in place, the genuine one in a ds:Object of its signature',
    'structure',
    (xml, world) => [
      ...forgedInPlace(xml, world, assertionId(world)),
      before(xml, `</${signatureName}>`, `<ds:Object>${bareAssertion(xml)}</ds:Object>`),
    ],
  ),
  wrapped(
    'object-response',
    'the Response is forged, the genuine one in a ds:Object of its signature',
    'structure',
    (xml, world) => [
      ...forgedResponse(xml, world),
      before(xml, `</${signatureName}>`, `<ds:Object>${bareResponse(xml)}</ds:Object>`),
    ],
    { from: responseSigned },
  ),
  wrapped(
    'extensions-response',
    'the Response is forged and unsigned, the genuine one with its signature in Extensions',
    'structure',
    (xml, world) => [
      ...forgedResponse(xml, world),
      remove(xml, signatureName),
      before(xml, '<samlp:Status>', extensions(foreign(xml))),
    ],
    { from: responseSigned },
  ),
  wrapped(
    'second-after',
    'a forged assertion without signature after the genuine one',
    'structure',
    (xml, world) => [before(xml, '</samlp:Response>', forgedAssertion(xml, world))],
  ),
  wrapped(
    'two-genuine',
    'a second assertion, as genuine as the first, of another login',
    'structure',
    (xml, world) => {
      const { message, sealing } = sound(world)
      const second = { ...message.assertion, id: '_second' }
      const key = sealing.assertion ?? { key: trustedKey() }
      return [
        before(
          xml,
          '</samlp:Response>',
          elementOf(
            signed(responseXml(message.response, assertionXml(second)), '_second', key),
            assertionName,
          ),
        ),
      ]
    },
  ),
  wrapped(
    'confirmation-data',
    'the assertion is forged in place, the genuine one inside SubjectConfirmationData',
    'structure',
    (xml, world) => {
      const open = at(xml, '<saml:SubjectConfirmationData')
      const end = at(xml, '/>', open)
      return [
        ...forgedInPlace(xml, world, assertionId(world)),
        {
          at: end,
          remove: 2,
          insert: `>${bareAssertion(xml)}</saml:SubjectConfirmationData>`,
        },
      ]
    },
  ),
  wrapped(
    'attribute-value',
    'the assertion is forged in place, the genuine one inside an AttributeValue',
    'structure',
    (xml, world) => [
      ...forgedInPlace(xml, world, assertionId(world)),
      before(
        xml,
        '</saml:AttributeStatement>',
        `<saml:Attribute Name="carrier"><saml:AttributeValue>${bareAssertion(xml)}</saml:AttributeValue></saml:Attribute>`,
      ),
    ],
  ),
  wrapped(
    'advice',
    'the assertion is forged in place, the genuine one in its Advice',
    'structure',
    (xml, world) => [
      ...forgedInPlace(xml, world, assertionId(world)),
      after(xml, '</saml:Conditions>', `<saml:Advice>${bareAssertion(xml)}</saml:Advice>`),
    ],
  ),
  wrapped(
    'status-detail',
    'the assertion is forged in place, the genuine one in the StatusDetail',
    'structure',
    (xml, world) => [
      ...forgedInPlace(xml, world, assertionId(world)),
      before(xml, '</samlp:Status>', `<samlp:StatusDetail>${bareAssertion(xml)}</samlp:StatusDetail>`),
    ],
  ),
]

const moved = [
  wrapped('signature-moved', 'the assertion’s signature is moved to the Response', 'sig.reference', (xml) => [
    remove(xml, signatureName),
    before(xml, '<samlp:Status>', elementOf(xml, signatureName)),
  ]),
  wrapped(
    'signature-copied',
    'the assertion’s signature stands at the Response too',
    'sig.reference',
    (xml) => [before(xml, '<samlp:Status>', elementOf(xml, signatureName))],
  ),
  wrapped(
    'same-id-before',
    'a forged assertion with the genuine one’s ID before it',
    'schema',
    (xml, world) => [
      before(
        xml,
        `<${assertionName}`,
        forgedAssertion(xml, world).replace('"_evil"', `"${assertionId(world)}"`),
      ),
    ],
  ),
  wrapped(
    'foreign-id',
    'the assertion is forged in place, an element in Extensions has the genuine ID in an attribute x:ID',
    'structure',
    (xml, world) => [
      ...forgedInPlace(xml, world, assertionId(world)),
      before(
        xml,
        '<samlp:Status>',
        extensions(`<x:y xmlns:x="urn:x" x:ID="${assertionId(world)}">${bareAssertion(xml)}</x:y>`),
      ),
    ],
  ),
  wrapped(
    'lower-id',
    'an element in Extensions has the genuine ID in an attribute Id',
    'structure',
    (xml, world) => [
      before(xml, '<samlp:Status>', extensions(`<x:y xmlns:x="urn:x" Id="${assertionId(world)}"/>`)),
    ],
  ),
  wrapped(
    'prefixed-id',
    'an element in Extensions has the genuine ID in an attribute x:ID',
    'structure',
    (xml, world) => [
      before(xml, '<samlp:Status>', extensions(`<x:y xmlns:x="urn:x" x:ID="${assertionId(world)}"/>`)),
    ],
  ),
  wrapped(
    'prefixed-id-on-response',
    'the Response has the assertion’s ID in an attribute x:ID',
    'schema',
    (xml, world) => [before(xml, ' Version=', ` xmlns:x="urn:x" x:ID="${assertionId(world)}"`)],
  ),
  wrapped('foreign-root', 'the whole Response inside an element of somebody’s own', 'schema', (xml) => [
    insert(0, '<x:y xmlns:x="urn:x">'),
    insert(xml.length, '</x:y>'),
  ]),
  wrapped(
    'broken-response-signature',
    'both signed; the assertion is forged in place without its signature: that of the Response no longer fits',
    'sig.invalid',
    (xml, world) => {
      const inner = range(xml, signatureName, at(xml, `<${assertionName}`))
      return [
        ...forgedInPlace(xml, world, assertionId(world)),
        { at: inner.start, remove: inner.end - inner.start, insert: '' },
      ]
    },
    { from: bothSigned },
  ),
]

export const wrapping: readonly Case[] = inGroup('B', ...raider, ...schemaClean, ...moved)
