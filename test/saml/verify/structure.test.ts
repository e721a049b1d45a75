import { describe, expect, it } from 'vitest'
import { sealed } from '../../../infra/local/simulators/idp/answer.ts'
import { assertionXml, responseXml, success } from '../../../infra/local/simulators/idp/message.ts'
import { encoded } from '../../support/identity-provider.ts'
import { byAssertion, byBoth, judged, message, messageWith, outcomeOf, xmlOf } from './support.ts'

const within = (xml: string, tag: string): string =>
  new RegExp(`<${tag}[ >].*</${tag}>`, 's').exec(xml)?.[0] ?? ''
const genuine = (): string => xmlOf()
const assertionIn = (xml: string): string => within(xml, 'saml:Assertion')
const renamed = (xml: string): string => xml.replaceAll(/ ID="[^"]*"/g, ' ID="_evil"')
const forged = (): string => renamed(assertionXml(message({ nameId: { value: 'admin' } }).assertion))
const extensions = (inner: string): string => `<samlp:Extensions>${inner}</samlp:Extensions>`

describe('there is one assertion in one Response', () => {
  it.each([
    [
      'a forged one in front of it',
      (xml: string) => xml.replace('<saml:Assertion ', `${forged()}<saml:Assertion `),
    ],
    [
      'a forged one behind it',
      (xml: string) => xml.replace('</samlp:Response>', `${forged()}</samlp:Response>`),
    ],
    [
      'a forged one, the genuine in Extensions',
      (xml: string) =>
        xml
          .replace(assertionIn(xml), forged())
          .replace('<samlp:Status>', `${extensions(assertionIn(xml))}<samlp:Status>`),
    ],
    [
      'a forged one around it',
      (xml: string) =>
        xml.replace(
          assertionIn(xml),
          forged().replace(
            '</saml:Conditions>',
            `</saml:Conditions><saml:Advice>${assertionIn(xml)}</saml:Advice>`,
          ),
        ),
    ],
    [
      'it in an AttributeValue of a forged one',
      (xml: string) => xml.replace(assertionIn(xml), forged().replace('SOC-Analysts', assertionIn(xml))),
    ],
    [
      'a forged one in an Object of its signature',
      (xml: string) => xml.replace('</ds:Signature>', `<ds:Object>${forged()}</ds:Object></ds:Signature>`),
    ],
    [
      'an Object in the signature',
      (xml: string) => xml.replace('</ds:Signature>', '<ds:Object/></ds:Signature>'),
    ],
    [
      'one by that name from elsewhere',
      (xml: string) =>
        xml.replace('<samlp:Status>', `${extensions('<x:Assertion xmlns:x="urn:x"/>')}<samlp:Status>`),
    ],
    [
      'a second Response in it',
      (xml: string) =>
        xml.replace('<samlp:Status>', `${extensions('<x:Response xmlns:x="urn:x"/>')}<samlp:Status>`),
    ],
    [
      'a signature anywhere else',
      (xml: string) =>
        xml.replace('<samlp:Status>', `${extensions(within(xml, 'ds:Signature'))}<samlp:Status>`),
    ],
    [
      'a SignedInfo anywhere else',
      (xml: string) =>
        xml.replace('<samlp:Status>', `${extensions('<x:SignedInfo xmlns:x="urn:x"/>')}<samlp:Status>`),
    ],
    [
      'an ID in a namespace',
      (xml: string) =>
        xml.replace('<samlp:Status>', `${extensions('<x:a xmlns:x="urn:x" x:ID="_a"/>')}<samlp:Status>`),
    ],
    [
      'an ID that something else has, in small letters',
      (xml: string) =>
        xml.replace(
          '<samlp:Status>',
          `${extensions(`<x:a xmlns:x="urn:x" Id="${/ ID="([^"]*)"/.exec(assertionIn(xml))?.[1]}"/>`)}<samlp:Status>`,
        ),
    ],
  ])('and not %s', (_name, change) => {
    const { outcome, steps } = judged([encoded(change(genuine()))])
    expect(outcome).toBe('structure')
    expect(steps).not.toContain('signature')
  })

  it('and not none, although the login succeeded', () => {
    expect(outcomeOf(responseXml(message().response))).toBe('structure')
  })

  it('and not another message of the protocol', () => {
    expect(outcomeOf(genuine().replaceAll('samlp:Response', 'samlp:ArtifactResponse'))).toBe('structure')
  })

  it('whose schema has no room for a second signature', () => {
    const xml = genuine()
    expect(
      outcomeOf(xml.replace('</ds:Signature>', `</ds:Signature>${renamed(within(xml, 'ds:Signature'))}`)),
    ).toBe('schema')
  })
})

describe('what a provider says of the login', () => {
  const failed = 'urn:oasis:names:tc:SAML:2.0:status:Responder'

  it('is heard when it failed, signed or not', () => {
    expect(outcomeOf(responseXml({ ...message().response, status: failed }))).toBe('status')
  })

  it('counts although an assertion comes along', () => {
    expect(outcomeOf(xmlOf(messageWith({}, { status: failed }), byBoth()))).toBe('status')
    expect(outcomeOf(xmlOf(messageWith({}, { status: success }), byBoth()))).toBe('verified')
  })

  it('is no carrier for an assertion', () => {
    const error = responseXml({ ...message().response, status: failed })
    const carried = sealed(message(), byAssertion())
    const evil = error.replace(
      '</samlp:Status>',
      `<samlp:StatusDetail>${assertionIn(carried)}</samlp:StatusDetail></samlp:Status>`,
    )
    expect(outcomeOf(evil)).toBe('structure')
  })
})
