import { ConnectorError } from '../../core/errors.ts'
import type { Attributes, AttributeValue } from '../../core/member.ts'
import { isList, isRecord } from '../body.ts'
import { read } from '../json.ts'
import { checkMessageSchema, patchUrn } from '../messages.ts'
import type { Note } from '../quirks.ts'
import type { ResourceSchema } from '../schema.ts'
import { type Operation, type OperationName, withoutPath, withPath } from './operation.ts'

const names: ReadonlySet<string> = new Set(['add', 'replace', 'remove'])

/** RFC 7644 §3.5.2: reads a PatchOp message. */
export const parsePatch = (schema: ResourceSchema, body: Attributes, note: Note): readonly Operation[] => {
  checkMessageSchema(patchUrn, body)
  const operations = read(body, 'Operations')
  if (!isList(operations) || operations.length === 0)
    throw new ConnectorError('invalidSyntax', 'Operations: must be a list of at least one operation', {
      field: 'Operations',
    })
  return operations.flatMap((each) => parseOperation(schema, each, note))
}

const parseOperation = (
  schema: ResourceSchema,
  operation: AttributeValue,
  note: Note,
): readonly Operation[] => {
  if (!isRecord(operation))
    throw new ConnectorError('invalidSyntax', 'Operations: each operation must be an object', {
      field: 'Operations',
    })
  const sentName = read(operation, 'op')
  const op = typeof sentName === 'string' ? sentName.toLowerCase() : ''
  if (!names.has(op))
    throw new ConnectorError('invalidSyntax', 'op: must be "add", "replace" or "remove"', { field: 'op' })
  if (op !== sentName) note('capitalisedOperation')
  const sent = {
    op: op as OperationName,
    value: read(operation, 'value'),
    createsMissing: op !== sentName,
  }
  const path = read(operation, 'path')
  if (path === undefined || path === null) return withoutPath(schema, sent, note)
  if (typeof path !== 'string') throw new ConnectorError('invalidPath', 'path: must be a text')
  // The core schema's own URN names the resource itself.
  if (path.trim().toLowerCase() === schema.urn.toLowerCase()) return withoutPath(schema, sent, note)
  return withPath(schema, sent, path, note)
}
