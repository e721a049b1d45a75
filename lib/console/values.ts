import { ConnectorError } from '../core/errors.ts'

export type Bag = Readonly<Record<string, unknown>>

export const refuse = (field: string, rule: string): ConnectorError =>
  new ConnectorError('invalidValue', `${field}: ${rule}`, { field })

/** A copy on a null prototype: names come from outside. */
export const bagOf = (value: unknown): Bag | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.assign(Object.create(null), value)
    : undefined

/** JSON text to an object. `what` is named where it is none; the engine's own message quotes the text. */
export const objectIn = (text: string, what: string): Bag => {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new ConnectorError('invalidSyntax', `${what}: is not JSON; look for a missing quote or comma`, {
      field: what,
    })
  }
  const bag = bagOf(value)
  if (bag === undefined)
    throw new ConnectorError('invalidSyntax', `${what}: must be a JSON object, {…}`, { field: what })
  return bag
}

export const onlyNames = (bag: Bag, known: readonly string[]): void => {
  const other = Object.keys(bag).find((name) => !known.includes(name))
  if (other !== undefined)
    throw refuse(other.slice(0, 64), `is not known here; there are ${known.join(', ')}`)
}
