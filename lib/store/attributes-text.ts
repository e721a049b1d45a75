import type { Attributes } from '../core/member.ts'

const bare = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(bare)
  const object: Record<string, unknown> = Object.create(null)
  for (const [name, part] of Object.entries(value)) object[name] = bare(part)
  return object
}

/**
 * Parsed attributes on null prototypes: their names come from outside. Read far more often than written: a parser's callback for each value would cost
 * several times the parsing.
 */
export const bareAttributes = (parsed: Attributes): Attributes => bare(parsed) as Attributes

/** The same for equal attributes in whatever order they were sent. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))
      : part,
  ) ?? ''

/** Names of the attributes that differ. */
export const changedNames = (before: object, after: object): readonly string[] => {
  const old = new Map<string, unknown>(Object.entries(before))
  const next = new Map<string, unknown>(Object.entries(after))
  const names = [...new Set([...old.keys(), ...next.keys()])].sort()
  return names.filter((name) => canonical(old.get(name)) !== canonical(next.get(name)))
}
