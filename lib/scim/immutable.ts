import { ConnectorError } from '../core/errors.ts'
import type { Attributes, AttributeValue } from '../core/member.ts'
import { isRecord, record } from './body.ts'
import { isAbsent, sameValue } from './json.ts'
import type { AttributeTable, ResourceSchema, SchemaAttribute } from './schema.ts'

type Value = AttributeValue | undefined

/** RFC 7643 §7: an immutable attribute may be set once; a value it has stays. Throws `mutability`. */
export const checkUnchanged = (attribute: SchemaAttribute, before: Value, after: Value): void => {
  if (isAbsent(before) || sameValue(before, after)) return
  if (attribute.mutability === 'immutable')
    throw new ConnectorError(
      'mutability',
      `${attribute.path}: is immutable; send the value it has, or leave it out`,
      {
        field: attribute.path,
      },
    )
  if (attribute.type !== 'complex' || !isRecord(before) || !isRecord(after)) return
  for (const sub of attribute.subAttributes.values()) checkUnchanged(sub, before[sub.name], after[sub.name])
}

const kept = (table: AttributeTable, before: Attributes, after: Attributes): Attributes => {
  const result: Record<string, AttributeValue> = record(after) as Record<string, AttributeValue>
  for (const attribute of table.values()) {
    const old = before[attribute.name]
    if (isAbsent(old)) continue
    // §3.5.1: a PUT that leaves an immutable attribute out says nothing about it.
    if (attribute.mutability === 'immutable' && isAbsent(after[attribute.name])) result[attribute.name] = old
    else if (!isAbsent(after[attribute.name])) checkUnchanged(attribute, old, after[attribute.name])
  }
  return result
}

/** The immutable attributes of a resource that is being replaced (RFC 7644 §3.5.1): those left out stay, those that differ are refused. */
export const keepImmutable = (schema: ResourceSchema, before: Attributes, after: Attributes): Attributes => {
  const extensions = [...schema.extensions.values()].flatMap(({ urn, attributes }) => {
    const old = before[urn]
    const fresh = after[urn]
    const result = isRecord(old) ? kept(attributes, old, isRecord(fresh) ? fresh : record({})) : undefined
    return result === undefined || Object.keys(result).length === 0 ? [] : [[urn, result] as const]
  })
  return record({ ...kept(schema.attributes, before, after), ...Object.fromEntries(extensions) })
}
