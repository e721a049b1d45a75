import type { KeyObject } from 'node:crypto'
import type { RejectionCode, Verification } from '../verified.ts'
import { decrypted } from './decrypt.ts'
import { assertions, childOf, parseXml } from './dom.ts'
import type { Observe, VerifyInput } from './input.ts'
import { keysOf } from './keys.ts'
import { decodeMessage } from './message.ts'
import { type Readable, readAssertion } from './profile.ts'
import { type Range, type Scanned, scan } from './scan.ts'
import { fitsSchema } from './schema.ts'
import { verifiedElement } from './signature.ts'
import { type Message, structureOf } from './structure.ts'

export type { Observe, VerifyInput } from './input.ts'

type Opened = Message & { readonly scanned: Scanned }

/** From letters to a message of the one shape, each step only once the cheaper one before it is content. */
const openText = (raw: string, observe: Observe): Opened | RejectionCode => {
  const scanned = scan(raw)
  if ('code' in scanned) return scanned.code
  observe('schema')
  if (!fitsSchema(scanned.text)) return 'schema'
  observe('dom')
  const root = parseXml(scanned.text)
  if (root === undefined) return 'schema'
  const message = structureOf(root)
  return typeof message === 'string' ? message : { ...message, scanned }
}

const replaced = (text: string, range: Range | undefined, by: string): string =>
  range === undefined ? text : `${text.slice(0, range.start)}${by}${text.slice(range.end)}`

/** The document with something else in place of the Response's signature, which is done with, and of the encrypted assertion. */
const rewritten = ({ text, ranges }: Scanned, assertion?: string): string => {
  // The signature comes first (the schema's order), so what follows is replaced before it moves.
  const inner = assertion === undefined ? text : replaced(text, ranges.get('EncryptedAssertion'), assertion)
  return replaced(inner, ranges.get('Signature'), '')
}

type Checks = { readonly input: VerifyInput; readonly keys: readonly KeyObject[]; readonly observe: Observe }

/** The assertion in a message without encryption: by its own signature, else by that of the Response around it; a broken one is never passed over. */
const signedAssertion = (
  { assertion, assertionSignature, scanned }: Opened,
  around: Element | undefined,
  { keys, observe }: Checks,
): Element | RejectionCode => {
  if (assertionSignature === undefined) return around ?? 'sig.missing'
  // xml-crypto takes the namespaces of the first SignedInfo there is for those of all.
  const text = rewritten(scanned)
  return verifiedElement({ text, signature: assertionSignature, parent: assertion }, keys, observe)
}

/** What was encrypted takes its place in the document, and everything is asked once more. */
const decryptedAssertion = (
  opened: Opened,
  response: Element | undefined,
  checks: Checks,
): Element | RejectionCode => {
  const { input, observe } = checks
  const encrypted = childOf(response, assertions, 'EncryptedAssertion') ?? opened.assertion
  observe('decryption')
  const plain = decrypted(encrypted, input.decryptionKeys, response !== undefined)
  if (typeof plain === 'string') return plain
  const inner = openText(rewritten(opened.scanned, plain.text), observe)
  if (typeof inner === 'string') return inner
  if (inner.encrypted || inner.responseSignature !== undefined) return 'structure'
  return signedAssertion(inner, response === undefined ? undefined : inner.assertion, checks)
}

const readable = (opened: Opened, checks: Checks): Readable | RejectionCode => {
  const { response: parent, responseSignature: signature, encrypted, scanned } = opened
  const response =
    signature === undefined
      ? undefined
      : verifiedElement({ text: scanned.text, signature, parent }, checks.keys, checks.observe)
  if (typeof response === 'string') return response
  const assertion = encrypted
    ? decryptedAssertion(opened, response, checks)
    : signedAssertion(opened, childOf(response, assertions, 'Assertion'), checks)
  if (typeof assertion === 'string') return assertion
  return {
    response: response ?? opened.response,
    assertion,
    issuerDue: response !== undefined || encrypted,
  }
}

const verified = (input: VerifyInput, observe: Observe): Verification => {
  const rejected = (code: RejectionCode): Verification => ({ kind: 'rejected', code })
  const message = decodeMessage(input.samlResponse)
  if ('code' in message) return rejected(message.code)
  const opened = openText(message.text, observe)
  if (typeof opened === 'string') return rejected(opened)
  const keys = keysOf(input.provider.certificates)
  const found = readable(opened, { input, keys, observe })
  if (typeof found === 'string') return rejected(found)
  const read = readAssertion(found, input)
  return typeof read === 'string' ? rejected(read) : { kind: 'verified', assertion: read.assertion }
}

/**
 * Is this Response a login, here and now? Synchronous and pure; every failure, a library's too, is a code. What remains for the caller: the stored
 * request (`irt.*`) and the replay.
 */
export const verifyResponse = (input: VerifyInput, observe: Observe = () => undefined): Verification => {
  try {
    return verified(input, observe)
  } catch {
    // Nothing known throws this far. If something does, its words may hold what was sent.
    return { kind: 'rejected', code: 'structure' }
  }
}
