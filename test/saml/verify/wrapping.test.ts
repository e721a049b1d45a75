// Signature wrapping, in general: a forged assertion where it would be read, the genuine one wherever a schema has room for it, the signature with either.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { assertionXml } from '../../../infra/local/simulators/idp/message.ts'
import { serviceKey } from '../../support/identity-provider.ts'
import { byAssertion, byBoth, byResponse, message, outcomeOf, xmlOf } from './support.ts'

const numRuns = Number(process.env.FUZZ_BUDGET ?? 400)
const part = (xml: string, tag: string): string =>
  new RegExp(`<${tag}[ >].*?</${tag}>`, 's').exec(xml)?.[0] ?? ''
const signatures = (xml: string): string => xml.replaceAll(/<ds:Signature .*?<\/ds:Signature>/gs, '')

type Hole = (host: string, inner: string) => string
const put =
  (mark: RegExp, written: (inner: string) => string): Hole =>
  (host, inner) =>
    host.replace(mark, (found) => found + written(inner))
const same = (inner: string): string => inner

/** Where a Response, an Assertion or a Signature has room for whatever one likes, or where one might look for an assertion. */
const holes: Readonly<Record<string, Hole>> = {
  extensions: (host, inner) =>
    host.replace('<samlp:Status>', () => `<samlp:Extensions>${inner}</samlp:Extensions><samlp:Status>`),
  statusDetail: put(
    /<samlp:StatusCode [^>]*\/>/,
    (inner) => `<samlp:StatusDetail>${inner}</samlp:StatusDetail>`,
  ),
  advice: put(/<\/saml:Conditions>/, (inner) => `<saml:Advice>${inner}</saml:Advice>`),
  confirmationData: (host, inner) =>
    host.replace(
      /(<saml:SubjectConfirmationData [^>]*)\/>/,
      (_all, start) => `${start}>${inner}</saml:SubjectConfirmationData>`,
    ),
  attributeValue: put(/<saml:AttributeValue>/, same),
  object: put(/<\/ds:KeyInfo>/, (inner) => `<ds:Object>${inner}</ds:Object>`),
  keyInfo: put(/<ds:KeyInfo>/, same),
  x509: put(/<ds:X509Data>/, same),
  front: (host, inner) => host.replace('<saml:Assertion ', () => `${inner}<saml:Assertion `),
  behind: (host, inner) => host.replace('</samlp:Response>', () => `${inner}</samlp:Response>`),
}

const wrapping = fc.record({
  sealing: fc.constantFrom(byAssertion(), byResponse(), byBoth(), {
    ...byAssertion(),
    encryption: { certificate: serviceKey().certificate },
  }),
  hole: fc.constantFrom(...Object.keys(holes)),
  /** What is hidden: the genuine part with its signature, or without. */
  bare: fc.boolean(),
  whole: fc.boolean(),
  /** The forged assertion takes the genuine one's ID, and its signature. */
  sameId: fc.boolean(),
  signature: fc.boolean(),
  renamed: fc.boolean(),
})

it('never lets a forged assertion in, and never passes over one', () => {
  const property = fc.property(wrapping, ({ sealing, hole, bare, whole, sameId, signature, renamed }) => {
    const xml = xmlOf(message(), sealing)
    const genuine = part(xml, 'saml:Assertion') || part(xml, 'saml:EncryptedAssertion')
    const id = / ID="([^"]*)"/.exec(genuine)?.[1] ?? '_none'
    const forged = assertionXml({
      ...message({ nameId: { value: 'mallory' } }).assertion,
      id: sameId ? id : '_evil',
    })
    const signed = signature
      ? forged.replace(
          '</saml:Issuer>',
          () => `</saml:Issuer>${part(genuine, 'ds:Signature') || part(xml, 'ds:Signature')}`,
        )
      : forged
    const hidden = whole ? xml : genuine
    const taken = bare ? signatures(hidden) : hidden
    const inner = renamed ? taken.replaceAll('saml:Assertion', 'saml:Evidence') : taken
    const evil = xml.replace(genuine, () => signed)
    const wrapped = holes[hole]?.(evil, inner) ?? evil
    // What says of itself that it speaks of mallory is in it: no reading of it as a whole may succeed.
    expect(wrapped).toContain('mallory')
    expect(outcomeOf(wrapped)).not.toBe('verified')
  })
  fc.assert(property, { numRuns })
})

it('never lets one in beside the genuine one either', () => {
  const property = fc.property(wrapping, ({ sealing, hole, sameId, signature, bare }) => {
    const xml = xmlOf(message(), sealing)
    const id = / ID="([^"]*)"/.exec(part(xml, 'saml:Assertion'))?.[1] ?? '_none'
    const forged = assertionXml({
      ...message({ nameId: { value: 'mallory' } }).assertion,
      id: sameId ? id : '_evil',
    })
    const inner = signature
      ? forged.replace('</saml:Issuer>', () => `</saml:Issuer>${part(xml, 'ds:Signature')}`)
      : forged
    const wrapped = holes[hole]?.(bare ? signatures(xml) : xml, inner) ?? ''
    fc.pre(wrapped.includes('mallory'))
    expect(outcomeOf(wrapped)).not.toBe('verified')
  })
  fc.assert(property, { numRuns })
})
