import type { Store, Table } from 'dynalite/db/index.js'
import { type CancellationReason, cancelled } from './faults.ts'
import { type BuiltInOperation, perform, validate } from './operations.ts'
import {
  errorName,
  isServiceError,
  type ServiceError,
  serviceError,
  validationError,
} from './service-error.ts'
import { openView, type View } from './view.ts'

type Request = { readonly TransactItems?: unknown; readonly ReturnConsumedCapacity?: string }
type Part = {
  readonly TableName: string
  readonly Key?: Readonly<Record<string, unknown>>
  readonly Item?: Readonly<Record<string, unknown>>
  readonly ConditionExpression?: string
  readonly UpdateExpression?: string
  readonly ReturnValuesOnConditionCheckFailure?: string
}
type Step = { readonly operation: BuiltInOperation; readonly keepsWrites: boolean; readonly part: Part }
type Capacity = { readonly ConsumedCapacity?: { readonly CapacityUnits: number } }

/** A condition check is a deletion whose writes are thrown away: same key rules, same condition, same capacity. */
const kinds: Readonly<Record<string, Omit<Step, 'part'>>> = {
  Put: { operation: 'PutItem', keepsWrites: true },
  Update: { operation: 'UpdateItem', keepsWrites: true },
  Delete: { operation: 'DeleteItem', keepsWrites: true },
  ConditionCheck: { operation: 'DeleteItem', keepsWrites: false },
}
/** TransactWriteItems API reference: at most 100 actions, together at most 4 MB. */
const maximumActions = 100
const maximumBytes = 4 * 1024 * 1024

/** TransactWriteItems into a view; the caller holds the lock and commits the view. */
export const transactWrite = async (
  store: Store,
  request: Request,
): Promise<{ readonly view: View; readonly answer: object }> => {
  const steps = stepsOf(request)
  const prepared = steps.map((step) => {
    const { ReturnValuesOnConditionCheckFailure: _, ...fields } = step.part
    return validate(store, step.operation, { ...fields, ReturnConsumedCapacity: 'TOTAL' })
  })
  await refuseDuplicates(store, steps)
  const view = openView(store)
  const reasons: CancellationReason[] = []
  const capacity = new Map<string, number>()
  for (const [index, step] of steps.entries()) {
    const target = step.keepsWrites ? view.store : openView(store).store
    try {
      const answer: Capacity = await perform(target, step.operation, prepared[index] ?? {})
      add(capacity, step.part.TableName, 2 * (answer.ConsumedCapacity?.CapacityUnits ?? 0))
      reasons.push({ Code: 'None' })
    } catch (error) {
      reasons.push(await reasonFor(store, step.part, error))
    }
  }
  if (reasons.some((reason) => reason.Code !== 'None')) throw cancelled(reasons)
  return { view, answer: withCapacity({}, request, capacity) }
}

/** TransactGetItems: all reads of one moment; the caller holds the lock. */
export const transactGet = async (store: Store, request: Request): Promise<object> => {
  const parts = listOf(request).map((entry) => onlyAction(entry, ['Get']).part)
  await refuseDuplicates(
    store,
    parts.map((part) => ({ part })),
  )
  const capacity = new Map<string, number>()
  const responses: object[] = []
  for (const part of parts) {
    const body = { ...part, ConsistentRead: true, ReturnConsumedCapacity: 'TOTAL' }
    const answer: Capacity & { readonly Item?: unknown } = await perform(
      store,
      'GetItem',
      validate(store, 'GetItem', body),
    )
    add(capacity, part.TableName, 2 * (answer.ConsumedCapacity?.CapacityUnits ?? 0))
    responses.push(answer.Item === undefined ? {} : { Item: answer.Item })
  }
  return withCapacity({ Responses: responses }, request, capacity)
}

