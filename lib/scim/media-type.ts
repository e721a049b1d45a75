import { ConnectorError } from '../core/errors.ts'
import type { ScimRequest } from './exchange.ts'

const scimType = 'application/scim+json'
const jsonType = 'application/json'

const utf8 = /^charset="?utf-?8"?$/

const parts = (header: string, separator: string): readonly string[] =>
  header
    .toLowerCase()
    .split(separator)
    .map((part) => part.trim())

/** RFC 7644 §3.1 and §3.8: what a body may be. */
export const checkBody = ({ body, headers }: ScimRequest): void => {
  if (body === undefined || body.length === 0) return
  const [type = '', ...parameters] = parts(headers['content-type'] ?? scimType, ';')
  if (type !== scimType && type !== jsonType)
    throw new ConnectorError('unsupportedMediaType', `send ${scimType} or ${jsonType}`)
  // RFC 8259 §8.1. A gateway hands `application/json` over as text, so that no later look at the bytes would notice.
  if (parameters.some((each) => each.startsWith('charset=') && !utf8.test(each)))
    throw new ConnectorError('unsupportedMediaType', 'send the body in UTF-8')
  if (!/^(?:identity)?$/i.test(headers['content-encoding']?.trim() ?? ''))
    throw new ConnectorError('unsupportedMediaType', 'send the body without a Content-Encoding')
}

/** RFC 9110 §12.5.1: how much a media type is wanted, by the most specific range that names it. */
const quality = (ranges: ReadonlyMap<string, number>, type: string): number =>
  ranges.get(type) ?? ranges.get('application/*') ?? ranges.get('*/*') ?? 0

/**
 * RFC 7644 §3.8: SCIM's own type unless the client prefers plain JSON, which OneLogin reads only. Who accepts neither gets SCIM's: a client that
 * cannot read an error learns nothing from 406.
 */
export const mediaType = (accept: string | undefined): string => {
  const ranges = new Map(
    parts(accept ?? '*/*', ',').map((range) => {
      const [type = '', ...parameters] = parts(range, ';')
      const weight = parameters.find((each) => each.startsWith('q='))?.slice(2)
      const q = weight === undefined ? 1 : Number(weight)
      return [type, Number.isNaN(q) ? 0 : q] as const
    }),
  )
  const type = quality(ranges, jsonType) > quality(ranges, scimType) ? jsonType : scimType
  return `${type}; charset=utf-8`
}
