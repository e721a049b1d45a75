import type { KeyObject } from 'node:crypto'
import { SignedXml } from 'xml-crypto'
import type { RejectionCode } from '../verified.ts'
import { hashAlgorithms, isByOneOf, signatureAlgorithms } from './algorithms.ts'
import { attributeOf, childOf, dsig, isElement, parseXml, textOf } from './dom.ts'
import type { Observe } from './input.ts'
import { algorithmOf, signatureFault } from './signature-rules.ts'

export type Signed = {
  /** The whole document, as text: xml-crypto reads it for itself. */
  readonly text: string
  readonly signature: Element
  readonly parent: Element
}

type Namespace = { readonly prefix: string; readonly namespaceURI: string }

/** What inclusive canonical forms take from above: each prefix as the nearest element has it, unless it is taken back or the element's own. */
const namespacesAbove = (element: Element): Namespace[] => {
  const found = new Map<string, string>()
  for (let above = element.parentNode; above !== null && isElement(above); above = above.parentNode) {
    for (let index = 0; index < above.attributes.length; index += 1) {
      const { name = '', value = '' } = above.attributes[index] ?? {}
      const prefix = /^xmlns(?::|$)/.test(name) ? name.slice('xmlns:'.length) : undefined
      if (prefix !== undefined && !found.has(prefix)) found.set(prefix, value)
    }
  }
  const own = (prefix: string): boolean =>
    prefix === (element.prefix ?? '') || element.hasAttribute(prefix === '' ? 'xmlns' : `xmlns:${prefix}`)
  return [...found]
    .filter(([prefix, uri]) => uri !== '' && !own(prefix))
    .map(([prefix, namespaceURI]) => ({ prefix, namespaceURI }))
}

/**
 * The signature's value, before anything of the document's size is computed: whoever has no key gets no further, however much he sends. xml-crypto will
 * ask for it again, after the digests.
 */
const isByProvider = (checker: SignedXml, signature: Element, keys: readonly KeyObject[]): boolean => {
  const signedInfo = childOf(signature, dsig, 'SignedInfo')
  const form = algorithmOf(childOf(signedInfo, dsig, 'CanonicalizationMethod'))
  const Form = checker.CanonicalizationAlgorithms[form]
  if (signedInfo === undefined || Form === undefined) return false
  const material = new Form().process(signedInfo.cloneNode(true), {
    ancestorNamespaces: namespacesAbove(signedInfo),
    defaultNsForPrefix: {},
  })
  const algorithm = algorithmOf(childOf(signedInfo, dsig, 'SignatureMethod'))
  const written = textOf(childOf(signature, dsig, 'SignatureValue')) ?? ''
  return typeof material === 'string' && isByOneOf(keys, algorithm, material, written)
}

/** Is what was signed the element we took it for? */
const isSame = (signed: Element, parent: Element): boolean =>
  signed.localName === parent.localName &&
  signed.namespaceURI === parent.namespaceURI &&
  attributeOf(signed, 'ID') === attributeOf(parent, 'ID')

const checkerFor = (keys: readonly KeyObject[], observe: Observe): SignedXml => {
  // It asks for a key; the algorithms below have all of them.
  const checker = new SignedXml({ publicCert: keys[0] ?? '' })
  // The other spellings it would search the document for are none here: the structure saw to that.
  checker.idAttributes = ['ID']
  checker.SignatureAlgorithms = signatureAlgorithms(keys)
  checker.HashAlgorithms = hashAlgorithms(() => observe('digest'))
  return checker
}

/** The canonical bytes that were signed; undefined: what came is not what was signed. */
const signedBytes = (checker: SignedXml, { text, signature }: Signed): string | undefined => {
  try {
    checker.loadSignature(signature)
    if (!checker.checkSignature(text)) return undefined
  } catch {
    return undefined
  }
  const [bytes, ...more] = checker.getSignedReferences()
  return more.length === 0 ? bytes : undefined
}

/** The signed element, read again from the canonical bytes that were signed: nothing else of it is ever looked at. */
export const verifiedElement = (
  signed: Signed,
  keys: readonly KeyObject[],
  observe: Observe,
): Element | RejectionCode => {
  const fault = signatureFault(signed.signature, signed.parent)
  if (fault !== undefined) return fault
  const checker = checkerFor(keys, observe)
  observe('signature')
  if (!isByProvider(checker, signed.signature, keys)) return 'sig.untrusted'
  const bytes = signedBytes(checker, signed)
  if (bytes === undefined) return 'sig.invalid'
  observe('dom')
  const element = parseXml(bytes)
  return element !== undefined && isSame(element, signed.parent) ? element : 'sig.invalid'
}
