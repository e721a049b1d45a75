import { isUrn } from './schema.ts'

/** `named`: it, or what it is a part of, is in the set; `partly`: only parts of it are. */
export type Standing = 'named' | 'partly' | 'apart'
/** How an attribute path, in any case, stands to those of a set. */
export type PathSet = (path: string) => Standing

type Branch = { isNamed: boolean; readonly parts: Map<string, Branch> }

const branch = (): Branch => ({ isNamed: false, parts: new Map() })

// Below an extension a colon stands before the attribute; below anything else a dot (RFC 7644 §3.10).
const urnParts = /^urn:[^.:]*|[.:][^.:]*/g
const nameParts = /^[^.]+|\.[^.]*/g
const partsOf = (path: string): readonly string[] => path.match(isUrn(path) ? urnParts : nameParts) ?? []

/** Read in the time it takes to read the path, however many paths a client names. */
export const pathSet = (paths: readonly string[]): PathSet => {
  const root = branch()
  for (const path of paths) {
    let at = root
    for (const part of partsOf(path.toLowerCase())) {
      const next = at.parts.get(part) ?? branch()
      at.parts.set(part, next)
      at = next
    }
    at.isNamed = true
  }
  return (path) => {
    let at = root
    for (const part of partsOf(path.toLowerCase())) {
      const next = at.parts.get(part)
      if (next === undefined) return 'apart'
      if (next.isNamed) return 'named'
      at = next
    }
    return 'partly'
  }
}
