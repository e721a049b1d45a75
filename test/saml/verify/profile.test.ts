import { describe, expect, it } from 'vitest'
import type { Message } from '../../../infra/local/simulators/idp/answer.ts'
import { bearer, nameIdFormats, password } from '../../../infra/local/simulators/idp/message.ts'
import type { RejectionCode } from '../../../lib/saml/verified.ts'
import { testIssuer } from '../../support/identity-provider.ts'
import {
  acs,
  at,
  audience,
  byBoth,
  byResponse,
  message,
  messageWith,
  outcomeOf,
  request,
  verifiedOf,
  xmlOf,
} from './support.ts'

type Case = readonly [name: string, message: () => Message, outcome: RejectionCode | 'verified']
const judge = (cases: readonly Case[]): void => {
  it.each(cases)('%s', (_name, what, outcome) => {
    for (const sealing of [undefined, byResponse(), byBoth()])
      expect(outcomeOf(xmlOf(what(), sealing))).toBe(outcome)
  })
}
const without = <Whole extends object, Key extends keyof Whole>(whole: Whole, key: Key): Omit<Whole, Key> => {
  const { [key]: _, ...rest } = whole
  return rest
}

it('what is left is the assertion, and nothing else', () => {
  const sound = message({ groups: ['SOC-Analysts', ' SOC-Tier1 '] })
  expect(verifiedOf(xmlOf(sound))).toEqual({
    assertionId: sound.assertion.id,
    issuer: testIssuer,
    nameId: { value: 'persistent-ada', format: nameIdFormats.persistent },
    inResponseTo: request,
    notOnOrAfter: at(300),
    authnInstant: at(-5),
    attributes: { email: ['ada@demo.test'], groups: ['SOC-Analysts', 'SOC-Tier1'] },
  })
})

describe('version and issuer', () => {
  const issuer = 'https://idp.other.test/saml'
  judge([
    ['a Response of 1.1', () => messageWith({}, { version: '1.1' }), 'version'],
    ['an Assertion of 1.1', () => messageWith({ version: '1.1' }), 'version'],
    ['another issuer of the Response', () => messageWith({}, { issuer }), 'issuer'],
    ['another issuer of the Assertion', () => messageWith({ issuer }), 'issuer'],
    ['an issuer in other letters', () => messageWith({ issuer: testIssuer.toUpperCase() }), 'issuer'],
    ['an issuer with a blank', () => messageWith({ issuer: `${testIssuer} ` }), 'issuer'],
    ['an issuer with a slash', () => messageWith({ issuer: `${testIssuer}/` }), 'issuer'],
  ])

  it('a signed Response says who sends it; an unsigned one may keep it to itself', () => {
    const silent = (): Message => ({ ...message(), response: without(message().response, 'issuer') })
    expect(outcomeOf(xmlOf(silent()))).toBe('verified')
    expect(outcomeOf(xmlOf(silent(), byResponse()))).toBe('issuer')
  })

  it('an issuer is an entity, not a person', () => {
    const xml = xmlOf().replace('<saml:Issuer xmlns', `<saml:Issuer Format="${nameIdFormats.email}" xmlns`)
    expect(outcomeOf(xml)).toBe('issuer')
  })
})

describe('destination', () => {
  judge([
    ['none', () => ({ ...message(), response: without(message().response, 'destination') }), 'destination'],
    ['an empty one', () => messageWith({}, { destination: '' }), 'destination'],
    [
      'another connection',
      () => messageWith({}, { destination: acs.replace('demo', 'other') }),
      'destination',
    ],
    ['with a query', () => messageWith({}, { destination: `${acs}?a=b` }), 'destination'],
  ])
})

