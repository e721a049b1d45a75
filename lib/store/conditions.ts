import type { Condition } from './table-client.ts'

/** The attribute still has the value that was read. */
export const still = (attribute: string, value: string | number): Condition => ({
  expression: '#seen = :seen',
  names: { '#seen': attribute },
  values: { ':seen': value },
})

export const absent: Condition = { expression: 'attribute_not_exists(#pk)', names: { '#pk': 'pk' } }

/** Optimistic lock: version 0 means that there is no record yet. */
export const atVersion = (version: number): Condition => (version === 0 ? absent : still('version', version))
