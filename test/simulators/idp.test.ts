import { createPrivateKey, X509Certificate } from 'node:crypto'
import { deflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { SignedXml } from 'xml-crypto'
import { sealed } from '../../infra/local/simulators/idp/answer.ts'
import { pemOf } from '../../infra/local/simulators/idp/certificate.ts'
import { createIdentityProvider, demoEntityId } from '../../infra/local/simulators/idp/idp.ts'
import { subjects } from '../../infra/local/simulators/idp/people.ts'
import { algorithms, parsed } from '../../infra/local/simulators/idp/signing.ts'
import { soundMessage, trustedKey, untrustedKey } from '../support/identity-provider.ts'

const acs = 'http://127.0.0.1:8080/demo/saml/acs'
const entityId = 'http://127.0.0.1:8080/demo/saml/metadata'
const now = Date.parse('2026-03-02T09:00:00.000Z')

const ask = (
  simulator: ReturnType<typeof createIdentityProvider>,
  method: string,
  target: string,
  body = '',
) => {
  const url = new URL(target, 'http://127.0.0.1:8081')
  return simulator.handle({
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: { host: '127.0.0.1:8081' },
    body,
  })
}

const request = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_r1" Version="2.0" IssueInstant="2026-03-02T09:00:00Z" AssertionConsumerServiceURL="${acs}"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${entityId}</saml:Issuer></samlp:AuthnRequest>`

const hiddenOf = (page: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g)].map(([, name, value]) => [
      name,
      value,
    ]),
  )

const checks = (xml: string, certificate: string, at = 0): boolean => {
  const signature = parsed(xml).getElementsByTagNameNS('http://www.w3.org/2000/09/xmldsig#', 'Signature')[at]
  if (signature === undefined) return false
  const checker = new SignedXml({ publicCert: pemOf(certificate), getCertFromKeyInfo: () => null })
  try {
    checker.loadSignature(signature)
    return checker.checkSignature(xml)
  } catch {
    return false
  }
}

test('the certificate is one that everybody reads, and carries the key', () => {
  const { certificate, privateKey } = trustedKey()
  const read = new X509Certificate(Buffer.from(certificate, 'base64'))
  expect(read.subject).toBe('CN=Trusted identity provider')
  expect(read.verify(read.publicKey)).toBe(true)
  expect(read.checkPrivateKey(createPrivateKey(privateKey))).toBe(true)
  expect(read.validTo).toBe('Jan  1 00:00:00 2045 GMT')
  expect(untrustedKey().certificate).not.toBe(certificate)
})

test('somebody chosen on the form is who the signed answer speaks of', () => {
  const simulator = createIdentityProvider({ now: () => now })
  const deflated = deflateRawSync(Buffer.from(request)).toString('base64')
  const shown = ask(
    simulator,
    'GET',
    `/sso?${new URLSearchParams({ SAMLRequest: deflated, RelayState: 'h1' })}`,
  )
  expect(shown.status).toBe(200)
  const kept = hiddenOf(shown.body)
  expect(kept).toEqual({ acs, sp: entityId, inResponseTo: '_r1', RelayState: 'h1' })
  const answered = ask(
    simulator,
    'POST',
    '/sso',
    new URLSearchParams({ ...kept, person: 'radia@demo.test' }).toString(),
  )
  expect(answered.body).toContain(`<form method="post" action="${acs}">`)
  expect(answered.body).toContain('<button type="submit">')
  const { SAMLResponse = '', RelayState } = hiddenOf(answered.body)
  expect(RelayState).toBe('h1')
  const xml = Buffer.from(SAMLResponse, 'base64').toString()
  expect(checks(xml, simulator.control.state().key.certificate)).toBe(true)
  expect(checks(xml, trustedKey().certificate)).toBe(false)
  const values = [...xml.matchAll(/<saml:AttributeValue>([^<]*)</g)].map(([, value]) => value)
  expect(values).toEqual(['radia@demo.test', 'Radia', 'Perlman', 'EDR-Paris', 'All-Staff', 'Net-Operators'])
  expect(xml.match(/InResponseTo="_r1"/g)).toHaveLength(2)
})

test('a posted request and a login begun here show the same form', () => {
  const simulator = createIdentityProvider()
  const body = new URLSearchParams({ SAMLRequest: Buffer.from(request).toString('base64') }).toString()
  expect(hiddenOf(ask(simulator, 'POST', '/sso', body).body)).toEqual({
    acs,
    sp: entityId,
    inResponseTo: '_r1',
  })
  const started = ask(simulator, 'GET', `/start?acs=${encodeURIComponent(acs)}`)
  expect(hiddenOf(started.body)).toEqual({ acs, sp: entityId })
  expect(started.body.match(/<option/g)).toHaveLength(subjects.length)
})

test('it answers to this machine only, and to nothing that is not SAML', () => {
  const simulator = createIdentityProvider()
  expect(ask(simulator, 'GET', '/start?acs=https%3A%2F%2Felsewhere.test%2Facs').status).toBe(400)
  const body = new URLSearchParams({ person: 'ada@demo.test', acs: 'https://elsewhere.test/acs' }).toString()
  expect(ask(simulator, 'POST', '/sso', body).status).toBe(400)
  expect(ask(simulator, 'GET', '/sso?SAMLRequest=AAAA').status).toBe(400)
})

test('metadata name the certificate it signs with, and it is kept over a restart', () => {
  let writes = 0
  const before = createIdentityProvider({ changed: () => (writes += 1) })
  const { certificate } = before.control.state().key
  expect(writes).toBe(1)
  const after = createIdentityProvider({ state: JSON.parse(JSON.stringify(before.state())) })
  const { body } = ask(after, 'GET', '/metadata')
  expect(body).toContain(`entityID="${demoEntityId}"`)
  expect(body).toContain(`>${certificate}<`)
  expect(body).toContain('Location="http://127.0.0.1:8081/idp/sso"')
  after.control.rotate()
  expect(ask(after, 'GET', '/metadata').body).not.toContain(certificate)
})

test.each([
  ['exclusive', {}],
  ['exclusive with prefixes', { inclusivePrefixes: ['xs'] }],
  ['inclusive', { transform: algorithms.inclusive, canonicalization: algorithms.inclusive }],
  ['RSA with SHA-512', { algorithm: algorithms.rsaSha512, digest: algorithms.sha512 }],
  ['PSS', { algorithm: algorithms.pssSha256 }],
])('xml-crypto’s own checker accepts what is signed: %s', (_, more) => {
  const message = soundMessage({ now, acs, audience: entityId })
  // Each by itself: the checker takes the namespaces of the first SignedInfo it finds for every one.
  for (const place of ['assertion', 'response'] as const) {
    const xml = sealed(message, { [place]: { key: trustedKey(), ...more } })
    expect(checks(xml, trustedKey().certificate)).toBe(true)
    expect(checks(xml.replace('SOC-Analysts', 'SOC-Admins'), trustedKey().certificate)).toBe(false)
  }
})
