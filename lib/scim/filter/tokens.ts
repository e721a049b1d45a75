import { ConnectorError } from '../../core/errors.ts'
import { type Step, uncounted } from '../steps.ts'

export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: '(' | ')' | '[' | ']' }

const maximumLength = 8_192

// Sticky, and every alternative starts with a different character: each position is looked at once.
const pattern = /\s+|([()[\]])|("(?:[^"\\]|\\.)*")|([^\s()[\]"]+)/suy

/** Splits a filter or path. Strings are JSON strings (RFC 7644 §3.4.2.2), brackets inside them are text. */
export const tokenize = (
  source: string,
  code: 'invalidFilter' | 'invalidPath',
  step: Step = uncounted,
): readonly Token[] => {
  if (source.length > maximumLength)
    throw new ConnectorError(
      code,
      `the expression is longer than ${maximumLength} characters; send a shorter one`,
    )
  const tokens: Token[] = []
  pattern.lastIndex = 0
  while (pattern.lastIndex < source.length) {
    const at = pattern.lastIndex
    const match = pattern.exec(source)
    // What cannot be read further is looked at once, to its end, and refused.
    step(match === null ? source.length - at : match[0].length)
    if (match === null)
      throw new ConnectorError(
        code,
        `the string that starts at character ${at + 1} never ends: close it with a double quote`,
      )
    const [, bracket, quoted, word] = match
    if (bracket !== undefined) tokens.push({ kind: bracket as '(' })
    else if (quoted !== undefined) tokens.push({ kind: 'text', value: unquote(quoted, at, code) })
    else if (word !== undefined) tokens.push({ kind: 'word', text: word })
  }
  return tokens
}

const unquote = (quoted: string, at: number, code: 'invalidFilter' | 'invalidPath'): string => {
  try {
    return JSON.parse(quoted) as string
  } catch {
    throw new ConnectorError(
      code,
      `the string at character ${at + 1} is not a JSON string: write a backslash as \\\\ and a quote as \\"`,
    )
  }
}
