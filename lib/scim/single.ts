import { ConnectorError } from '../core/errors.ts'
import type { Answer, Exchange, Operation } from './exchange.ts'
import { checkIfMatch, isUnchanged } from './preconditions.ts'
import { project, projectionOf } from './projection.ts'
import { lastAttempt } from './quirks.ts'
import type { ResourceVerbs, Stored, Written } from './resource-type.ts'
import { locationOf, versionTag } from './resources.ts'
import { untilWritten } from './retry.ts'

/** The operations on one resource (RFC 7644 §3.2), for a type of any stored form. */
export type SingleOperations = {
  readonly create: Operation
  readonly read: Operation
  readonly replace: Operation
  readonly patch: Operation
  readonly remove: Operation
}

export const singleOperations = <S extends Stored>(verbs: ResourceVerbs<S>): SingleOperations => {
  const { schema } = verbs

  const existing = async (exchange: Exchange, id: string): Promise<S> => {
    const stored = await verbs.read(exchange, id)
    if (stored === undefined) throw new ConnectorError('notFound', `no ${schema.name} has this id`)
    return stored
  }

  const headersOf = ({ request }: Exchange, stored: S): Readonly<Record<string, string>> => ({
    etag: versionTag(stored),
    location: locationOf(request.baseUrl, schema, stored.id),
  })

  const answer = async (
    exchange: Exchange,
    status: number,
    stored: S,
    render = verbs.render,
  ): Promise<Answer> => {
    const projection = projectionOf(schema, exchange.request.query)
    const [resource] = await render(exchange, [stored], projection)
    const headers = headersOf(exchange, stored)
    return {
      status,
      // RFC 7643 §3.1: `meta.location` and Content-Location are one address.
      headers: { ...headers, 'content-location': headers.location ?? '' },
      body: JSON.stringify(
        resource === undefined ? {} : project(schema, projection, verbs.answerable?.(resource) ?? resource),
      ),
    }
  }

  const change = async <T>(
    exchange: Exchange,
    id: string,
    prepare: (exchange: Exchange) => (before: S) => Promise<Written<T>>,
  ): Promise<T> => {
    const notes = lastAttempt(exchange.note)
    const attempt = prepare({ ...exchange, note: notes.note })
    try {
      return await untilWritten(exchange.clock, async () => {
        notes.begin()
        const before = await existing(exchange, id)
        checkIfMatch(exchange.request, before)
        return attempt(before)
      })
    } finally {
      notes.end()
    }
  }

  return {
    create: async (exchange) => {
      // What the client cannot be answered with is refused before anything is written.
      projectionOf(schema, exchange.request.query)
      const created = await untilWritten(exchange.clock, verbs.create(exchange))
      return answer(exchange, 201, created, verbs.renderCreated)
    },
    read: async (exchange, id) => {
      const stored = await existing(exchange, id)
      const unchanged = isUnchanged(exchange.request, stored)
      const [answered] = await Promise.all([
        unchanged ? { status: 304, headers: headersOf(exchange, stored) } : answer(exchange, 200, stored),
        verbs.asked?.(exchange, stored),
      ])
      return answered
    },
    replace: async (exchange, id) => {
      projectionOf(schema, exchange.request.query)
      return answer(exchange, 200, await change(exchange, id, verbs.replace))
    },
    patch: async (exchange, id) => {
      const projection = projectionOf(schema, exchange.request.query)
      const stored = await change(exchange, id, verbs.patch)
      return verbs.patchesSilently && projection.kind !== 'only'
        ? { status: 204, headers: headersOf(exchange, stored) }
        : answer(exchange, 200, stored)
    },
    remove: async (exchange, id) => {
      await change(exchange, id, (own) => (before) => verbs.remove(own, before))
      return { status: 204 }
    },
  }
}
