import { ConnectorError } from '../../core/errors.ts'
import type { Attributes, AttributeValue } from '../../core/member.ts'
import { isList, isRecord } from '../body.ts'
import { keyOf } from '../json.ts'
import type { Note } from '../quirks.ts'
import type { SchemaAttribute } from '../schema.ts'
import { type Step, stepBudget } from '../steps.ts'
import { changedAttribute } from './attribute.ts'
import { withName } from './elements.ts'
import type { Operation } from './operation.ts'
import { changedElements } from './selection.ts'

// Each may look at every value of an attribute. Memberships are not among them: they are compiled, and bounded by the body alone.
const maximumOperations = 1_000
const maximumSteps = 2_000_000

const tooMuch = (rule: string): ConnectorError =>
  new ConnectorError('payloadTooLarge', `Operations: ${rule}: send several requests`, { field: 'Operations' })

/** RFC 7644 §3.5.2, on a resource's own attributes. All or nothing is the caller's: the result replaces the resource at the end. */
export const applyOperations = (
  resource: Attributes,
  operations: readonly Operation[],
  note: Note,
): Attributes => {
  if (operations.length > maximumOperations)
    throw tooMuch(`at most ${maximumOperations} can change attributes at once`)
  const step = stepBudget(maximumSteps, () => tooMuch('they look at too many values'))
  return operations.reduce((before, operation) => applyOperation(before, operation, note, step), resource)
}

const applyOperation = (resource: Attributes, operation: Operation, note: Note, step: Step): Attributes => {
  const { path } = operation
  // Each makes a copy.
  step(Object.keys(resource).length)
  switch (path.kind) {
    case 'extension':
      return withName(
        resource,
        keyOf(resource, path.urn) ?? path.urn,
        operation.op === 'remove' ? undefined : operation.value,
      )
    case 'attribute':
      return inside(resource, path.urn, (container) =>
        changed(container, path.attribute, step, (before) => changedAttribute(before, operation, path)),
      )
    case 'elements':
      return inside(resource, path.path.urn, (container) =>
        changed(container, path.path.attribute, step, (before) =>
          changedElements(before, operation, path, note, step),
        ),
      )
  }
}

/** Names and values, however deep. */
const sizeOf = (value: AttributeValue | undefined): number => {
  if (!isList(value) && !isRecord(value)) return 1
  const parts = Object.values(value)
  return parts.reduce((sum: number, each) => sum + sizeOf(each), parts.length)
}

const changed = (
  container: Attributes,
  attribute: SchemaAttribute,
  step: Step,
  change: (before: AttributeValue | undefined) => AttributeValue | undefined,
): Attributes => {
  // What nobody declared stands under the name it was first sent with.
  const name =
    (attribute.type === 'undeclared' ? keyOf(container, attribute.name) : undefined) ?? attribute.name
  const before = container[name]
  step(Object.keys(container).length + sizeOf(before))
  return withName(container, name, change(before))
}

/** Works inside an extension's object, or in the resource itself; an extension without attributes disappears. */
const inside = (
  resource: Attributes,
  urn: string | undefined,
  change: (container: Attributes) => Attributes,
): Attributes => {
  if (urn === undefined) return change(resource)
  const name = keyOf(resource, urn) ?? urn
  const before = resource[name]
  const after = change(isRecord(before) ? before : withName({}, '', undefined))
  return withName(resource, name, Object.keys(after).length === 0 ? undefined : after)
}
