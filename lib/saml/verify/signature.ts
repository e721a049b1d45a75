import type { KeyObject } from 'node:crypto'
import { SignedXml } from 'xml-crypto'
import type { RejectionCode } from '../verified.ts'
import { hashAlgorithms, signatureAlgorithms } from './algorithms.ts'
import { attributeOf, parseXml } from './dom.ts'
import type { Observe } from './input.ts'
import { signatureFault } from './signature-rules.ts'

export type Signed = {
  /** The whole document, as text: xml-crypto reads it for itself. */
  readonly text: string
  readonly signature: Element
  readonly parent: Element
}

/** Is what was signed the element we took it for? */
const isSame = (signed: Element, parent: Element): boolean =>
  signed.localName === parent.localName &&
  signed.namespaceURI === parent.namespaceURI &&
  attributeOf(signed, 'ID') === attributeOf(parent, 'ID')

/** The signed element, read again from the canonical bytes that were signed: nothing else of it is ever looked at. */
export const verifiedElement = (
  { text, signature, parent }: Signed,
  keys: readonly KeyObject[],
  observe: Observe,
): Element | RejectionCode => {
  const fault = signatureFault(signature, parent)
  if (fault !== undefined) return fault
  const [key] = keys
  if (key === undefined) return 'sig.untrusted'
  let trusted: boolean | undefined
  const checker = new SignedXml({ publicCert: key })
  // The other spellings it would search the document for are none here: the structure saw to that.
  checker.idAttributes = ['ID']
  checker.SignatureAlgorithms = signatureAlgorithms(keys, (answer) => {
    observe('signature')
    trusted = answer
  })
  checker.HashAlgorithms = hashAlgorithms(() => observe('digest'))
  try {
    checker.loadSignature(signature)
    if (!checker.checkSignature(text) || trusted !== true) return 'sig.invalid'
  } catch {
    return trusted === false ? 'sig.untrusted' : 'sig.invalid'
  }
  const [canonical, ...more] = checker.getSignedReferences()
  if (canonical === undefined || more.length > 0) return 'sig.invalid'
  observe('dom')
  const element = parseXml(canonical)
  return element !== undefined && isSame(element, parent) ? element : 'sig.invalid'
}
