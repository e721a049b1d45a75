import { RE2JS } from 're2js'
import { ConnectorError } from '../core/errors.ts'
import type { Patterns } from '../core/matching.ts'

/** Compiled programs of a larger size are refused: RE2 is linear in the text, and this bounds the factor. */
const longestSource = 1000

const compile = (source: string): RE2JS => {
  if (source.length > longestSource)
    throw new ConnectorError(
      'configurationInvalid',
      `regular expression longer than ${longestSource} characters`,
    )
  try {
    return RE2JS.compile(source)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : 'not understood'
    throw new ConnectorError('configurationInvalid', `not a regular expression of RE2: ${reason}`, { cause })
  }
}

/** RE2: time linear in the text, whatever the expression, because text comes from identity providers. Matches the whole text. */
export const createPatterns = (): Patterns => {
  const compiled = new Map<string, RE2JS>()
  return {
    regex: (source) => {
      const program = compiled.get(source) ?? compile(source)
      compiled.set(source, program)
      return (text) => program.matches(text)
    },
  }
}
