import { ConnectorError } from '../core/errors.ts'
import type { Asked } from './exchange.ts'
import { versionTag } from './resources.ts'

// RFC 9110 §8.8.3: the weak comparison, since every tag of ours is weak.
const tags = (header: string): readonly string[] =>
  header.split(',').map((tag) => tag.trim().replace(/^W\//, ''))

const names = (header: string | undefined, version: number): boolean => {
  if (header === undefined) return false
  const own = versionTag({ version }).replace(/^W\//, '')
  return tags(header).some((tag) => tag === '*' || tag === own)
}

/** RFC 7644 §3.14: a write on a version the client has not seen is refused. */
export const checkIfMatch = (request: Asked, resource: { readonly version: number }): void => {
  const header = request.headers['if-match']
  if (header === undefined || names(header, resource.version)) return
  throw new ConnectorError(
    'versionMismatch',
    'the resource has changed since the version in If-Match; read it again',
  )
}

export const isUnchanged = (request: Asked, resource: { readonly version: number }): boolean =>
  names(request.headers['if-none-match'], resource.version)
