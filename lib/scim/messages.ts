import { ConnectorError } from '../core/errors.ts'
import type { Attributes } from '../core/member.ts'
import { isList } from './body.ts'
import { read } from './json.ts'
import type { Note } from './quirks.ts'
import type { ResourceSchema } from './schema.ts'

export const listUrn = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'
export const patchUrn = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** Entra ID adds it to every group it creates. */
const microsoftGroupUrn = 'http://schemas.microsoft.com/2006/11/resourcemanagement/adscim/2.0/group'

const invalid = (rule: string): ConnectorError =>
  new ConnectorError('invalidSyntax', `schemas: ${rule}`, { field: 'schemas' })

const sentSchemas = (body: Attributes): readonly string[] => {
  const sent = read(body, 'schemas')
  if (!isList(sent) || sent.length === 0)
    throw invalid('must be a list of at least one schema URN (RFC 7643 §3)')
  const folded = sent.map((each) => {
    if (typeof each !== 'string') throw invalid('must hold schema URNs as texts')
    return each.toLowerCase()
  })
  if (new Set(folded).size < folded.length) throw invalid('names a schema twice')
  return folded
}

/** `schemas` of a resource: the core schema, and extensions that are known or that come with a value. */
export const checkResourceSchemas = (schema: ResourceSchema, body: Attributes, note: Note): void => {
  const sent = sentSchemas(body)
  if (!sent.includes(schema.urn.toLowerCase())) throw invalid(`must name ${schema.urn}`)
  const used = new Set(Object.keys(body).map((name) => name.toLowerCase()))
  for (const urn of sent) {
    if (urn === schema.urn.toLowerCase() || schema.extensions.has(urn)) continue
    if (urn === microsoftGroupUrn) note('microsoftSchema')
    else if (!urn.startsWith('urn:') || !used.has(urn))
      throw invalid('names a schema that is neither known here nor used in the resource')
  }
}

/** `schemas` of a message: exactly this one. */
export const checkMessageSchema = (urn: string, body: Attributes): void => {
  const sent = sentSchemas(body)
  if (sent.length !== 1 || sent[0] !== urn.toLowerCase()) throw invalid(`must be exactly ["${urn}"]`)
}
