import { isDeepStrictEqual, styleText } from 'node:util'

/** Tells the story and checks it: a claim that does not come true in time ends the demo. */
export type Narration = {
  readonly scene: (time: string, title: string) => void
  readonly say: (text: string) => void
  /** Polls until `read` gives `wanted`. */
  readonly claim: <T>(text: string, read: () => Promise<T>, wanted: T) => Promise<void>
  readonly claims: () => number
}
type Style = Parameters<typeof styleText>[0]

export const createNarration = (
  print: (line: string) => void,
  coloured: boolean,
  /** Milliseconds a claim may take to come true. */
  patience = 90_000,
): Narration => {
  const paint = (style: Style, text: string): string =>
    coloured ? styleText(style, text, { validateStream: false }) : text
  let count = 0
  return {
    scene: (time, title) => print(`\n${paint('dim', time)}  ${paint('bold', title)}`),
    say: (text) => print(`       ${text}`),
    claim: async (text, read, wanted) => {
      const started = Date.now()
      let seen = await read()
      while (!isDeepStrictEqual(seen, wanted)) {
        if (Date.now() - started > patience) {
          print(`     ${paint('red', '✗')} ${text}`)
          throw new Error(`${text}\n${difference(seen, wanted)}`)
        }
        await new Promise((resolve) => setTimeout(resolve, 100))
        seen = await read()
      }
      count += 1
      const seconds = ((Date.now() - started) / 1000).toFixed(1)
      print(`     ${paint('green', '✓')} ${text} ${paint('dim', `(${seconds} s)`)}`)
    },
    claims: () => count,
  }
}

/** Only what differs; twenty equal lines help nobody. */
const difference = (seen: unknown, wanted: unknown): string => {
  const parts = (value: unknown): ReadonlyMap<string, string> =>
    new Map(
      Object.entries(typeof value === 'object' && value !== null ? value : { value }).map(([name, part]) => [
        name,
        JSON.stringify(part) ?? 'nothing',
      ]),
    )
  const [actual, expected] = [parts(seen), parts(wanted)]
  return [...new Set([...actual.keys(), ...expected.keys()])]
    .filter((name) => actual.get(name) !== expected.get(name))
    .map(
      (name) =>
        `  ${name}: is ${actual.get(name) ?? 'nothing'}, should be ${expected.get(name) ?? 'nothing'}`,
    )
    .join('\n')
}
