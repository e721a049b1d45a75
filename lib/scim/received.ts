import type { Attributes } from '../core/member.ts'
import type { Exchange } from './exchange.ts'
import { checkResourceSchemas } from './messages.ts'
import { normaliseResource } from './normalise.ts'
import { parsePatch } from './patch/message.ts'
import type { Operation } from './patch/operation.ts'
import type { ResourceSchema } from './schema.ts'
import { requireAttributes, validateResource } from './validate.ts'

/** What a POST or PUT asks for: the resource as it may be stored. `body`: where a part of it goes its own way. */
export const receivedResource = (
  schema: ResourceSchema,
  { note }: Exchange,
  body: Attributes,
): Attributes => {
  checkResourceSchemas(schema, body, note)
  const resource = validateResource(schema, normaliseResource(schema, body, note))
  requireAttributes(schema, resource)
  return resource
}

/** What a PATCH asks for. */
export const receivedOperations = (schema: ResourceSchema, { body, note }: Exchange): readonly Operation[] =>
  parsePatch(schema, body(), note)
