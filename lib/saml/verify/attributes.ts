import { assertions, attributeOf, childrenOf, elementsOf, instance, isNamed, textOf } from './dom.ts'

type Attributes = { readonly [name: string]: readonly string[] }

const isNil = (value: Element): boolean => /^(?:true|1)$/.test(value.getAttributeNS(instance, 'nil') ?? '')

/**
 * The text of a value; undefined: there is markup in it, and whoever flattens that reads what nobody wrote. The one exception is a NameID alone, as
 * eduPersonTargetedID has it: there is just one way to read that.
 */
const valueIn = (value: Element): string | undefined => {
  const [only, ...more] = elementsOf(value)
  if (only === undefined) return textOf(value)?.trim()
  const alone = more.length === 0 && textOf(value)?.trim() === textOf(only)?.trim()
  return alone && isNamed(only, assertions, 'NameID') && elementsOf(only).length === 0
    ? textOf(only)?.trim()
    : undefined
}

/** In the order of the document, without empty ones; undefined: one of them, or all as a whole (an EncryptedAttribute), cannot be read. */
const valuesOf = (attribute: Element): readonly string[] | undefined => {
  if (!isNamed(attribute, assertions, 'Attribute')) return undefined
  const values = childrenOf(attribute, assertions, 'AttributeValue').map((value) =>
    isNil(value) ? '' : valueIn(value),
  )
  const read = values.filter((value) => value !== undefined)
  return read.length === values.length ? read.filter((value) => value !== '') : undefined
}

/** By Name alone: a FriendlyName is for people. Undefined: something cannot be read. */
export const attributesOf = (assertion: Element): Attributes | undefined => {
  const statements = childrenOf(assertion, assertions, 'AttributeStatement')
  const found = new Map<string, string[]>()
  for (const attribute of statements.flatMap(elementsOf)) {
    const values = valuesOf(attribute)
    if (values === undefined) return undefined
    const name = attributeOf(attribute, 'Name') ?? ''
    found.set(name, [...(found.get(name) ?? []), ...values])
  }
  const bag = Object.create(null) as { [name: string]: readonly string[] }
  for (const [name, values] of found) bag[name] = values
  return bag
}
