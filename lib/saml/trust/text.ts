import { problem, type TrustProblem } from './problems.ts'

/**
 * The text of metadata before any parser sees it: its size, and no markup that means something else to different parsers. Comments are let pass, as
 * identity providers' own files are full of them, and count for nothing where a value is read.
 */
export const maximumBytes = 1024 * 1024
const maximumTags = 12_000
const maximumDepth = 40

const declaration = /^\s*<\?xml\s+version\s*=\s*["']1\.0["']([^<>?]*)\?>/
const otherEncoding = /encoding\s*=\s*["'](?!utf-8["'])/i

/** Tags with quoted attributes; each alternative begins with another character, so that reading is linear. */
const tag = /<(\/?)[^\s/<>"'!?]+((?:"[^"<]*"|'[^'<]*'|[^"'<>])*)>/g

type Counted = { readonly tags: number; readonly deepest: number }
const count = (text: string): Counted => {
  let [tags, depth, deepest] = [0, 0, 0]
  for (const [, closing, inside = ''] of text.matchAll(tag)) {
    tags += 1
    if (closing === '/') depth -= 1
    else if (!inside.endsWith('/')) depth += 1
    deepest = Math.max(deepest, depth)
    if (tags > maximumTags || deepest > maximumDepth) break
  }
  return { tags, deepest }
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
  const text = raw.slice(declared?.[0].length ?? 0).replaceAll(/<!--[\s\S]*?-->/g, ' ')
  if (/<[!?]/.test(text))
    return problem(
      'trust.markup',
      'metadata',
      'no DOCTYPE, CDATA section or processing instruction is read',
      'take the metadata as the identity provider publishes them',
    )
  const { tags, deepest } = count(text)
  if (tags > maximumTags || deepest > maximumDepth)
    return problem(
      'trust.size',
      'metadata',
      `at most ${maximumTags} tags in ${maximumDepth} levels are read`,
      'take the metadata of the one identity provider, not those of a federation',
    )
  return text
}
