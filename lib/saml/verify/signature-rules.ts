import type { RejectionCode } from '../verified.ts'
import { canonicalForms, digestMethods, enveloped, exclusive, signatureMethods } from './algorithms.ts'
import { attributeOf, childOf, childrenOf, dsig, elementsOf, isNamed } from './dom.ts'

export const algorithmOf = (element: Element | undefined): string => attributeOf(element, 'Algorithm') ?? ''

const prefixes = /^\s*(?:[\w.#-]{1,64}(?:\s+|$)){0,16}$/

/** Nothing within a canonical form but the one parameter that exclusive forms take, which can only add namespaces to what is signed. */
const plainForm = (element: Element): boolean =>
  elementsOf(element).every(
    (child) =>
      exclusive.has(algorithmOf(element)) &&
      isNamed(child, 'http://www.w3.org/2001/10/xml-exc-c14n#', 'InclusiveNamespaces') &&
      prefixes.test(attributeOf(child, 'PrefixList') ?? ''),
  ) && elementsOf(element).length <= 1

const isForm = (element: Element | undefined): boolean =>
  element !== undefined && canonicalForms.has(algorithmOf(element)) && plainForm(element)

/** Out with the signature itself, then at most one canonical form. */
const transformsAreFine = (reference: Element): boolean => {
  const transforms = childOf(reference, dsig, 'Transforms')
  const [first, second, ...more] = transforms === undefined ? [] : elementsOf(transforms)
  if (first === undefined || algorithmOf(first) !== enveloped || elementsOf(first).length > 0) return false
  return more.length === 0 && (second === undefined || isForm(second))
}

/** What may be said of a signature before anything is computed; undefined: it may be checked. */
export const signatureFault = (signature: Element, parent: Element): RejectionCode | undefined => {
  const signedInfo = childOf(signature, dsig, 'SignedInfo')
  if (signedInfo === undefined) return 'sig.reference'
  const [reference, ...more] = childrenOf(signedInfo, dsig, 'Reference')
  if (reference === undefined || more.length > 0) return 'sig.reference'
  const id = attributeOf(parent, 'ID')
  if (id === undefined || attributeOf(reference, 'URI') !== `#${id}`) return 'sig.reference'
  const allowed =
    isForm(childOf(signedInfo, dsig, 'CanonicalizationMethod')) &&
    signatureMethods.has(algorithmOf(childOf(signedInfo, dsig, 'SignatureMethod'))) &&
    digestMethods.has(algorithmOf(childOf(reference, dsig, 'DigestMethod'))) &&
    transformsAreFine(reference)
  return allowed ? undefined : 'sig.algorithm'
}
