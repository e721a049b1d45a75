import type { EventType, OperatorEvent } from '../core/events.ts'

type EventOf<Type extends EventType> = Extract<OperatorEvent, { readonly type: Type }>
type FieldOf<Type extends EventType> = Exclude<keyof EventOf<Type>, 'type' | 'at'>

/** What of an event leaves the house. Named field by field, so that nothing goes out because somebody added it inside. */
const outside: { readonly [Type in EventType]: readonly FieldOf<Type>[] } = {
  'plan.held': ['community', 'digest', 'changes', 'reasons'],
  'hold.decided': ['community', 'digest', 'decision', 'changes'],
  'change.applied': ['community', 'change', 'kind', 'person', 'account', 'rolesBefore', 'rolesAfter'],
  'change.failed': ['community', 'change', 'code'],
  'run.failed': ['community', 'code'],
  'credential.expiring': ['community', 'expiresAt'],
  'access.remains': ['community', 'change', 'communities'],
  'drift.found': ['community', 'count'],
  'drift.flapping': ['community', 'change', 'corrections'],
  'departure.overdue': ['community', 'count', 'since'],
  'problem.found': ['community', 'kind', 'count'],
  'community.quarantined': ['community', 'cause'],
  'community.released': ['community'],
  'members.unmentioned': ['connection', 'count', 'examples'],
  'certificate.trusted': ['connection', 'fingerprint'],
  'certificate.gone': ['connection', 'fingerprint', 'until'],
  'certificate.revoked': ['connection', 'fingerprint'],
  'metadata.failed': ['connection', 'code'],
}
export const dataFields: Readonly<Record<EventType, readonly string[]>> = outside

/** RFC 9967, by the kind of the change: where what happened to an account is what the RFC has an event for, and nowhere else. */
export const scimEvents: Readonly<Record<string, string>> = {
  invite: 'urn:ietf:params:scim:event:prov:create:notice',
  adopt: 'urn:ietf:params:scim:event:feed:add',
  grant: 'urn:ietf:params:scim:event:prov:patch:notice',
  revoke: 'urn:ietf:params:scim:event:prov:patch:notice',
  suspend: 'urn:ietf:params:scim:event:prov:deactivate',
  resume: 'urn:ietf:params:scim:event:prov:activate',
  remove: 'urn:ietf:params:scim:event:prov:delete',
}

/** CloudEvents 1.0, structured JSON. */
export type CloudEvent = {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: string
  readonly subject: string
  readonly time: string
  readonly datacontenttype: 'application/json'
  readonly scimevent?: string
  readonly data: Readonly<Record<string, unknown>>
}

/** Fields may be added to a version. What would break a receiver is a new one, and comes under a new name. */
export const cloudEventType = (type: EventType): string => `rolecall.${type}.v1`
export const cloudEventSource = (instance: string): string => `urn:rolecall:${instance}`

const dataOf = (event: OperatorEvent): Readonly<Record<string, unknown>> => {
  const fields: Readonly<Record<string, unknown>> = { ...event }
  return Object.fromEntries(
    dataFields[event.type].flatMap((name) => (fields[name] === undefined ? [] : [[name, fields[name]]])),
  )
}

export const cloudEventOf = (source: string, id: string, event: OperatorEvent): CloudEvent => {
  const scimevent = event.type === 'change.applied' ? scimEvents[event.kind] : undefined
  return {
    specversion: '1.0',
    id,
    source,
    type: cloudEventType(event.type),
    subject: 'community' in event ? `community/${event.community}` : `connection/${event.connection}`,
    time: event.at,
    datacontenttype: 'application/json',
    ...(scimevent === undefined ? {} : { scimevent }),
    data: dataOf(event),
  }
}
