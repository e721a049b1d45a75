import type { Confirmation } from '../../../infra/local/simulators/idp/message.ts'
import { bearer, nameIdFormats } from '../../../infra/local/simulators/idp/message.ts'
import type { RejectionCode } from '../../../lib/saml/verified.ts'
import { testIssuer } from '../../support/identity-provider.ts'
import type { Case, World } from './case.ts'
import { assertion, bothSigned, edits, from, inGroup, places, refuser, response, sealed } from './changes.ts'
import { replace } from './edit.ts'

/** Group F: genuine signatures under words that are not for us, or not for now. */
const refused = refuser('f')

const audience = (
  id: string,
  mutation: string,
  audiences: (world: World) => readonly (readonly string[])[],
) =>
  refused(
    `audience-${id}`,
    mutation,
    'audience',
    sealed(
      assertion(({ conditions }, world) => ({ conditions: { ...conditions, audiences: audiences(world) } })),
      places.conditions,
    ),
  )
const audiences = [
  audience('wrong', 'the audience is another service', () => [['https://elsewhere.test/sp']]),
  audience('other', 'the audience is another connection of ours', ({ other }) => [[other.audience]]),
  audience('missing', 'no audience restriction', () => []),
  audience('part', 'the audience is the beginning of our name', (world) => [[world.audience.slice(0, -3)]]),
  audience('longer', 'the audience begins with our name', (world) => [[`${world.audience}/more`]]),
  audience('case', 'the audience is our name in other letters', (world) => [[world.audience.toUpperCase()]]),
  audience('slash', 'the audience is our name with a slash', (world) => [[`${world.audience}/`]]),
  audience('acs', 'the audience is our address, not our name', (world) => [[world.acs]]),
  audience('restriction', 'two restrictions, one without us', (world) => [
    [world.audience],
    ['https://elsewhere.test/sp'],
  ]),
  audience('joined', 'two names in one audience', (world) => [
    [`https://elsewhere.test/sp ${world.audience}`],
  ]),
]

const window = (
  id: string,
  mutation: string,
  expected: RejectionCode,
  bounds: (world: World) => { readonly notBefore?: string; readonly notOnOrAfter?: string },
) =>
  refused(
    `conditions-${id}`,
    mutation,
    expected,
    sealed(
      assertion(({ conditions }, world) => ({
        conditions: { audiences: conditions?.audiences ?? [], ...bounds(world) },
      })),
      places.conditions,
    ),
  )
const conditions = [
  refused(
    'conditions-none',
    'no Conditions',
    'conditions.missing',
    sealed((sound) => {
      const { conditions: _, ...rest } = sound.message.assertion
      return { ...sound, message: { ...sound.message, assertion: rest } }
    }, places.conditions),
  ),
  window('unbounded', 'Conditions without an end', 'conditions.missing', () => ({})),
  window('over', 'Conditions that are over', 'conditions.window', (world) => ({
    notBefore: from(world, -400),
    notOnOrAfter: from(world, -61),
  })),
  window('early', 'Conditions that have not begun', 'conditions.window', (world) => ({
    notBefore: from(world, 62),
    notOnOrAfter: from(world, 400),
  })),
  window('backwards', 'Conditions that end before they begin', 'conditions.window', (world) => ({
    notBefore: from(world, 40),
    notOnOrAfter: from(world, -40),
  })),
  refused(
    'conditions-unknown',
    'a Condition of a kind nobody knows',
    'schema',
    sealed(
      (sound) => ({
        ...sound,
        assertionText: (xml) =>
          xml.replace(
            '</saml:Conditions>',
            '<saml:Condition xmlns:x="urn:x" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x:OnFridays"/></saml:Conditions>',
          ),
      }),
      places.conditions,
    ),
  ),
]

const confirmation = (
  id: string,
  mutation: string,
  expected: RejectionCode,
  change: (confirmation: Confirmation, world: World) => readonly Confirmation[],
) =>
  refused(
    `confirmation-${id}`,
    mutation,
    expected,
    sealed(
      assertion(({ confirmations }, world) => ({
        confirmations: confirmations.flatMap((one) => change(one, world)),
      })),
      places.data,
    ),
  )
