import type { Instant } from '../../core/ids.ts'
import type { ShownPerson } from '../../core/login-claim.ts'
import type { MessageVerdict, ShownMessage } from '../../core/ports/preview.ts'
import type { RejectionCode } from '../verified.ts'
import { attributesOf } from '../verify/attributes.ts'
import { nameIdOf } from '../verify/conditions.ts'
import { assertions, attributeOf, childOf, parseXml, protocol, textOf } from '../verify/dom.ts'
import type { VerifyInput } from '../verify/input.ts'
import { decodeMessage } from '../verify/message.ts'
import { scan } from '../verify/scan.ts'
import { fitsSchema } from '../verify/schema.ts'
import { type Message, structureOf } from '../verify/structure.ts'
import { instantOf } from '../verify/times.ts'
import { verifyResponse } from '../verify/verify.ts'

export type MessageFault = { readonly kind: 'unreadable'; readonly code: RejectionCode }
export type MessageReading = { readonly kind: 'read'; readonly message: ShownMessage } | MessageFault

/** What is known of those who speak: absent parts are not asked. */
export type MessageGround = {
  readonly provider: VerifyInput['provider'] | undefined
  readonly serviceProvider: VerifyInput['serviceProvider'] | undefined
  readonly decryptionKeys: readonly string[]
  readonly now: Instant
}

const success = 'urn:oasis:names:tc:SAML:2.0:status:Success'
const loneAssertion = /^\s*<(?:[^\s/<>="'&:]+:)?(?:Encrypted)?Assertion[\s/>]/

const destination = (acs: string | undefined): string =>
  acs === undefined
    ? ''
    : ` Destination="${acs.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')}"`

/** An assertion alone, as tracing tools show it, in the least of Responses: then there is one way to read both. */
const inResponse = (text: string, { now, serviceProvider }: MessageGround): string =>
  `<samlp:Response xmlns:samlp="${protocol}" ID="_of-the-preview" Version="2.0" IssueInstant="${now}"${destination(serviceProvider?.acs)}><samlp:Status><samlp:StatusCode Value="${success}"/></samlp:Status>${text.trim()}</samlp:Response>`

type Opened = { readonly text: string; readonly message: Message; readonly alone: boolean }

const open = (raw: string, ground: MessageGround): Opened | RejectionCode => {
  const scanned = scan(raw)
  if ('code' in scanned) return scanned.code
  const alone = loneAssertion.test(scanned.text)
  const text = alone ? inResponse(scanned.text, ground) : scanned.text.trim()
  if (!fitsSchema(text)) return 'schema'
  const root = parseXml(text)
  if (root === undefined) return 'schema'
  const message = structureOf(root)
  return typeof message === 'string' ? message : { text, message, alone }
}

/** As it is, or in base64 as a browser sends it. */
const textIn = (given: string): { readonly text: string } | { readonly code: RejectionCode } => {
  const text = given.replace(/^\uFEFF/, '').trim()
  const encoded = text.startsWith('<') ? Buffer.from(text).toString('base64') : text.replaceAll(/\s+/g, '')
  return decodeMessage([encoded])
}

/** As if asked by those it says it is for, when it says it was made. */
const asMeant = (
  { response, assertion, encrypted }: Message,
  { provider, serviceProvider, decryptionKeys, now }: MessageGround,
): Omit<VerifyInput, 'samlResponse'> => {
  const conditions = childOf(assertion, assertions, 'Conditions')
  const restriction = childOf(conditions, assertions, 'AudienceRestriction')
  const subject = childOf(assertion, assertions, 'Subject')
  const confirmation = childOf(subject, assertions, 'SubjectConfirmation')
  const recipient = attributeOf(childOf(confirmation, assertions, 'SubjectConfirmationData'), 'Recipient')
  return {
    provider: provider ?? { entityId: '', certificates: [] },
    serviceProvider: serviceProvider ?? {
      entityId: textOf(childOf(restriction, assertions, 'Audience')) ?? '',
      acs: attributeOf(response, 'Destination') ?? recipient ?? '',
    },
    decryptionKeys,
    now: instantOf(attributeOf(encrypted ? response : assertion, 'IssueInstant')) ?? now,
    transientAllowed: true,
  }
}

/** What can only be asked of a whole Response, and of a login that was begun here. */
const ofResponse: ReadonlySet<RejectionCode> = new Set(['destination', 'irt.mismatch'])

const verdictOf = (
  code: RejectionCode | undefined,
  { provider }: MessageGround,
  alone: boolean,
): MessageVerdict => {
  if (provider === undefined) return { signature: 'notChecked' }
  if (code === undefined || (alone && ofResponse.has(code))) return { signature: 'valid' }
  if (code === 'sig.missing') return { signature: 'missing', refusedFor: code }
  if (code === 'sig.untrusted') return { signature: 'untrusted', refusedFor: code }
  if (code.startsWith('sig.')) return { signature: 'invalid', refusedFor: code }
  return { signature: 'valid', refusedFor: code }
}

/** Read where it stands: for looking at only, whether it is signed or not. */
const unverified = ({ assertion, encrypted }: Message, code: RejectionCode): ShownPerson | RejectionCode => {
  if (encrypted) return code
  const nameId = nameIdOf(assertion, true)
  const attributes = attributesOf(assertion)
  if (attributes === undefined) return 'attribute.content'
  return {
    issuer: textOf(childOf(assertion, assertions, 'Issuer')) ?? '',
    nameId: typeof nameId === 'string' ? { value: '', format: '' } : nameId,
    attributes,
  }
}

/**
 * A Response or an Assertion, to see what it would lead to: read under the caps and by the functions of a login, and told apart from one by its verdict.
 */
export const readMessage = (given: string, ground: MessageGround): MessageReading => {
  const decoded = textIn(given)
  if ('code' in decoded) return { kind: 'unreadable', code: decoded.code }
  const opened = open(decoded.text, ground)
  if (typeof opened === 'string') return { kind: 'unreadable', code: opened }
  const { text, message, alone } = opened
  const meant = asMeant(message, ground)
  const checked = verifyResponse({ ...meant, samlResponse: [Buffer.from(text).toString('base64')] })
  const addressed = ground.serviceProvider !== undefined
  if (checked.kind === 'verified') {
    const { issuer, nameId, attributes } = checked.assertion
    const verdict = verdictOf(undefined, ground, alone)
    return { kind: 'read', message: { issuer, nameId, attributes, verdict, addressed } }
  }
  const read = unverified(message, checked.code)
  if (typeof read === 'string') return { kind: 'unreadable', code: read }
  return {
    kind: 'read',
    message: { ...read, verdict: verdictOf(checked.code, ground, alone), addressed },
  }
}
