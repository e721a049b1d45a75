import { ConnectorError } from '../../core/errors.ts'
import type { Attributes, AttributeValue } from '../../core/member.ts'
import { isList, isRecord } from '../body.ts'
import { matches } from '../filter/evaluate.ts'
import { isAbsent } from '../json.ts'
import type { Note } from '../quirks.ts'
import type { SchemaAttribute } from '../schema.ts'
import { checkLength, customExtension, validated } from '../validate.ts'
import { added, elementOf, merged, settlePrimary, withName, withoutElements } from './elements.ts'
import { type Operation, oneOf } from './message.ts'
import type { PatchPath } from './path.ts'

type At<Kind extends PatchPath['kind']> = Extract<PatchPath, { kind: Kind }>
type Value = AttributeValue | undefined

// Each may look at every value of an attribute. Memberships are not among them: they are compiled, and bounded by the body alone.
const maximumOperations = 1_000

/** RFC 7644 §3.5.2, on a resource's own attributes. All or nothing is the caller's: the result replaces the resource at the end. */
export const applyOperations = (
  resource: Attributes,
  operations: readonly Operation[],
  note: Note,
): Attributes => {
  if (operations.length > maximumOperations)
    throw new ConnectorError(
      'payloadTooLarge',
      `Operations: at most ${maximumOperations} can change attributes at once: send several requests`,
      { field: 'Operations' },
    )
  return operations.reduce((before, operation) => applyOperation(before, operation, note), resource)
}

const applyOperation = (resource: Attributes, operation: Operation, note: Note): Attributes => {
  const { path } = operation
  switch (path.kind) {
    case 'extension':
      return applyToExtension(resource, operation, path)
    case 'custom':
      return inside(resource, path.urn, (extension) =>
        withName(extension, path.name, operation.op === 'remove' ? undefined : present(operation.value)),
      )
    case 'attribute':
      return inside(resource, path.urn, (container) =>
        withName(container, path.attribute.name, applyToAttribute(container, operation, path)),
      )
    case 'elements':
      return inside(resource, path.path.urn, (container) =>
        withName(
          container,
          path.path.attribute.name,
          applyToElements(container[path.path.attribute.name], operation, path, note),
        ),
      )
  }
}

const present = (value: Value): Value => (isAbsent(value) ? undefined : value)
const listOf = (value: Value): readonly AttributeValue[] => (isList(value) ? value : [])
const nonEmpty = (value: Value): Value =>
  isRecord(value) && Object.keys(value).length === 0 ? undefined : present(value)

/** Works inside an extension's object, or in the resource itself; an extension without attributes disappears. */
const inside = (
  resource: Attributes,
  urn: string | undefined,
  change: (container: Attributes) => Attributes,
): Attributes => {
  if (urn === undefined) return change(resource)
  const name = Object.keys(resource).find((key) => key.toLowerCase() === urn.toLowerCase()) ?? urn
  const extension = resource[name]
  return withName(
    resource,
    name,
    nonEmpty(change(isRecord(extension) ? extension : withName({}, '', undefined))),
  )
}

const applyToExtension = (
  resource: Attributes,
  { op, value }: Operation,
  path: At<'extension'>,
): Attributes => {
  if (op === 'remove') return inside(resource, path.urn, () => withName({}, '', undefined))
  const more = customExtension(path.urn, value ?? null) ?? {}
  return inside(resource, path.urn, (extension) => withName({ ...extension, ...more }, '', undefined))
}

/** `userName` and its like cannot be taken away, and `active` has no third state: removing it must not switch anybody on. */
const refuseRemoval = (attribute: SchemaAttribute): void => {
  if (!attribute.required && attribute.path !== 'active') return
  throw new ConnectorError('mutability', `${attribute.path}: cannot be removed, only replaced`, {
    field: attribute.path,
  })
}

const applyToAttribute = (container: Attributes, operation: Operation, path: At<'attribute'>): Value => {
  const { attribute, sub } = path
  const before = container[attribute.name]
  if (sub !== undefined) return applyToSub(before, operation, attribute, sub)
  if (operation.op === 'remove') return removed(before, operation.value, attribute)
  const value = validated(attribute, operation.value)
  if (attribute.multiValued) {
    const list = listOf(value)
    const after = operation.op === 'add' ? added(attribute, listOf(before), list) : list
    checkLength(attribute, after)
    return present(settlePrimary(attribute, listOf(before), after))
  }
  if (value === undefined) refuseRemoval(attribute)
  // §3.5.2.3: sub-attributes that are not given stay as they are.
  return value === undefined ? undefined : merged(before, value)
}

const removed = (before: Value, value: Value, attribute: SchemaAttribute): Value => {
  refuseRemoval(attribute)
  if (value === undefined || value === null || !attribute.multiValued) return undefined
  return present(withoutElements(attribute, listOf(before), listOf(value)))
}

const applyToSub = (
  before: Value,
  { op, value }: Operation,
  attribute: SchemaAttribute,
  sub: SchemaAttribute,
): Value => {
  const next = op === 'remove' ? undefined : validated(sub, value)
  const set = (element: Value): Value =>
    nonEmpty(withName(isRecord(element) ? element : undefined, sub.name, next))
  if (!attribute.multiValued) return set(before)
  const elements = listOf(before)
  const all = elements.length === 0 && next !== undefined ? [undefined] : elements
  const after = all.map(set).filter((each) => each !== undefined)
  return present(settlePrimary(attribute, elements, after))
}

const applyToElements = (before: Value, operation: Operation, path: At<'elements'>, note: Note): Value => {
  const { attribute } = path.path
  const elements = listOf(before)
  const chosen = new Set(elements.filter((each) => isRecord(each) && matches(path.filter, each)))
  if (chosen.size === 0) return present(created(elements, operation, path, note))
  const after = elements.flatMap((each) => {
    const next = chosen.has(each) ? changedElement(each, operation, path) : each
    return next === undefined ? [] : [next]
  })
  return present(settlePrimary(attribute, elements, after))
}

const changedElement = (element: AttributeValue, { op, value }: Operation, path: At<'elements'>): Value => {
  if (path.sub !== undefined && isRecord(element))
    return nonEmpty(
      withName(element, path.sub.name, op === 'remove' ? undefined : validated(path.sub, value)),
    )
  if (op === 'remove') return undefined
  const next = validated(oneOf(path.path.attribute), value)
  return op === 'add' && next !== undefined ? merged(element, next) : next
}

const created = (
  elements: readonly AttributeValue[],
  operation: Operation,
  path: At<'elements'>,
  note: Note,
): readonly AttributeValue[] => {
  const { attribute } = path.path
  const described = elementOf(path.filter)
  const allowed = operation.op === 'add' || (operation.op === 'replace' && operation.createsMissing)
  if (described === undefined || !allowed)
    throw new ConnectorError('noTarget', `${attribute.path}: no value matches the filter in the path`, {
      field: attribute.path,
    })
  note('createdByFilter')
  const value =
    path.sub === undefined
      ? validated(oneOf(attribute), operation.value)
      : nonEmpty(withName(undefined, path.sub.name, validated(path.sub, operation.value)))
  if (value === undefined) return elements
  checkLength(attribute, [...elements, value])
  return settlePrimary(attribute, elements, [...elements, merged(described, value)])
}
