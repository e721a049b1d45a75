import { ConnectorError } from '../../core/errors.ts'
import { type Note, unnoted } from '../quirks.ts'
import type { Step } from '../steps.ts'
import type { Token } from './tokens.ts'

/** The one place a parser stands at. It never goes back: every token is taken once. */
export type Cursor = {
  readonly tokens: readonly Token[]
  readonly step: Step
  readonly note: Note
  at: number
  depth: number
}

const maximumDepth = 32

export const invalidFilter = (message: string): ConnectorError => new ConnectorError('invalidFilter', message)

export const cursorOver = (tokens: readonly Token[], step: Step, note: Note = unnoted): Cursor => ({
  tokens,
  step,
  note,
  at: 0,
  depth: 0,
})

export const peekWord = (cursor: Cursor): string | undefined => {
  cursor.step()
  const token = cursor.tokens[cursor.at]
  return token?.kind === 'word' ? token.text : undefined
}

export const take = (cursor: Cursor, kind: Token['kind']): boolean => {
  cursor.step()
  if (cursor.tokens[cursor.at]?.kind !== kind) return false
  cursor.at += 1
  return true
}

export const next = (cursor: Cursor): Token | undefined => {
  cursor.step()
  const token = cursor.tokens[cursor.at]
  cursor.at += 1
  return token
}

/** One level of parentheses or brackets further down; the only recursion there is. */
export const deeper = <T>(cursor: Cursor, parse: () => T): T => {
  cursor.depth += 1
  if (cursor.depth > maximumDepth)
    throw invalidFilter(`the filter is nested more than ${maximumDepth} levels deep; write it flatter`)
  const result = parse()
  cursor.depth -= 1
  return result
}

export const isAtEnd = (cursor: Cursor): boolean => cursor.at >= cursor.tokens.length