describe('conditions', () => {
  const audiences = [[audience]]
  const conditions = (other: object): Message =>
    messageWith({ conditions: { audiences, notOnOrAfter: at(300), ...other } })
  judge([
    [
      'none',
      () => ({ ...message(), assertion: without(message().assertion, 'conditions') }),
      'conditions.missing',
    ],
    [
      'without an end',
      () => messageWith({ conditions: { audiences, notBefore: at(-5) } }),
      'conditions.missing',
    ],
    ['without a beginning', () => conditions({}), 'verified'],
    ['over, but for the clocks', () => conditions({ notOnOrAfter: at(-59) }), 'verified'],
    ['over', () => conditions({ notOnOrAfter: at(-60) }), 'conditions.window'],
    ['to begin, but for the clocks', () => conditions({ notBefore: at(60) }), 'verified'],
    ['to begin', () => conditions({ notBefore: at(61) }), 'conditions.window'],
    ['good for a day', () => conditions({ notOnOrAfter: at(86_400) }), 'verified'],
    ['good for a year', () => conditions({ notOnOrAfter: at(365 * 86_400) }), 'conditions.window'],
    ['begun a year ago', () => conditions({ notBefore: at(-365 * 86_400) }), 'conditions.window'],
    [
      'that end before they begin',
      () => conditions({ notBefore: at(10), notOnOrAfter: at(5) }),
      'conditions.window',
    ],
    [
      'whose end has no zone',
      () => conditions({ notOnOrAfter: at(300).replace('Z', '') }),
      'conditions.window',
    ],
    [
      'whose end is in another zone',
      () => conditions({ notOnOrAfter: at(300 + 7_200).replace('Z', '+02:00') }),
      'verified',
    ],
    ['issued a year ago', () => messageWith({ issueInstant: at(-365 * 86_400) }), 'conditions.window'],
    ['issued tomorrow', () => messageWith({ issueInstant: at(86_400) }), 'conditions.window'],
    ['for one use', () => conditions({ oneTimeUse: true }), 'verified'],
    ['for nobody', () => conditions({ audiences: [] }), 'audience'],
    ['for somebody else', () => conditions({ audiences: [['https://other.test']] }), 'audience'],
    ['for us and others', () => conditions({ audiences: [['https://other.test', audience]] }), 'verified'],
    [
      'for us, and in a second restriction for others',
      () => conditions({ audiences: [[audience], ['https://other.test']] }),
      'audience',
    ],
    ['for us twice', () => conditions({ audiences: [[audience], ['urn:a', audience]] }), 'verified'],
    ['for a part of us', () => conditions({ audiences: [[audience.slice(0, -1)]] }), 'audience'],
    ['for more than us', () => conditions({ audiences: [[`${audience}/`]] }), 'audience'],
    ['for us in other letters', () => conditions({ audiences: [[audience.toUpperCase()]] }), 'audience'],
  ])
})