const { recipient, missing } = {
  recipient: 'confirmation.recipient',
  missing: 'confirmation.window',
} as const
const confirmations = [
  confirmation('recipient-wrong', 'the recipient is another service', recipient, (one) => [
    { ...one, recipient: 'https://elsewhere.test/acs' },
  ]),
  confirmation('recipient-other', 'the recipient is another connection of ours', recipient, (one, world) => [
    { ...one, recipient: world.other.acs },
  ]),
  confirmation('recipient-missing', 'no recipient', recipient, ({ recipient: _, ...one }) => [one]),
  confirmation('recipient-case', 'the recipient is our address in other letters', recipient, (one, world) => [
    { ...one, recipient: world.acs.toUpperCase() },
  ]),
  confirmation('recipient-query', 'the recipient is our address with a query', recipient, (one, world) => [
    { ...one, recipient: `${world.acs}?x=1` },
  ]),
  confirmation('over', 'the confirmation is over', missing, (one, world) => [
    { ...one, notOnOrAfter: from(world, -61) },
  ]),
  confirmation('endless', 'the confirmation has no end', missing, ({ notOnOrAfter: _, ...one }) => [one]),
  confirmation('early', 'the confirmation has not begun', missing, (one, world) => [
    { ...one, notBefore: from(world, 100) },
  ]),
  confirmation('malformed', 'the end of the confirmation is no time', 'schema', (one) => [
    { ...one, notOnOrAfter: 'tomorrow' },
  ]),
  confirmation('local-time', 'the end of the confirmation has no time zone', missing, (one, world) => [
    { ...one, notOnOrAfter: from(world, 300).replace('Z', '') },
  ]),
  confirmation('none', 'no confirmation', 'confirmation.method', () => []),
  confirmation('holder', 'holder-of-key', 'confirmation.method', (one) => [
    { ...one, method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' },
  ]),
  confirmation('vouches', 'sender-vouches', 'confirmation.method', (one) => [
    { ...one, method: 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches' },
  ]),
  confirmation('bare', 'bearer without any data', recipient, () => [{ method: bearer }]),
]

const elsewhere = 'https://evil.test/saml'
const people = [
  refused(
    'issuer-response',
    'the Response has another issuer',
    'issuer',
    sealed(
      response(() => ({ issuer: elsewhere })),
      'Response/Issuer',
      places.responseSignature,
    ),
    { from: bothSigned },
  ),
  refused(
    'issuer-response-unsigned',
    'the unsigned Response has another issuer',
    'issuer',
    edits((xml) => [replace(xml, `>${testIssuer}<`, `>${elsewhere}<`)]),
  ),
  refused(
    'issuer-assertion',
    'the assertion has another issuer',
    'issuer',
    sealed(
      assertion(() => ({ issuer: elsewhere })),
      'Response/Assertion/Issuer',
    ),
  ),
  refused(
    'issuer-case',
    'the issuer in other letters',
    'issuer',
    sealed(
      assertion(() => ({ issuer: testIssuer.toUpperCase() })),
      'Response/Assertion/Issuer',
    ),
  ),
  refused(
    'subject-none',
    'no NameID',
    'subject.missing',
    sealed((sound) => {
      const { nameId: _, ...rest } = sound.message.assertion
      return { ...sound, message: { ...sound.message, assertion: rest } }
    }, places.subject),
  ),
  refused(
    'subject-empty',
    'an empty NameID',
    'subject.missing',
    sealed(
      assertion(() => ({ nameId: { value: '', format: nameIdFormats.persistent } })),
      places.subject,
    ),
  ),
  refused(
    'subject-blank',
    'a NameID of blanks',
    'subject.missing',
    sealed(
      assertion(() => ({ nameId: { value: ' \t ', format: nameIdFormats.persistent } })),
      places.subject,
    ),
  ),
  refused(
    'subject-transient',
    'a transient NameID',
    'subject.transient',
    sealed(
      assertion(() => ({ nameId: { value: '_x1', format: nameIdFormats.transient } })),
      places.subject,
    ),
  ),
  refused(
    'authn-none',
    'no AuthnStatement',
    'authn.missing',
    sealed((sound) => {
      const { authn: _, ...rest } = sound.message.assertion
      return { ...sound, message: { ...sound.message, assertion: rest } }
    }, places.authn),
  ),
  refused(
    'authn-future',
    'authenticated in two minutes',
    'authn.window',
    sealed(
      assertion(({ authn }, world) => ({ ...(authn && { authn: { ...authn, instant: from(world, 120) } }) })),
      places.authn,
    ),
  ),
  refused(
    'session-over',
    'the session is over',
    'authn.window',
    sealed(
      assertion(({ authn }, world) => ({
        ...(authn && { authn: { ...authn, sessionNotOnOrAfter: from(world, -61) } }),
      })),
      places.authn,
    ),
  ),
]

const withoutDestination = response(() => ({}))
const outer = [
  refused(
    'destination-wrong',
    'the Destination is another service',
    'destination',
    sealed(
      response(() => ({ destination: 'https://elsewhere.test/acs' })),
      'Response/@Destination',
    ),
  ),
  refused(
    'destination-other',
    'the Destination is another connection of ours',
    'destination',
    sealed(
      response((_, world) => ({ destination: world.other.acs })),
      'Response/@Destination',
    ),
  ),
  refused(
    'destination-missing',
    'no Destination',
    'destination',
    sealed((sound, world) => {
      const { destination: _, ...rest } = withoutDestination(sound, world).message.response
      return { ...sound, message: { ...sound.message, response: rest } }
    }, 'Response/@Destination'),
  ),
  refused(
    'destination-rewritten',
    'the Destination of an unsigned Response is rewritten',
    'destination',
    edits((xml, world) => [
      replace(xml, `Destination="${world.acs}"`, 'Destination="https://elsewhere.test/acs"'),
    ]),
  ),
  refused(
    'status-requester',
    'the status is not Success, although there is an assertion',
    'status',
    sealed(
      response(() => ({ status: 'urn:oasis:names:tc:SAML:2.0:status:Requester' })),
      'Response/Status',
    ),
  ),
  refused(
    'status-rewritten',
    'the status of an unsigned Response is rewritten',
    'status',
    edits((xml) => [replace(xml, ':status:Success', ':status:Responder')]),
  ),
  refused(
    'version-response',
    'the Response is of version 1.1',
    'version',
    sealed(
      response(() => ({ version: '1.1' })),
      'Response/@Version',
    ),
  ),
  refused(
    'version-assertion',
    'the assertion is of version 1.1',
    'version',
    sealed(
      assertion(() => ({ version: '1.1' })),
      'Response/Assertion/@Version',
    ),
  ),
]

export const profile: readonly Case[] = inGroup(
  'F',
  ...audiences,
  ...conditions,
  ...confirmations,
  ...people,
  ...outer,
)
