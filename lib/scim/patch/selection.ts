import { ConnectorError } from '../../core/errors.ts'
import type { AttributeValue } from '../../core/member.ts'
import { isRecord } from '../body.ts'
import { matches } from '../filter/evaluate.ts'
import { checkUnchanged } from '../immutable.ts'
import type { Note } from '../quirks.ts'
import { distinct, merged } from '../same-element.ts'
import type { Step } from '../steps.ts'
import { checkLength, validated } from '../validate.ts'
import { changedValue, completed, listOf, present, withSub } from './attribute.ts'
import { elementOf, settlePrimary } from './elements.ts'
import { type Operation, oneOf } from './operation.ts'
import type { PatchPath } from './path.ts'

type Value = AttributeValue | undefined
type ElementsPath = Extract<PatchPath, { kind: 'elements' }>

/** The elements a value path chooses are changed, the others stay (RFC 7644 §3.5.2). */
export const changedElements = (
  before: Value,
  operation: Operation,
  path: ElementsPath,
  note: Note,
  step: Step,
): Value => {
  const { attribute } = path.path
  const elements = listOf(before)
  const isChosen = elements.map((each) => matches(path.filter, each, step))
  if (!isChosen.includes(true)) return present(created(elements, operation, path, note))
  const after = elements.flatMap((each, at) => {
    const next = isChosen[at] === true ? changedElement(each, operation, path) : each
    return next === undefined ? [] : [next]
  })
  return present(settlePrimary(attribute, elements, distinct(attribute, after)))
}

const changedElement = (element: AttributeValue, { op, value }: Operation, path: ElementsPath): Value => {
  if (path.sub !== undefined)
    return withSub(element, path.sub, op === 'remove' ? undefined : changedValue(path.sub, value))
  if (op === 'remove') return undefined
  const attribute = oneOf(path.path.attribute)
  const after =
    op === 'add' && isRecord(value) ? completed(attribute, element, value, op) : validated(attribute, value)
  checkUnchanged({ ...attribute, mutability: 'readWrite' }, element, after)
  return after
}

/** Nothing matches: an addition describes what is to be there, and so does what Entra ID replaces; anything else has no target. */
const created = (
  elements: readonly AttributeValue[],
  operation: Operation,
  path: ElementsPath,
  note: Note,
): readonly AttributeValue[] => {
  const { attribute } = path.path
  const described = elementOf(path.filter)
  const isAllowed = operation.op === 'add' || (operation.op === 'replace' && operation.createsMissing)
  if (described === undefined || !isAllowed)
    throw new ConnectorError(
      'noTarget',
      `${attribute.path}: no value matches the filter in the path; add the value first`,
      { field: attribute.path },
    )
  note('createdByFilter')
  const value =
    path.sub === undefined
      ? validated(oneOf(attribute), operation.value)
      : withSub(undefined, path.sub, validated(path.sub, operation.value))
  if (value === undefined) return elements
  checkLength(attribute, [...elements, value])
  return settlePrimary(attribute, elements, [...elements, merged(described, value)])
}
