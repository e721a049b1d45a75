import { randomBytes } from 'node:crypto'
import type { Instant } from '../core/ids.ts'
import type { Place } from './exchange.ts'
import type { OwnKey } from './trust/own-keys.ts'

/** An xs:ID begins with a letter or an underscore; 160 bits of it nobody guesses (SAML core 1.3.4). */
export const newRequestId = (): string => `_${randomBytes(20).toString('hex')}`
/** What is longer than any ID of ours, or another form, is not looked for. */
export const isRequestId = (text: string): boolean => /^_[\w.-]{1,80}$/.test(text)

export type Asking = {
  readonly id: string
  readonly at: Instant
  /** The identity provider's address for the binding. */
  readonly destination: string
  readonly place: Place
}

const byPost = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'
const bindings = { redirect: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', post: byPost } as const

/**
 * SAML core 3.4.1. NameIDPolicy names no format: AD FS refuses the whole login (MSIS7070) when its claim rules issue another than was asked for, and
 * which one it is to be is set up at the identity provider. `AllowCreate` without it is what the deployment profile asks for (saml2int). The library's
 * own template cannot leave the format out.
 */
const template =
  '<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"' +
  ' ID="{ID}" Version="2.0" IssueInstant="{IssueInstant}" Destination="{Destination}"' +
  ` ProtocolBinding="${byPost}" AssertionConsumerServiceURL="{AssertionConsumerServiceURL}">` +
  '<saml:Issuer>{Issuer}</saml:Issuer><samlp:NameIDPolicy AllowCreate="true"/></samlp:AuthnRequest>'

/** As it may stand in a header, and so that a query can be put behind it. */
const addressOf = (destination: string): string => {
  const url = new URL(destination)
  if (url.search === '') url.search = ''
  return url.href
}

/** Loaded with the first login: neither metadata nor answers need it, and whoever starts cold waits for less. */
const ask = async (
  binding: keyof typeof bindings,
  { id, at, destination, place }: Asking,
  key: OwnKey | undefined,
  relayState = '',
): Promise<string> => {
  const { IdentityProvider, SamlLib, ServiceProvider } = await import('samlify')
  const signed = key !== undefined
  const provider = IdentityProvider({
    // Stands in nothing that is sent.
    entityID: 'identity-provider',
    wantAuthnRequestsSigned: signed,
    singleSignOnService: [{ Binding: bindings[binding], Location: addressOf(destination) }],
    // Without one it complains on the console.
    singleLogoutService: [{ Binding: bindings[binding], Location: addressOf(destination) }],
  })
  const service = ServiceProvider({
    entityID: place.entityId,
    authnRequestsSigned: signed,
    ...(signed ? { privateKey: key.privateKey, signingCert: key.certificate } : {}),
    loginRequestTemplate: { context: template },
  })
  const { context } = service.createLoginRequest(provider, binding, {
    relayState,
    customTagReplacement: (text) => ({
      id,
      // One after the other, into the text so far: whatever others write comes last, so that a tag's name in it stays what it is.
      context: SamlLib.replaceTagsByValue(text, {
        ID: id,
        IssueInstant: at,
        AssertionConsumerServiceURL: place.acs,
        Issuer: place.entityId,
        Destination: destination,
      }),
    }),
  })
  return context
}

/** HTTP-Redirect (SAML bindings 3.4.4): what is signed is the query as it is sent. */
export const redirectUrl = (asking: Asking, relayState: string, key: OwnKey | undefined): Promise<string> =>
  ask('redirect', asking, key, relayState)

/** HTTP-POST (SAML bindings 3.5.4): the value of `SAMLRequest`, with the signature behind the Issuer, where the schema has it. */
export const postedMessage = (asking: Asking, key: OwnKey | undefined): Promise<string> =>
  ask('post', asking, key)
