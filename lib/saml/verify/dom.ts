import { DOMParser } from '@xmldom/xmldom'

export const protocol = 'urn:oasis:names:tc:SAML:2.0:protocol'
export const assertions = 'urn:oasis:names:tc:SAML:2.0:assertion'
export const dsig = 'http://www.w3.org/2000/09/xmldsig#'
export const xenc = 'http://www.w3.org/2001/04/xmlenc#'
export const xenc11 = 'http://www.w3.org/2009/xmlenc11#'
export const instance = 'http://www.w3.org/2001/XMLSchema-instance'

const refuse = (): never => {
  throw new Error('not XML as we read it')
}

/** The root; undefined: xmldom has so much as a warning, which it would otherwise print. */
export const parseXml = (text: string): Element | undefined => {
  try {
    const parser = new DOMParser({ errorHandler: { warning: refuse, error: refuse, fatalError: refuse } })
    return parser.parseFromString(text, 'text/xml').documentElement ?? undefined
  } catch {
    return undefined
  }
}

export const isElement = (node: Node): node is Element => node.nodeType === 1

export const elementsOf = (parent: Element): readonly Element[] => {
  const found: Element[] = []
  for (let node = parent.firstChild; node !== null; node = node.nextSibling) {
    if (isElement(node)) found.push(node)
  }
  return found
}

export const isNamed = (element: Element, namespace: string, name: string): boolean =>
  element.localName === name && element.namespaceURI === namespace

export const childrenOf = (parent: Element, namespace: string, name: string): readonly Element[] =>
  elementsOf(parent).filter((element) => isNamed(element, namespace, name))

export const childOf = (parent: Element | undefined, namespace: string, name: string): Element | undefined =>
  parent === undefined ? undefined : childrenOf(parent, namespace, name)[0]

/** Without a namespace, as all of SAML's are. */
export const attributeOf = (element: Element | undefined, name: string): string | undefined =>
  element?.hasAttribute(name) === true ? (element.getAttribute(name) ?? undefined) : undefined

export const textOf = (element: Element | undefined): string | undefined => element?.textContent ?? undefined
