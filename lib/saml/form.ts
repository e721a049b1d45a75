import type { RejectionCode } from './verified.ts'

/** What a browser posts to the assertion consumer service (SAML bindings 3.5.4). */
export type PostedForm = { readonly samlResponse: readonly string[]; readonly relayState?: string }
export type FormReading =
  | { readonly kind: 'read'; readonly form: PostedForm }
  | { readonly kind: 'refused'; readonly code: RejectionCode }

/** Bytes: a message of the longest kind, with every sign of it written in three. */
const mostBytes = 800 * 1024
/** The binding knows two; some identity providers add one or two of their own. */
const mostParameters = 10

const isForm = (contentType: string | undefined): boolean =>
  /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(contentType?.trim() ?? '')

const refused = (code: RejectionCode): FormReading => ({ kind: 'refused', code })

/** Caps first: nothing is decoded of what is too long, and nothing is guessed of what is there twice. */
export const readForm = (contentType: string | undefined, body: Uint8Array | undefined): FormReading => {
  if (!isForm(contentType) || body === undefined || body.length === 0) return refused('message.parameter')
  if (body.length > mostBytes) return refused('message.size')
  const text = Buffer.from(body).toString('latin1')
  if (text.split('&', mostParameters + 1).length > mostParameters) return refused('message.parameter')
  const parameters = new URLSearchParams(text)
  const samlResponse = parameters.getAll('SAMLResponse')
  const [relayState, ...others] = parameters.getAll('RelayState')
  if (samlResponse.length !== 1 || others.length > 0) return refused('message.parameter')
  return { kind: 'read', form: { samlResponse, ...(relayState === undefined ? {} : { relayState }) } }
}
