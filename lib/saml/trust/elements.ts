import { DOMParser } from '@xmldom/xmldom'

/** Of a parsed document as much as reading metadata needs: elements by namespace and name, and text that is nothing but text. */
export const md = 'urn:oasis:names:tc:SAML:2.0:metadata'
export const ds = 'http://www.w3.org/2000/09/xmldsig#'

/** Undefined for what is not well-formed: the parser's own repairs are not wanted. */
export const rootOf = (text: string): Element | undefined => {
  const refuse = (): never => {
    throw new SyntaxError('not well-formed')
  }
  try {
    const errorHandler = { warning: refuse, error: refuse, fatalError: refuse }
    return new DOMParser({ errorHandler }).parseFromString(text, 'text/xml')?.documentElement ?? undefined
  } catch {
    return undefined
  }
}

export const is = (element: Element, namespace: string, name: string): boolean =>
  element.namespaceURI === namespace && element.localName === name

const elementNode = 1
const textNode = 3

export const childrenOf = (element: Element, namespace: string, name: string): readonly Element[] =>
  Array.from(element.childNodes)
    .filter((node): node is Element => node.nodeType === elementNode)
    .filter((child) => is(child, namespace, name))

/** Attributes without a namespace only; undefined when absent. */
export const attribute = (element: Element, name: string): string | undefined =>
  element.hasAttribute(name) ? (element.getAttribute(name) ?? undefined) : undefined

/** Undefined when there is anything beside text in it. */
export const textOf = (element: Element): string | undefined => {
  const nodes = Array.from(element.childNodes)
  return nodes.every(({ nodeType }) => nodeType === textNode)
    ? nodes.map(({ nodeValue }) => nodeValue ?? '').join('')
    : undefined
}
