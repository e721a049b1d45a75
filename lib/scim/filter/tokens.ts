import { ConnectorError } from '../../core/errors.ts'

export type Token =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: '(' | ')' | '[' | ']' }

const maximumLength = 8_192

// Sticky, and every alternative starts with a different character: each position is looked at once.
const pattern = /\s+|([()[\]])|("(?:[^"\\]|\\.)*")|([^\s()[\]"]+)/suy

/** Splits a filter or path. Strings are JSON strings (RFC 7644 §3.4.2.2), brackets inside them are text. */
export const tokenize = (source: string, code: 'invalidFilter' | 'invalidPath'): readonly Token[] => {
  if (source.length > maximumLength)
    throw new ConnectorError(code, `the expression is longer than ${maximumLength} characters`)
  const tokens: Token[] = []
  pattern.lastIndex = 0
  while (pattern.lastIndex < source.length) {
    const at = pattern.lastIndex
    const match = pattern.exec(source)
    if (match === null)
      throw new ConnectorError(code, `a string that starts at character ${at + 1} never ends`)
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
    throw new ConnectorError(code, `the string at character ${at + 1} is not a JSON string`)
  }
}
