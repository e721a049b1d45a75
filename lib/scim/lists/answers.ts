import type { Attributes } from '../../core/member.ts'
import type { Answer } from '../exchange.ts'
import { listUrn } from '../messages.ts'

/** Lambda answers at most 6 MB: a page ends before, and says how much it holds. */
const maximumPageBytes = 5_000_000

/** The first of these that fit into one answer together, by what they will take in it; at least one. */
export const firstThatFit = <T>(all: readonly T[], weightOf: (each: T) => number): readonly T[] => {
  let bytes = 0
  const end = all.findIndex((each) => {
    bytes += weightOf(each)
    return bytes > maximumPageBytes
  })
  return end < 0 ? all : all.slice(0, Math.max(1, end))
}

/** As many of the resources as fit into one answer, as JSON texts; at least one. */
export const fittingTexts = (resources: readonly Attributes[]): readonly string[] => {
  const texts: string[] = []
  let bytes = 0
  for (const each of resources) {
    const text = JSON.stringify(each)
    // It leaves the function as a text inside JSON, every quotation mark escaped: at most twice as long.
    const most = 2 * Buffer.byteLength(text)
    bytes += bytes + most > maximumPageBytes ? Buffer.byteLength(JSON.stringify(text)) : most
    // Without any, a page would pass for the last one.
    if (bytes > maximumPageBytes && texts.length > 0) break
    texts.push(text)
  }
  return texts
}

/** RFC 7644 §3.4.2, RFC 9865 §2. */
export const listAnswer = (
  texts: readonly string[],
  page: {
    readonly totalResults?: number | undefined
    readonly startIndex?: number
    readonly nextCursor?: string | undefined
  },
): Answer => {
  const { totalResults, startIndex, nextCursor } = page
  const schemas = [listUrn]
  const head = JSON.stringify({ schemas, totalResults, startIndex, itemsPerPage: texts.length, nextCursor })
  return { status: 200, body: `${head.slice(0, -1)},"Resources":[${texts.join(',')}]}` }
}
