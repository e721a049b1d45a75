import { problem, type TrustProblem } from './problems.ts'

/**
 * The text of metadata before any parser sees it: its size, and no markup that means something else to different parsers. Comments are let pass, as
 * identity providers' own files are full of them, and count for nothing where a value is read.
 */
export const maximumBytes = 1024 * 1024
const maximumTags = 12_000
const maximumDepth = 40
/** What a parser does for each attribute grows with those of its element, and for each namespace with those around it. */
const maximumTagLength = 8192
const maximumNamespaces = 2000

const declaration = /^\s{0,100}<\?xml\s+version\s*=\s*["']1\.0["']([^<>?]{0,100})\?>/
const otherEncoding = /encoding\s*=\s*["'](?!utf-8["'])/i

/** Searched for from one end to the other, once: a pattern would begin anew at every comment that is never closed. */
const withoutComments = (text: string): string => {
  const pieces: string[] = []
  let from = 0
  for (;;) {
    const start = text.indexOf('<!--', from)
    const end = start < 0 ? -1 : text.indexOf('-->', start + 4)
    if (end < 0) break
    pieces.push(text.slice(from, start))
    from = end + 3
  }
  pieces.push(text.slice(from))
  return pieces.join(' ')
}

/** Where the tag that begins at `start` ends, its last bracket included; quoted brackets are none. */
const endOfTag = (text: string, start: number): number => {
  let quote = ''
  const last = Math.min(text.length, start + maximumTagLength)
  for (let at = start + 1; at < last; at += 1) {
    const char = text.charAt(at)
    if (quote !== '') quote = char === quote ? '' : quote
    else if (char === '"' || char === "'") quote = char
    else if (char === '>') return at + 1
  }
  return last
}

const tooMuch = (text: string): boolean => {
  let [tags, depth] = [0, 0]
  for (let at = text.indexOf('<'); at >= 0; at = text.indexOf('<', at)) {
    const end = endOfTag(text, at)
    if (end - at >= maximumTagLength) return true
    if (text.charAt(at + 1) === '/') depth -= 1
    else if (text.charAt(end - 2) !== '/') depth += 1
    tags += 1
    if (tags > maximumTags || depth > maximumDepth) return true
    at = end
  }
  return text.split('xmlns', maximumNamespaces + 2).length > maximumNamespaces + 1
}

/** The text without its declaration and comments, or why it is not read. */
export const checkedText = (given: string): string | TrustProblem => {
  if (Buffer.byteLength(given) > maximumBytes)
    return problem(
      'trust.size',
      'metadata',
      'at most 1 MB is read',
      'take the metadata of the one identity provider, not those of a federation',
    )
  const raw = given.replace(/^\uFEFF/, '')
  const declared = declaration.exec(raw)
  // Decoded as UTF-8 by whoever read it: what was something else has left its mark.
  if (otherEncoding.test(declared?.[1] ?? '') || /[\uFFFD\0]/.test(raw))
    return problem('trust.encoding', 'metadata', 'must be UTF-8', 'save the file as UTF-8')
  const text = withoutComments(raw.slice(declared?.[0].length ?? 0))
  if (/<[!?]/.test(text))
    return problem(
      'trust.markup',
      'metadata',
      'no DOCTYPE, CDATA section or processing instruction is read',
      'take the metadata as the identity provider publishes them',
    )
  if (tooMuch(text))
    return problem(
      'trust.size',
      'metadata',
      `at most ${maximumTags} tags in ${maximumDepth} levels are read, and ${maximumNamespaces} namespaces`,
      'take the metadata of the one identity provider, not those of a federation',
    )
  return text
}
