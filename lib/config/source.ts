import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml'
import { type Finding, type LineOf, type Path, refuse } from './findings.ts'

export type Source = { readonly value: unknown; readonly lineOf: LineOf }

const maximumBytes = 3 * 1024 * 1024
const maximumAliases = 100
const maximumDepth = 60
/** One slip can make the rest of a file unreadable; the first errors are the ones to look at. */
const shownErrors = 20

const withLine = (finding: Omit<Finding, 'path'>, line: number | undefined): string =>
  `the file${line === undefined ? '' : ` (line ${line})`}: ${finding.what}; ${finding.why}; ${finding.remedy}`

const parsed = (text: string, lineCounter: LineCounter): Document => {
  try {
    // Keys are compared below: the parser compares each with every other one.
    return parseDocument(text, { lineCounter, uniqueKeys: false, stringKeys: true, prettyErrors: false })
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw refuse([
      withLine({ what: 'is nested too deeply', why: 'no setting needs it', remedy: 'flatten it' }, undefined),
    ])
  }
}

const syntax = (document: Document, lines: LineCounter): readonly string[] =>
  [...document.errors, ...document.warnings].map(({ code, message, pos }) =>
    withLine(
      {
        what: `is not YAML or JSON (${code})`,
        why: message.replaceAll(/\s+/g, ' '),
        remedy: 'correct the line; quote text with special characters',
      },
      lines.linePos(pos[0]).line,
    ),
  )

type Place = { readonly node: Node | null; readonly offset: number | undefined }

const offsetOf = (node: Node | null): number | undefined => node?.range?.[0]

const childOf = (document: Document, place: Place, step: string | number): Place | undefined => {
  const node = isAlias(place.node) ? (place.node.resolve(document) ?? null) : place.node
  if (isMap(node)) {
    const pair = node.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === step)
    if (pair === undefined) return undefined
    const value = pair.value as Node | null
    return { node: value, offset: offsetOf(pair.key as Node) ?? offsetOf(value) }
  }
  if (!isSeq(node) || typeof step !== 'number') return undefined
  const item = (node.items[step] ?? null) as Node | null
  return item === null ? undefined : { node: item, offset: offsetOf(item) }
}

/** Of the deepest part of the path that is there: what is missing is missed at its parent. */
const linesIn =
  (document: Document, lines: LineCounter): LineOf =>
  (path: Path) => {
    let place: Place = {
      node: document.contents as Node | null,
      offset: offsetOf(document.contents as Node | null),
    }
    for (const step of path) {
      const next = childOf(document, place, step)
      if (next === undefined) break
      place = next
    }
    return place.offset === undefined ? undefined : lines.linePos(place.offset).line
  }

/** Mostly a glob that should have been quoted: `*-Admins` is an alias to YAML. */
const dangling = (document: Document, lines: LineCounter): readonly string[] => {
  const anchors = new Set<string>()
  const found: string[] = []
  visit(document, {
    Alias: (_key, { source, range }) => {
      if (anchors.has(source)) return
      found.push(
        withLine(
          {
            what: 'a value begins with * and is not quoted',
            why: 'to YAML it is an alias, and nothing is called so before it',
            remedy: 'quote it when it is text, such as "*-Admins"',
          },
          range ? lines.linePos(range[0]).line : undefined,
        ),
      )
    },
    Value: (_key, { anchor }) => {
      if (anchor !== undefined) anchors.add(anchor)
    },
  })
  return found
}

const repeated = (document: Document, lines: LineCounter): readonly string[] => {
  const found: string[] = []
  visit(document, {
    Map: (_key, { items }) => {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value))
          found.push(
            withLine(
              {
                what: 'a key is given twice in one place',
                why: 'only one of the two could count',
                remedy: 'keep one of them',
              },
              key.range ? lines.linePos(key.range[0]).line : undefined,
            ),
          )
        seen.add(key.value)
      }
    },
  })
  return found
}

/** Aliases can make a value contain itself; the schema's recursion must meet neither that nor a stack's worth of levels. */
const tooDeep = (value: unknown): boolean => {
  let level: readonly unknown[] = [value]
  for (let depth = 0; depth < maximumDepth && level.length > 0; depth += 1)
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
  return level.length > 0
}

const resolved = (document: Document): unknown => {
  const value: unknown = document.toJS({ maxAliasCount: maximumAliases })
  if (tooDeep(value)) throw new RangeError('nested too deeply')
  return value
}

/** YAML 1.2 or JSON text to plain values, each with its line. Duplicate keys, unknown tags and alias bombs are refused. */
export const readSource = (text: string): Source => {
  if (Buffer.byteLength(text) > maximumBytes)
    throw refuse([
      withLine(
        { what: 'is larger than 3 MB', why: 'it could not be stored', remedy: 'shorten it' },
        undefined,
      ),
    ])
  const lines = new LineCounter()
  const document = parsed(text, lines)
  const broken = syntax(document, lines)
  if (broken.length > 0) throw refuse([...new Set(broken)].slice(0, shownErrors))
  try {
    const slips = [...repeated(document, lines), ...dangling(document, lines)]
    if (slips.length > 0) throw refuse([...new Set(slips)].slice(0, shownErrors))
    return { value: resolved(document), lineOf: linesIn(document, lines) }
  } catch (cause) {
    if (!(cause instanceof ReferenceError) && !(cause instanceof RangeError)) throw cause
    throw refuse([
      withLine(
        {
          what: 'is nested too deeply, or its aliases stand for too much or for themselves',
          why: `at most ${maximumDepth} levels and ${maximumAliases} aliases are read`,
          remedy: 'write it out, flat',
        },
        undefined,
      ),
    ])
  }
}
