import type { RejectionCode } from '../verified.ts'
import { assertions, attributeOf, childOf, dsig, elementsOf, isNamed, protocol } from './dom.ts'

/** The one shape a login has. */
export type Message = {
  readonly response: Element
  /** Assertion or EncryptedAssertion. */
  readonly assertion: Element
  readonly encrypted: boolean
  readonly responseSignature: Element | undefined
  readonly assertionSignature: Element | undefined
}

export const success = 'urn:oasis:names:tc:SAML:2.0:status:Success'

export const statusOf = (response: Element): string | undefined =>
  attributeOf(childOf(childOf(response, protocol, 'Status'), protocol, 'StatusCode'), 'Value')

type Findings = { readonly root: Element; readonly assertions: Element[]; readonly ids: Set<string> }

/** What would be one more place to look for an identity, or for something to sign. In any namespace: libraries ask for local names. */
const mayStand = (element: Element, parent: Element | undefined, { root }: Findings): boolean => {
  switch (element.localName) {
    case 'Response':
      return element === root
    case 'Assertion':
    case 'EncryptedAssertion':
      return parent === root && element.namespaceURI === assertions
    case 'Signature':
      return (
        element.namespaceURI === dsig &&
        parent !== undefined &&
        (parent === root || (parent.parentNode === root && isNamed(parent, assertions, 'Assertion')))
      )
    case 'SignedInfo':
      return parent !== undefined && isNamed(parent, dsig, 'Signature')
    case 'Manifest':
      return false
    case 'Object':
      return element.namespaceURI !== dsig
    default:
      return true
  }
}

/** An ID that another reader might take for one, by its case or a prefix, is none that we accept; and no two are the same. */
const idsAreSound = (element: Element, { ids }: Findings): boolean => {
  for (let index = 0; index < element.attributes.length; index += 1) {
    const attribute = element.attributes[index]
    if (attribute === undefined || attribute.localName?.toLowerCase() !== 'id') continue
    if (attribute.name !== attribute.localName || ids.has(attribute.value)) return false
    ids.add(attribute.value)
  }
  return true
}

const isSound = (element: Element, parent: Element | undefined, findings: Findings): boolean => {
  if (!mayStand(element, parent, findings) || !idsAreSound(element, findings)) return false
  const children = elementsOf(element)
  if (children.filter(({ localName }) => localName === 'Signature').length > 1) return false
  findings.assertions.push(
    ...(parent === findings.root && /^(Encrypted)?Assertion$/.test(element.localName) ? [element] : []),
  )
  return children.every((child) => isSound(child, element, findings))
}

/** One Response with one Assertion in it, and nothing that could be mistaken for another. */
export const structureOf = (root: Element): Message | RejectionCode => {
  const findings: Findings = { root, assertions: [], ids: new Set() }
  if (!isNamed(root, protocol, 'Response') || !isSound(root, undefined, findings)) return 'structure'
  const [assertion, ...more] = findings.assertions
  // What a provider answers when the login failed: signed or not, it lets nobody in.
  if (assertion === undefined && statusOf(root) !== success) return 'status'
  if (assertion === undefined || more.length > 0) return 'structure'
  const encrypted = assertion.localName === 'EncryptedAssertion'
  return {
    response: root,
    assertion,
    encrypted,
    responseSignature: childOf(root, dsig, 'Signature'),
    assertionSignature: encrypted ? undefined : childOf(assertion, dsig, 'Signature'),
  }
}