const stepsOf = (request: Request): readonly Step[] => {
  const entries = listOf(request)
  if (Buffer.byteLength(JSON.stringify(entries)) > maximumBytes)
    throw validationError('Transaction size cannot exceed 4194304 bytes')
  return entries.map((entry) => {
    const { kind, part } = onlyAction(entry, Object.keys(kinds))
    const step = kinds[kind]
    if (!step) throw validationError(`Unknown action ${kind}`)
    if (kind === 'ConditionCheck' && part.ConditionExpression === undefined)
      throw validationError('The expression can not be empty; ConditionCheck needs a ConditionExpression')
    if (kind === 'Update' && part.UpdateExpression === undefined)
      throw validationError('The expression can not be empty; Update needs an UpdateExpression')
    return { ...step, part }
  })
}

const listOf = ({ TransactItems: items }: Request): readonly unknown[] => {
  const refuse = (rule: string): ServiceError =>
    validationError(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length ${rule}`,
    )
  if (!Array.isArray(items) || items.length === 0) throw refuse('greater than or equal to 1')
  if (items.length > maximumActions) throw refuse(`less than or equal to ${maximumActions}`)
  return items
}

const onlyAction = (
  entry: unknown,
  allowed: readonly string[],
): { readonly kind: string; readonly part: Part } => {
  const present = Object.entries(entry ?? {}).filter(([, value]) => value != null)
  const [kind, part] = present[0] ?? []
  if (present.length !== 1 || kind === undefined || !allowed.includes(kind))
    throw validationError(`TransactItems can only contain one of ${allowed.join(', ')}`)
  return { kind, part: part as Part }
}

const refuseDuplicates = async (store: Store, steps: readonly { readonly part: Part }[]): Promise<void> => {
  const seen = new Set<string>()
  for (const { part } of steps) {
    const table = await tableOf(store, part.TableName)
    const item = part.Key ?? part.Item ?? {}
    const key = JSON.stringify([part.TableName, ...table.KeySchema.map((piece) => item[piece.AttributeName])])
    if (seen.has(key))
      throw validationError('Transaction request cannot include multiple operations on one item')
    seen.add(key)
  }
}

export const tableOf = (store: Store, name: string): Promise<Table> =>
  new Promise((resolve, reject) => {
    store.getTable(name, (error, table) => {
      if (error || !table)
        reject(error ?? serviceError('ResourceNotFoundException', 'Requested resource not found'))
      else resolve(table)
    })
  })

const reasonFor = async (store: Store, part: Part, error: unknown): Promise<CancellationReason> => {
  if (!isServiceError(error)) throw error
  const name = errorName(error)
  if (name === 'ConditionalCheckFailedException') {
    const reason = { Code: 'ConditionalCheckFailed', Message: error.message }
    const item = await itemOnFailure(store, part)
    return item === undefined ? reason : { ...reason, Item: item }
  }
  if (name === 'ValidationException') return { Code: 'ValidationError', Message: error.message }
  throw error
}

/** `ReturnValuesOnConditionCheckFailure`: the item as the failed condition saw it. */
export const itemOnFailure = async (store: Store, part: Part): Promise<unknown> => {
  if (part.ReturnValuesOnConditionCheckFailure !== 'ALL_OLD') return undefined
  const table = await tableOf(store, part.TableName)
  const item = part.Key ?? part.Item ?? {}
  const key = Object.fromEntries(
    table.KeySchema.map((piece) => [piece.AttributeName, item[piece.AttributeName]]),
  )
  const body = validate(store, 'GetItem', { TableName: part.TableName, Key: key, ConsistentRead: true })
  const answer: { readonly Item?: unknown } = await perform(store, 'GetItem', body)
  return answer.Item
}

const add = (capacity: Map<string, number>, table: string, units: number): void => {
  capacity.set(table, (capacity.get(table) ?? 0) + units)
}

const withCapacity = (answer: object, request: Request, capacity: ReadonlyMap<string, number>): object =>
  request.ReturnConsumedCapacity === 'TOTAL' || request.ReturnConsumedCapacity === 'INDEXES'
    ? {
        ...answer,
        ConsumedCapacity: [...capacity].map(([TableName, CapacityUnits]) => ({ TableName, CapacityUnits })),
      }
    : answer