describe('confirmation', () => {
  const sound = { method: bearer, recipient: acs, notOnOrAfter: at(300), inResponseTo: request }
  const confirmed = (...confirmations: readonly object[]): Message =>
    messageWith({ confirmations: confirmations.map((other) => ({ ...sound, ...other })) })
  const holder = { method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' }
  judge([
    ['none', () => messageWith({ confirmations: [] }), 'confirmation.method'],
    ['by a key', () => confirmed(holder), 'confirmation.method'],
    [
      'by another’s word',
      () => confirmed({ method: 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches' }),
      'confirmation.method',
    ],
    ['without data', () => messageWith({ confirmations: [{ method: bearer }] }), 'confirmation.recipient'],
    [
      'without a recipient',
      () => messageWith({ confirmations: [without(sound, 'recipient')] }),
      'confirmation.recipient',
    ],
    [
      'for another connection',
      () => confirmed({ recipient: acs.replace('demo', 'other') }),
      'confirmation.recipient',
    ],
    [
      'without an end',
      () => messageWith({ confirmations: [without(sound, 'notOnOrAfter')] }),
      'confirmation.window',
    ],
    ['over, but for the clocks', () => confirmed({ notOnOrAfter: at(-59) }), 'verified'],
    ['over', () => confirmed({ notOnOrAfter: at(-60) }), 'confirmation.window'],
    ['good for two days', () => confirmed({ notOnOrAfter: at(2 * 86_400) }), 'confirmation.window'],
    ['with a beginning', () => confirmed({ notBefore: at(-30) }), 'confirmation.window'],
    ['by a key, and one as it should be', () => confirmed(holder, {}), 'verified'],
    [
      'for another connection, and one as it should be',
      () => confirmed({ recipient: 'https://other.test' }, {}),
      'verified',
    ],
    [
      'over, and for another connection',
      () => confirmed({ notOnOrAfter: at(-600) }, { recipient: 'https://other.test' }),
      'confirmation.window',
    ],
  ])

  it('the end that is told is the last at which the message could be sent again, by any of them', () => {
    const long = confirmed({ notOnOrAfter: at(120) }, { notOnOrAfter: at(900) }, { notOnOrAfter: at(300) })
    expect(verifiedOf(xmlOf(long)).notOnOrAfter).toBe(at(900))
    const tomorrow = confirmed({ notOnOrAfter: at(120) }, { notOnOrAfter: at(2 * 86_400) })
    expect(verifiedOf(xmlOf(tomorrow)).notOnOrAfter).toBe(at(2 * 86_400))
  })

  it('of several, the one counts that answers the request', () => {
    const xml = xmlOf(confirmed({ inResponseTo: '_other' }, {}))
    expect(verifiedOf(xml).inResponseTo).toBe(request)
  })
})

describe('the request', () => {
  const answering = (inner: string | undefined, outer: string | undefined): Message => {
    const sound = message()
    const confirmation = { method: bearer, recipient: acs, notOnOrAfter: at(300) }
    return {
      assertion: {
        ...sound.assertion,
        confirmations: [{ ...confirmation, ...(inner === undefined ? {} : { inResponseTo: inner }) }],
      },
      response: {
        ...without(sound.response, 'inResponseTo'),
        ...(outer === undefined ? {} : { inResponseTo: outer }),
      },
    }
  }
  judge([
    ['the same at both levels', () => answering('_a', '_a'), 'verified'],
    ['another one at each', () => answering('_a', '_b'), 'irt.mismatch'],
    ['within only', () => answering('_a', undefined), 'irt.mismatch'],
    ['around only', () => answering(undefined, '_a'), 'irt.mismatch'],
    ['at neither', () => answering(undefined, undefined), 'verified'],
  ])

  it('that nobody sent is not made up', () => {
    expect(verifiedOf(xmlOf(answering(undefined, undefined)))).not.toHaveProperty('inResponseTo')
  })
})

describe('authentication and subject', () => {
  const authn = (other: object): Message =>
    messageWith({ authn: { instant: at(-5), context: password, ...other } })
  const named = (value: string, format?: string): Message =>
    messageWith({ nameId: { value, ...(format === undefined ? {} : { format }) } })
  judge([
    [
      'nobody was authenticated',
      () => ({ ...message(), assertion: without(message().assertion, 'authn') }),
      'authn.missing',
    ],
    ['in the future', () => authn({ instant: at(61) }), 'authn.window'],
    ['weeks ago', () => authn({ instant: at(-60 * 86_400) }), 'verified'],
    ['in a session that is over', () => authn({ sessionNotOnOrAfter: at(-60) }), 'authn.window'],
    [
      'in a session that is over, but for the clocks',
      () => authn({ sessionNotOnOrAfter: at(-59) }),
      'verified',
    ],
    ['in a session without end', () => authn({}), 'verified'],
    [
      'nobody',
      () => ({ ...message(), assertion: without(message().assertion, 'nameId') }),
      'subject.missing',
    ],
    ['an empty name', () => named(''), 'subject.missing'],
    ['blanks for a name', () => named(' \n'), 'subject.missing'],
    ['another name each time', () => named('x', nameIdFormats.transient), 'subject.transient'],
  ])

  it('a NameID of another each time is fine where an attribute says who it is', () => {
    const xml = xmlOf(named('x', nameIdFormats.transient))
    expect(verifiedOf(xml, { transientAllowed: true }).nameId).toEqual({
      value: 'x',
      format: nameIdFormats.transient,
    })
  })

  it('a NameID is what it is called, or unspecified', () => {
    expect(verifiedOf(xmlOf(named(' ada@demo.test ', nameIdFormats.email))).nameId).toEqual({
      value: 'ada@demo.test',
      format: nameIdFormats.email,
    })
    expect(verifiedOf(xmlOf(named('ada'))).nameId.format).toBe(nameIdFormats.unspecified)
  })
})
