import { randomUUID } from 'node:crypto'
import { ConnectorError } from '../../../lib/core/errors.ts'
import type { Attributes } from '../../../lib/core/member.ts'
import { record } from '../../../lib/scim/body.ts'
import type { SchemaDocument } from '../../../lib/scim/definitions.ts'
import { keepImmutable } from '../../../lib/scim/immutable.ts'
import { applyOperations } from '../../../lib/scim/patch/apply.ts'
import { receivedOperations, receivedResource } from '../../../lib/scim/received.ts'
import { type ResourceType, resourceType } from '../../../lib/scim/resource-type.ts'
import { compileSchema } from '../../../lib/scim/schema.ts'
import { requireAttributes } from '../../../lib/scim/validate.ts'

export const deviceUrn = 'urn:acme:params:scim:schemas:core:1.0:Device'
const warrantyUrn = 'urn:acme:params:scim:schemas:extension:warranty:1.0:Device'

const plain = { multiValued: false, required: false, mutability: 'readWrite', returned: 'default' } as const
const document: SchemaDocument = {
  id: deviceUrn,
  name: 'Device',
  description: 'A thing that is plugged in.',
  attributes: [
    {
      ...plain,
      name: 'serial',
      type: 'string',
      description: '',
      required: true,
      caseExact: true,
      mutability: 'immutable',
    },
    { ...plain, name: 'label', type: 'string', description: '' },
    // Of another type than a User's.
    { ...plain, name: 'active', type: 'integer', description: 'Since how many days.' },
    { ...plain, name: 'firmware', type: 'string', description: '', returned: 'request' },
    {
      ...plain,
      name: 'ports',
      type: 'complex',
      multiValued: true,
      description: '',
      subAttributes: [
        { ...plain, name: 'value', type: 'string', description: '' },
        { ...plain, name: 'speed', type: 'integer', description: '' },
      ],
    },
  ],
}
const warranty: SchemaDocument = {
  id: warrantyUrn,
  name: 'Warranty',
  description: '',
  attributes: [{ ...plain, name: 'until', type: 'dateTime', description: '' }],
}

type Device = { readonly id: string; readonly version: number; readonly own: Attributes }

/** A resource type of a test: nothing in the pipeline knows of it. Its rows are a map. */
export const createDevices = (onScan: () => void = () => undefined): ResourceType => {
  const schema = compileSchema('/Devices', document, [warranty])
  const rows = new Map<string, Device>()
  const inOrder = (): readonly Device[] => [...rows.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const put = (id: string, version: number, own: Attributes): Device => {
    const taken = [...rows.values()].some((each) => each.id !== id && each.own.serial === own.serial)
    if (taken) throw new ConnectorError('uniqueness', 'serial: is in use', { field: 'serial' })
    const device = { id, version, own }
    rows.set(id, device)
    return device
  }
  return resourceType<Device>({
    schema,
    lookups: new Map([
      ['serial', async (_, value) => [...rows.values()].filter(({ own }) => own.serial === value)],
    ]),
    read: async (_, id) => rows.get(id),
    scan: async (_, limit, after = '') => {
      onScan()
      const ahead = inOrder().filter(({ id }) => id > after)
      const items = ahead.slice(0, limit)
      const last = items.at(-1)
      return { items, ...(ahead.length > limit && last !== undefined ? { next: last.id } : {}) }
    },
    render: async ({ request }, stored) =>
      stored.map(({ id, version, own }) =>
        record({
          schemas: [deviceUrn, ...Object.keys(own).filter((name) => name.startsWith('urn:'))],
          id,
          ...own,
          meta: record({
            resourceType: 'Device',
            location: `${request.baseUrl}/Devices/${id}`,
            version: `W/"${version}"`,
          }),
        }),
      ),
    create: (exchange) => {
      const own = receivedResource(schema, exchange, exchange.body())
      return async () => put(randomUUID(), 1, own)
    },
    replace: (exchange) => {
      const own = receivedResource(schema, exchange, exchange.body())
      return async (before) => put(before.id, before.version + 1, keepImmutable(schema, before.own, own))
    },
    patch: (exchange) => {
      const operations = receivedOperations(schema, exchange)
      return async (before) => {
        const own = applyOperations(before.own, operations, exchange.note)
        requireAttributes(schema, own)
        return put(before.id, before.version + 1, own)
      }
    },
    remove: async (_, before) => rows.delete(before.id),
  })
}
