import type { Logger } from '@aws-lambda-powertools/logger'
import middy, { type MiddyfiedHandler } from '@middy/core'
import type { AttributeValue, Context, DynamoDBStreamEvent } from 'aws-lambda'
import { loggedErrors } from './logged-errors.ts'

export type StoredItem = Readonly<Record<string, unknown>>
export type StreamHandler = MiddyfiedHandler<DynamoDBStreamEvent, void, Error, Context>

/** DynamoDB API reference, AttributeValue: the types our records are made of. */
const plain = (attribute: AttributeValue): unknown => {
  if (attribute.S !== undefined) return attribute.S
  if (attribute.N !== undefined) return Number(attribute.N)
  if (attribute.BOOL !== undefined) return attribute.BOOL
  if (attribute.M !== undefined) return itemOf(attribute.M)
  if (attribute.L !== undefined) return attribute.L.map(plain)
  return null
}
const itemOf = (image: Readonly<Record<string, AttributeValue>>): StoredItem =>
  Object.fromEntries(Object.entries(image).map(([name, attribute]) => [name, plain(attribute)]))

/** New images of the records the event source mapping lets through. A failure is retried by the mapping; after that the sweep finds the items. */
export const streamFunction = (
  logger: Logger,
  serve: (items: readonly StoredItem[]) => Promise<void>,
): StreamHandler =>
  middy<DynamoDBStreamEvent, void, Error, Context>()
    .use(loggedErrors(logger))
    .handler(async (event) => {
      const images = event.Records.flatMap(({ dynamodb }) =>
        dynamodb?.NewImage === undefined ? [] : [dynamodb.NewImage],
      )
      await serve(images.map(itemOf))
    })
