import { styleText } from 'node:util'

/** What a command may use of the terminal it runs in; tests hand in their own. */
export type Terminal = {
  readonly out: (text: string) => void
  readonly error: (text: string) => void
  readonly colour: boolean
}
type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red'

const steers = (character: string): boolean =>
  /[\p{Cc}\p{Bidi_Control}]/u.test(character) && !'\n\t'.includes(character)

/** Names come from identity providers: what would steer a terminal is not shown. */
export const harmless = (text: string): string => [...text].filter((character) => !steers(character)).join('')

export const paint = (terminal: Terminal, style: Style, text: string): string =>
  terminal.colour ? styleText(style, text, { validateStream: false }) : text

export const say = (terminal: Terminal, text: string, style?: Style): void => {
  const clean = harmless(text)
  terminal.out(style === undefined ? clean : paint(terminal, style, clean))
}
