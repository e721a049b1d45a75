import { ConnectorError } from '../../core/errors.ts'
import type { Attributes, AttributeValue } from '../../core/member.ts'
import { isList, isRecord } from '../body.ts'
import { checkUnchanged } from '../immutable.ts'
import { isAbsent, keyOf, read } from '../json.ts'
import { added, distinct } from '../same-element.ts'
import type { SchemaAttribute } from '../schema.ts'
import { checkLength, validated } from '../validate.ts'
import { settlePrimary, withName, withoutElements } from './elements.ts'
import type { Operation } from './operation.ts'
import type { PatchPath } from './path.ts'

type Value = AttributeValue | undefined
type AttributePath = Extract<PatchPath, { kind: 'attribute' }>

export const present = (value: Value): Value => (isAbsent(value) ? undefined : value)
export const listOf = (value: Value): readonly AttributeValue[] =>
  isAbsent(value) ? [] : isList(value) ? value : [value]

/** `userName` and its like cannot be taken away. */
const refuseRemoval = (attribute: SchemaAttribute): undefined => {
  if (attribute.required)
    throw new ConnectorError('mutability', `${attribute.path}: is required, so it can only be replaced`, {
      field: attribute.path,
    })
  return undefined
}

/** One attribute after an operation on it, or on its sub-attribute; undefined: without a value. */
export const changedAttribute = (before: Value, operation: Operation, path: AttributePath): Value => {
  const { attribute, sub } = path
  const after =
    sub === undefined
      ? changedWhole(before, operation, attribute)
      : changedSub(before, operation, attribute, sub)
  checkUnchanged(attribute, before, after)
  return after
}

const changedWhole = (before: Value, operation: Operation, attribute: SchemaAttribute): Value => {
  const { op, value: sent } = operation
  if (op === 'remove') return removed(before, operation, attribute)
  const value = validated(attribute, sent)
  if (isMany(attribute, before, value, op)) {
    const after = op === 'add' ? added(attribute, listOf(before), listOf(value)) : listOf(value)
    checkLength(attribute, after)
    return present(settlePrimary(attribute, listOf(before), after)) ?? refuseRemoval(attribute)
  }
  if (isRecord(sent)) return completed(attribute, before, sent, op)
  return value ?? refuseRemoval(attribute)
}

/** Of an undeclared attribute, what is there and what is sent say whether it is a list. */
const isMany = (attribute: SchemaAttribute, before: Value, value: Value, op: Operation['op']): boolean => {
  if (attribute.type !== 'undeclared') return attribute.multiValued
  return isList(value) || (op === 'add' && isList(before))
}

/**
 * RFC 7644 §3.5.2.3: sub-attributes that are not given stay as they are; those given as null, which is "unassigned", go. Without its `value` a
 * reference refers to nobody (Entra ID clears a manager so), and an empty object clears it, too.
 */
export const completed = (
  attribute: SchemaAttribute,
  before: Value,
  sent: Attributes,
  op: Operation['op'],
): Value => {
  const cleared = Object.keys(sent).filter((name) => isAbsent(sent[name]) && isWritable(attribute, name))
  const isReference = attribute.subAttributes.has('value')
  const isEmpty = op === 'replace' && Object.keys(sent).length === 0
  if (isReference && (isEmpty || cleared.some((name) => name.toLowerCase() === 'value')))
    return refuseRemoval(attribute)
  const given = validated(attribute, sent)
  const after: Record<string, AttributeValue> = Object.assign(
    Object.create(null),
    isRecord(before) ? before : {},
  )
  const nameOf = namesIn(attribute, after)
  for (const name of cleared) delete after[nameOf(name)]
  if (isRecord(given)) for (const [name, value] of Object.entries(given)) after[nameOf(name)] = value
  return Object.keys(after).length === 0 ? refuseRemoval(attribute) : after
}

const isWritable = (attribute: SchemaAttribute, name: string): boolean =>
  attribute.type === 'undeclared' ||
  attribute.subAttributes.get(name.toLowerCase())?.mutability === 'readWrite'

/** Under which name a sub-attribute stands, or would stand, in an object: looked up, since there may be thousands. */
const namesIn = (attribute: SchemaAttribute, container: Attributes): ((name: string) => string) => {
  const held = new Map(Object.keys(container).map((name) => [name.toLowerCase(), name]))
  return (name) => {
    const folded = name.toLowerCase()
    return attribute.subAttributes.get(folded)?.name ?? held.get(folded) ?? name
  }
}

const removed = (before: Value, { value, sent }: Operation, attribute: SchemaAttribute): Value => {
  // What was named and turned out to be no value is nothing to remove; read as "no value given" it would take all of them.
  if (attribute.multiValued && isAbsent(value) && !isAbsent(sent) && sent !== '') return before
  const isChosen = !isAbsent(value) && (attribute.multiValued || isList(before))
  const rest = isChosen ? present(withoutElements(attribute, listOf(before), listOf(value))) : undefined
  return rest ?? refuseRemoval(attribute)
}

const changedSub = (
  before: Value,
  { op, value }: Operation,
  attribute: SchemaAttribute,
  sub: SchemaAttribute,
): Value => {
  const next = op === 'remove' ? undefined : changedValue(sub, value)
  if (!attribute.multiValued && !isList(before)) return withSub(before, sub, next)
  const elements = listOf(before)
  const all = elements.length === 0 && next !== undefined ? [undefined] : elements
  const after = all.map((each) => withSub(each, sub, next)).filter((each) => each !== undefined)
  return present(settlePrimary(attribute, elements, distinct(attribute, after)))
}

export const changedValue = (sub: SchemaAttribute, value: Value): Value =>
  validated(sub, value) ?? refuseRemoval(sub)

/** An object with one sub-attribute changed; undefined when nothing is left of it. */
export const withSub = (element: Value, sub: SchemaAttribute, next: Value): Value => {
  if (element !== undefined && !isRecord(element)) {
    if (next === undefined) return element
    throw new ConnectorError('invalidPath', `${sub.path}: the value it would belong to is no object`, {
      field: sub.path,
    })
  }
  if (next === undefined) refuseRemoval(sub)
  checkUnchanged(sub, element === undefined ? undefined : read(element, sub.name), next)
  const name = (element === undefined ? undefined : keyOf(element, sub.name)) ?? sub.name
  const after = withName(element, name, next)
  return Object.keys(after).length === 0 ? undefined : after
}
