import type { Store, Value } from 'dynalite/db/index.js'
import { perform, validate } from './operations.ts'
import { validationError } from './service-error.ts'

type Request = {
  readonly TableName: string
  readonly TimeToLiveSpecification?: { readonly Enabled?: boolean; readonly AttributeName?: string }
}
const keyOf = (table: string): string => `time-to-live~${table}`

/** Kept and described only: nothing ever expires here, which is the slowest the service may be. Reads must compare for themselves. */
export const updateTimeToLive = async (store: Store, request: Request): Promise<object> => {
  const specification = request.TimeToLiveSpecification
  if (specification?.Enabled === undefined || !specification.AttributeName)
    throw validationError('TimeToLiveSpecification needs Enabled and AttributeName')
  await mustExist(store, request.TableName)
  await store.db.put(keyOf(request.TableName), specification)
  return { TimeToLiveSpecification: specification }
}

export const describeTimeToLive = async (store: Store, request: Request): Promise<object> => {
  await mustExist(store, request.TableName)
  const found: Value | undefined = await store.db.get(keyOf(request.TableName))
  return {
    TimeToLiveDescription: found?.Enabled
      ? { TimeToLiveStatus: 'ENABLED', AttributeName: found.AttributeName }
      : { TimeToLiveStatus: 'DISABLED' },
  }
}

const mustExist = (store: Store, table: string): Promise<object> =>
  perform(store, 'DescribeTable', validate(store, 'DescribeTable', { TableName: table }))
