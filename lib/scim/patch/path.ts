import { ConnectorError } from '../../core/errors.ts'
import { type AttributePath, meantPath, printPath, resolvePath, resolveSub } from '../attribute-path.ts'
import { type Attribute, type Filter, printElementFilter } from '../filter/filter.ts'
import { parseElementFilter } from '../filter/parse.ts'
import { tokenize } from '../filter/tokens.ts'
import { type Note, unnoted } from '../quirks.ts'
import type { ResourceSchema, SchemaAttribute } from '../schema.ts'
import { uncounted } from '../steps.ts'

/** Where a PATCH operation works (RFC 7644 §3.5.2, figure 7). */
export type PatchPath =
  | AttributePath
  | {
      readonly kind: 'elements'
      readonly path: Attribute
      readonly filter: Filter
      readonly sub?: SchemaAttribute
    }

const unknown = (schema: ResourceSchema, word: string): string => {
  const meant = meantPath(schema, word)
  return meant === undefined
    ? `"${word}" is no attribute of a ${schema.name}; /Schemas lists them`
    : `"${word}" belongs to an extension: write ${meant}`
}
const invalid = (message: string): ConnectorError => new ConnectorError('invalidPath', message)

/** Parses and resolves a path; throws `invalidPath`, or `invalidFilter` for what stands in brackets. */
export const parsePatchPath = (schema: ResourceSchema, source: string, note: Note = unnoted): PatchPath => {
  const [word, open, ...rest] = tokenize(source.trim(), 'invalidPath')
  if (word?.kind !== 'word') throw invalid('a path begins with an attribute name')
  const path = resolvePath(schema, word.text)
  if (path === undefined) throw invalid(unknown(schema, word.text))
  if (open === undefined) return path
  const close = rest.findLastIndex((token) => token.kind === ']')
  if (open.kind !== '[' || close < 0)
    throw invalid('after the attribute only a filter in brackets can follow')
  if (path.kind !== 'attribute' || path.sub !== undefined || !mayHoldSeveral(path.attribute))
    throw invalid(
      `"${word.text}" holds one value, so there is none to choose by a filter: leave the brackets out`,
    )
  const filter = parseElementFilter(path, rest.slice(0, close), uncounted, note)
  const sub = subOf(path, rest.slice(close + 1))
  return { kind: 'elements', path, filter, ...(sub === undefined ? {} : { sub }) }
}

const mayHoldSeveral = ({ multiValued, type }: SchemaAttribute): boolean =>
  multiValued || type === 'undeclared'

const subOf = (path: Attribute, rest: ReturnType<typeof tokenize>): SchemaAttribute | undefined => {
  const [suffix, ...more] = rest
  if (suffix === undefined) return undefined
  if (suffix.kind !== 'word' || !suffix.text.startsWith('.') || more.length > 0)
    throw invalid('after the brackets only ".sub-attribute" can follow')
  const sub = resolveSub(path.attribute, suffix.text.slice(1))
  if (sub?.kind !== 'attribute') throw invalid(`"${path.attribute.path}${suffix.text}" is no attribute`)
  return sub.attribute
}

export const printPatchPath = (path: PatchPath): string => {
  if (path.kind !== 'elements') return printPath(path)
  const sub = path.sub === undefined ? '' : `.${path.sub.name}`
  return `${printPath(path.path)}[${printElementFilter(path.filter)}]${sub}`
}
