import type { TextTest } from './configuration.ts'
import { unreachable } from './errors.ts'
import { fold, foldLetters } from './ids.ts'

/** Regular expressions come from outside: core is pure, and only a linear-time engine (RE2) may meet text from an identity provider. */
export type Patterns = {
  /** Compiles once; the returned function says whether the *whole* text matches. */
  readonly regex: (source: string) => (text: string) => boolean
}

/** The trimming belongs to the ends of the whole pattern only. */
const globPieces = (glob: string): readonly string[] => glob.trim().split('*').map(foldLetters)

/** Anchored; `*` stands for any text. Each piece is looked for once, left to right, so there is nothing to go back to. */
export const globMatches = (glob: string, text: string): boolean => {
  const folded = fold(text)
  const [first = '', ...rest] = globPieces(glob)
  const last = rest.pop()
  if (last === undefined) return folded === first
  if (!folded.startsWith(first)) return false
  let position = first.length
  for (const piece of rest) {
    const found = folded.indexOf(piece, position)
    if (found < 0) return false
    position = found + piece.length
  }
  return folded.length - last.length >= position && folded.endsWith(last)
}

export const passes = (test: TextTest, text: string, patterns: Patterns): boolean => {
  if ('equals' in test) return fold(text) === fold(test.equals)
  if ('anyOf' in test) return test.anyOf.some((value) => fold(text) === fold(value))
  if ('prefix' in test) return fold(text).startsWith(fold(test.prefix))
  if ('glob' in test) return globMatches(test.glob, text)
  if ('regex' in test) return patterns.regex(test.regex)(text)
  return unreachable(test)
}

export const describeTest = (test: TextTest): string => {
  if ('equals' in test) return `equals "${test.equals}"`
  if ('anyOf' in test) return `is one of ${test.anyOf.map((value) => `"${value}"`).join(', ')}`
  if ('prefix' in test) return `starts with "${test.prefix}"`
  if ('glob' in test) return `matches "${test.glob}"`
  if ('regex' in test) return `matches /${test.regex}/`
  return unreachable(test)
}
