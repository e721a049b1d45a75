import type { RejectionCode } from '../verified.ts'
import { documentLimits } from './limits.ts'

/** A stretch of the text, end exclusive. */
export type Range = { readonly start: number; readonly end: number }

/** Where the root's children of interest stand, for those who have to cut one out. */
export type Scanned = { readonly text: string; readonly ranges: ReadonlyMap<string, Range> }
export type Scan = Scanned | { readonly code: RejectionCode }

const declaration =
  /^<\?xml\s+version\s*=\s*(?:"1\.0"|'1\.0')(?:\s+encoding\s*=\s*(?:"[Uu][Tt][Ff]-8"|'[Uu][Tt][Ff]-8'))?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>/

/** The text without its XML declaration, which says nothing but UTF-8. */
const withoutDeclaration = (text: string): string | undefined => {
  if (!text.startsWith('<?')) return text
  const found = declaration.exec(text)
  return found === null ? undefined : text.slice(found[0].length)
}

const localName = (name: string): string => name.slice(name.indexOf(':') + 1)

// Sticky and without two ways to match the same text: as long as the tag, whatever is in it.
const tagName = /<(\/?)([^\s/<>="'&]+)/y
const attribute = /\s+([^\s/<>="'&]+)\s*=\s*(?:"[^"<]*"|'[^'<]*')/y
const tagEnd = /\s*(\/?)>/y

const after = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

type Counts = {
  tags: number
  transforms: number
  namespaces: number
  values: number
  attributes: number
  xmlAttributes: number
}

const tooMany = (counts: Counts): boolean =>
  counts.tags > documentLimits.tags ||
  counts.transforms > documentLimits.transforms ||
  counts.namespaces > documentLimits.namespaces ||
  counts.values > documentLimits.values ||
  counts.attributes > documentLimits.attributes ||
  counts.xmlAttributes > documentLimits.xmlAttributes

const countElement = (counts: Counts, name: string): void => {
  counts.tags += 1
  if (name === 'Transform') counts.transforms += 1
  if (name === 'AttributeValue') counts.values += 1
  if (name === 'Attribute') counts.attributes += 1
}

/** A validator follows such hints; nobody who signs an assertion needs to give them. */
const isSchemaHint = (name: string): boolean => name.toLowerCase().endsWith('schemalocation')

/** Over the attributes of one tag: where it ends, or why not. */
const readAttributes = (text: string, from: number, counts: Counts): number | RejectionCode => {
  let at = from
  for (let number = 0; ; number += 1) {
    const found = after(attribute, text, at)
    if (found === null) return at
    const name = found[1] ?? ''
    if (number >= documentLimits.attributesOfTag) return 'xml.limits'
    if (isSchemaHint(name)) return 'xml.markup'
    counts.xmlAttributes += 1
    if (name === 'xmlns' || name.startsWith('xmlns:')) counts.namespaces += 1
    at += found[0].length
  }
}

type Tag = { readonly name: string; readonly kind: 'open' | 'close' | 'empty'; readonly end: number }

const readTag = (text: string, at: number, counts: Counts): Tag | RejectionCode => {
  const opening = after(tagName, text, at)
  if (opening === null) return 'schema'
  const closes = opening[1] === '/'
  const name = localName(opening[2] ?? '')
  if (!closes) countElement(counts, name)
  const attributesEnd = readAttributes(text, at + opening[0].length, counts)
  if (typeof attributesEnd === 'string') return attributesEnd
  const end = after(tagEnd, text, attributesEnd)
  if (end === null) return 'schema'
  const kind = closes ? 'close' : end[1] === '/' ? 'empty' : 'open'
  return { name, kind, end: attributesEnd + end[0].length }
}

// A declaration that is not at the start is one in the wrong place.
const forbidden = (text: string, at: number): RejectionCode | undefined => {
  const next = text[at + 1]
  if (next === '!') return 'xml.markup'
  if (next === '?') return text.startsWith('<?xml', at) ? 'xml.prolog' : 'xml.markup'
  return undefined
}

type Position = { depth: number; childStart: number; readonly ranges: Map<string, Range> }

const step = (position: Position, at: number, { name, kind, end }: Tag): void => {
  if (kind !== 'close' && position.depth === 1) position.childStart = at
  if (kind === 'open') position.depth += 1
  if (kind === 'close') position.depth -= 1
  if (kind !== 'open' && position.depth === 1) position.ranges.set(name, { start: position.childStart, end })
}

/**
 * One pass over the letters, before any parser: no markup but tags, and not too many of them. With comments, CDATA, processing instructions and DOCTYPE
 * out of the way every `<` begins a tag, so what is counted here is what a parser will see; what is no tag is `schema`, as the parser would say.
 */
export const scan = (raw: string): Scan => {
  const text = withoutDeclaration(raw)
  if (text === undefined) return { code: 'xml.prolog' }
  const counts: Counts = {
    tags: 0,
    transforms: 0,
    namespaces: 0,
    values: 0,
    attributes: 0,
    xmlAttributes: 0,
  }
  const position: Position = { depth: 0, childStart: 0, ranges: new Map() }
  for (let at = text.indexOf('<'); at >= 0; ) {
    const tag = forbidden(text, at) ?? readTag(text, at, counts)
    if (typeof tag === 'string') return { code: tag }
    step(position, at, tag)
    if (position.depth > documentLimits.depth || tooMany(counts)) return { code: 'xml.limits' }
    at = text.indexOf('<', tag.end)
  }
  return { text, ranges: position.ranges }
}
