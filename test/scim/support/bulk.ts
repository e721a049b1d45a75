import type { Json, Reply, Scim } from './service.ts'

export const bulkUrn = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'

export type BulkResult = {
  readonly method?: string
  readonly bulkId?: string
  readonly location?: string
  readonly version?: string
  readonly status: string
  readonly response?: Json
}
export type BulkReply = Reply & { readonly results: readonly BulkResult[] }

export const bulkReply = async (
  scim: Pick<Scim, 'post'>,
  operations: readonly object[],
  more: object = {},
): Promise<BulkReply> => {
  const reply = await scim.post('/Bulk', { schemas: [bulkUrn], Operations: operations, ...more })
  return { ...reply, results: (reply.body.Operations ?? []) as unknown as readonly BulkResult[] }
}

export const create = (path: string, bulkId: string, data: object): object => ({
  method: 'POST',
  path,
  bulkId,
  data,
})

export const statuses = (results: readonly BulkResult[]): readonly string[] =>
  results.map((each) => each.status)
