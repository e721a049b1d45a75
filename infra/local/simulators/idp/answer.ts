import { type Encryption, encrypted } from './encryption.ts'
import {
  type Assertion,
  type AttributeStatement,
  assertionXml,
  bearer,
  nameIdFormats,
  password,
  type Response,
  responseXml,
  success,
} from './message.ts'
import { type Signing, signed } from './signing.ts'

/** Who is told what about whom: everything a sound answer is made of. */
export type Login = {
  /** Milliseconds since the epoch. */
  readonly now: number
  readonly issuer: string
  readonly audience: string
  readonly acs: string
  /** Absent: the login began here. */
  readonly inResponseTo?: string
  readonly nameId: { readonly value: string; readonly format?: string }
  readonly attributes: readonly AttributeStatement[]
  readonly ids: { readonly response: string; readonly assertion: string }
}
export type Message = { readonly response: Response; readonly assertion: Assertion }

const after = (now: number, seconds: number): string => new Date(now + seconds * 1000).toISOString()

/** A message as a good identity provider would write it: for five minutes, to one address, once. */
export const messageFor = (login: Login): Message => {
  const { now, issuer, audience, acs, ids } = login
  const issueInstant = after(now, 0)
  const request = login.inResponseTo === undefined ? {} : { inResponseTo: login.inResponseTo }
  return {
    response: {
      id: ids.response,
      version: '2.0',
      issueInstant,
      issuer,
      destination: acs,
      ...request,
      status: success,
    },
    assertion: {
      id: ids.assertion,
      version: '2.0',
      issueInstant,
      issuer,
      nameId: { format: nameIdFormats.persistent, ...login.nameId },
      confirmations: [{ method: bearer, recipient: acs, notOnOrAfter: after(now, 300), ...request }],
      conditions: {
        notBefore: after(now, -30),
        notOnOrAfter: after(now, 300),
        audiences: [[audience]],
      },
      authn: {
        instant: after(now, -5),
        sessionIndex: `${ids.assertion}-session`,
        sessionNotOnOrAfter: after(now, 8 * 3600),
        context: password,
      },
      attributes: login.attributes,
    },
  }
}

export type Sealing = {
  readonly assertion?: Signing
  readonly encryption?: Encryption
  /** Over everything, after encryption. */
  readonly response?: Signing
}

/** Signed, encrypted and signed again, as far as asked for and in this order. */
export const sealed = ({ response, assertion }: Message, sealing: Sealing): string => {
  const around = (inside: string): string => responseXml(response, inside)
  const plain = assertionXml(assertion)
  const vouched = (xml: string): string =>
    sealing.assertion === undefined ? xml : signed(xml, assertion.id, sealing.assertion)
  // In its place, unless it leaves it as cipher text: inclusive canonical forms see what is around.
  const whole =
    sealing.encryption === undefined
      ? vouched(around(plain))
      : around(encrypted(vouched(plain), sealing.encryption))
  return sealing.response === undefined ? whole : signed(whole, response.id, sealing.response)
}
