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

/** By Name alone: a FriendlyName is for people. Undefined: a value that cannot be read. */
export const attributesOf = (assertion: Element): Attributes | undefined => {
  const found = new Map<string, string[]>()
  const statements = childrenOf(assertion, assertions, 'AttributeStatement')
  for (const attribute of statements.flatMap((statement) => childrenOf(statement, assertions, 'Attribute'))) {
    const name = attributeOf(attribute, 'Name') ?? ''
    const values = found.get(name) ?? []
    found.set(name, values)
    for (const element of childrenOf(attribute, assertions, 'AttributeValue')) {
      const value = isNil(element) ? '' : valueIn(element)
      if (value === undefined) return undefined
      if (value !== '') values.push(value)
    }
  }
  const bag = Object.create(null) as { [name: string]: readonly string[] }
  for (const [name, values] of found) bag[name] = values
  return bag
}
