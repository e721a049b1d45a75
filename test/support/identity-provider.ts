import { randomUUID } from 'node:crypto'
import {
  type Login,
  type Message,
  messageFor,
  type Sealing,
  sealed,
} from '../../infra/local/simulators/idp/answer.ts'
import { createKeyPair, type KeyPair } from '../../infra/local/simulators/idp/certificate.ts'
import { attributeFormats } from '../../infra/local/simulators/idp/message.ts'
import { metadataXml, type PublishedKey } from '../../infra/local/simulators/idp/metadata.ts'

/** An identity provider without a network: what it says is put together by xml-crypto's canonical forms and our own text, never by the code under test. */
export const testIssuer = 'https://idp.test/saml'
export const testSignOn = 'https://idp.test/sso'

const once = <Value>(make: () => Value): (() => Value) => {
  let made: Value | undefined
  return () => {
    made ??= make()
    return made
  }
}
/** Keys are made once per process: RSA takes its time. */
export const trustedKey = once(() => createKeyPair('Trusted identity provider'))
/** The next one, as published beside the first during a rotation. */
export const nextKey = once(() => createKeyPair('Trusted identity provider, next'))
/** Somebody else’s, with the same name on it. */
export const untrustedKey = once(() => createKeyPair('Trusted identity provider'))
/** What the service provider decrypts with. */
export const serviceKey = once(() => createKeyPair('Service provider'))

export const freshIds = (): Login['ids'] => ({
  response: `_${randomUUID()}`,
  assertion: `_${randomUUID()}`,
})

export type LoginOptions = Partial<Omit<Login, 'attributes'>> &
  Pick<Login, 'now' | 'audience' | 'acs'> & {
    readonly groups?: readonly string[]
    readonly email?: string
  } & {
    readonly attributes?: Login['attributes']
  }

/** A sound message: somebody with groups, to be changed at will before it is sealed. */
export const soundMessage = (options: LoginOptions): Message => {
  const { groups = ['SOC-Analysts'], email = 'ada@demo.test', ...login } = options
  return messageFor({
    issuer: testIssuer,
    nameId: { value: 'persistent-ada' },
    ids: freshIds(),
    attributes: [
      { name: 'email', format: attributeFormats.basic, values: [email] },
      { name: 'groups', format: attributeFormats.basic, values: groups },
    ],
    ...login,
  })
}

/** As the browser posts it. */
export const encoded = (xml: string): string => Buffer.from(xml).toString('base64')

/** Signed by the trusted key, at the assertion, unless told otherwise. */
export const soundResponse = (
  options: LoginOptions,
  sealing: Sealing = { assertion: { key: trustedKey() } },
): string => encoded(sealed(soundMessage(options), sealing))

export const testMetadata = (
  keys: readonly PublishedKey[] = [{ certificate: trustedKey().certificate, use: 'signing' }],
): string => metadataXml({ entityId: testIssuer, keys, signOn: { redirect: testSignOn } })

export type { KeyPair }
