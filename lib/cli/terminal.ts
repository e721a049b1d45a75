import { styleText } from 'node:util'

/** What a command may use of the terminal it runs in; tests hand in their own. */
export type Terminal = {
  readonly out: (text: string) => void
  readonly error: (text: string) => void
  /** Of each stream by itself: one may be a terminal and the other a file. */
  readonly colour: { readonly out: boolean; readonly error: boolean }
  /** Where standard error is a terminal: puts this in the place of its last line, which nothing ended yet; empty: just clears it. */
  readonly status?: (line: string) => void
}
type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red'

const steers = (character: string): boolean =>
  /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u.test(character) && !'\n\t'.includes(character)

/** Names come from identity providers: what would steer a terminal is not shown. */
export const harmless = (text: string): string => [...text].filter((character) => !steers(character)).join('')

const paint = (style: Style, text: string): string => styleText(style, text, { validateStream: false })

export const say = (terminal: Terminal, text: string, style?: Style): void => {
  const clean = harmless(text)
  terminal.out(style === undefined || !terminal.colour.out ? clean : paint(style, clean))
}

/** To standard error: only the first word, which says how bad it is, is coloured. */
export const complain = (terminal: Terminal, kind: 'error' | 'warning', text: string): void => {
  const word = `${kind}:`
  const style = kind === 'error' ? 'red' : 'yellow'
  terminal.error(`${terminal.colour.error ? paint(style, word) : word} ${harmless(text)}`)
}

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** One line. What would steer a terminal is escaped, not left out: a program that reads it gets every value as it is stored. */
export const sayJson = (terminal: Terminal, value: unknown): void => {
  const text = [...JSON.stringify(value)]
  terminal.out(text.map((character) => (steers(character) ? escaped(character) : character)).join(''))
}
