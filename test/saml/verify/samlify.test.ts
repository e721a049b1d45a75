// A second opinion: what samlify, behind the same schema, reads of a message is what we read; and what it would let pass, we do not.
import { Constants, IdentityProvider, ServiceProvider, setSchemaValidator } from 'samlify'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Sealing } from '../../../infra/local/simulators/idp/answer.ts'
import { bearer } from '../../../infra/local/simulators/idp/message.ts'
import { algorithms } from '../../../infra/local/simulators/idp/signing.ts'
import { instant } from '../../../lib/core/ids.ts'
import { fitsSchema } from '../../../lib/saml/verify/schema.ts'
import { encoded, soundMessage, testMetadata, trustedKey } from '../../support/identity-provider.ts'
import {
  acs,
  audience,
  byAssertion,
  byBoth,
  byResponse,
  outcomeOf,
  request,
  verifiedOf,
  xmlOf,
} from './support.ts'

// samlify asks the real clock.
const now = Date.now()
const given = { now: instant(now) }
const message = (options: object = {}) =>
  soundMessage({ now, acs, audience, inResponseTo: request, ...options })

const provider = IdentityProvider({ metadata: testMetadata() })
const service = ServiceProvider({
  entityID: audience,
  wantAssertionsSigned: true,
  assertionConsumerService: [{ Binding: Constants.namespace.binding.post, Location: acs }],
})
type Extract = {
  readonly nameID: string
  readonly issuer: string
  readonly attributes: { readonly [name: string]: string | readonly string[] }
}
const readBySamlify = async (xml: string): Promise<Extract> => {
  const { extract } = await service.parseLoginResponse(provider, 'post', {
    body: { SAMLResponse: encoded(xml) },
  })
  return extract as Extract
}

beforeAll(() => {
  setSchemaValidator({
    validate: async (xml) => {
      if (!fitsSchema(xml)) throw new Error('schema')
      return 'fits'
    },
  })
})

describe('of a sound message samlify and we read the same', () => {
  const attributes = [
    { name: 'email', values: ['ada@demo.test'] },
    { name: 'groups', values: ['SOC-Analysts', 'Ménagerie & Co', '<b>', 'CN=a,OU=b'], typed: true },
    { name: 'urn:oid:2.5.4.4', values: ['東京'], friendlyName: 'sn' },
  ]
  it.each<[string, Sealing]>([
    ['the assertion', byAssertion()],
    ['the Response', byResponse()],
    ['both', byBoth()],
    ['the assertion, by PSS', { assertion: { key: trustedKey(), algorithm: algorithms.pssSha256 } }],
    [
      'the assertion, in the inclusive form',
      { assertion: { key: trustedKey(), transform: algorithms.inclusive } },
    ],
  ])('signed over %s', async (_name, sealing) => {
    const xml = xmlOf(message({ attributes }), sealing)
    const ours = verifiedOf(xml, given)
    const theirs = await readBySamlify(xml)
    expect(theirs.nameID).toBe(ours.nameId.value)
    expect(theirs.issuer).toBe(ours.issuer)
    // One value is a string there, several are a list.
    const lists = Object.entries(theirs.attributes).map(([name, values]) => [name, [values].flat()])
    expect(Object.fromEntries(lists)).toEqual({ ...ours.attributes })
  })
})

describe('samlify alone would let pass what is refused here', () => {
  const confirmation = {
    method: bearer,
    recipient: acs,
    inResponseTo: request,
    notOnOrAfter: instant(now + 300_000),
  }
  const changed = (assertion: object, response: object = {}) => {
    const sound = message()
    return xmlOf({
      assertion: { ...sound.assertion, ...assertion },
      response: { ...sound.response, ...response },
    })
  }
  it.each([
    ['for another service provider', () => xmlOf(message({ audience: 'https://other.test' })), 'audience'],
    ['posted to another address', () => changed({}, { destination: 'https://other.test' }), 'destination'],
    [
      'for another recipient',
      () => changed({ confirmations: [{ ...confirmation, recipient: 'https://other.test' }] }),
      'confirmation.recipient',
    ],
    [
      'whose bearer window is over',
      () => changed({ confirmations: [{ ...confirmation, notOnOrAfter: instant(now - 300_000) }] }),
      'confirmation.window',
    ],
    ['answering two requests', () => changed({}, { inResponseTo: '_other' }), 'irt.mismatch'],
    [
      'signed by SHA-1',
      () =>
        xmlOf(message(), {
          assertion: { key: trustedKey(), algorithm: algorithms.rsaSha1, digest: algorithms.sha1 },
        }),
      'sig.algorithm',
    ],
    [
      'with a comment in the NameID',
      () => xmlOf(message()).replace('persistent-ada', 'persistent<!---->-ada'),
      'xml.markup',
    ],
  ])('a message %s', async (_name, xml, code) => {
    const text = xml()
    await expect(readBySamlify(text)).resolves.toMatchObject({ nameID: 'persistent-ada' })
    expect(outcomeOf(text, given)).toBe(code)
  })
})
