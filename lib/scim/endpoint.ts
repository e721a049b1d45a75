import type { Actor } from '../core/audit.ts'
import { ConnectorError } from '../core/errors.ts'
import type { GroupId } from '../core/ids.ts'
import type { Attributes } from '../core/member.ts'
import type { AccessReads } from '../core/ports/access.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Directory, DirectoryMentions } from '../core/ports/directory.ts'
import { parseBody } from './body.ts'
import { errorAnswer } from './errors.ts'
import type { Answer, Asked, Exchange, Observed, ScimRequest, ScimResponse } from './exchange.ts'
import { groups } from './groups/groups.ts'
import { createCursors } from './lists/cursors.ts'
import { checkBody, mediaType } from './media-type.ts'
import { createMentioned } from './mentioned.ts'
import type { Quirk } from './quirks.ts'
import type { ResourceType } from './resource-type.ts'
import { createRoutes, type Route } from './routes.ts'
import { users } from './users/users.ts'

export type EndpointDeps = {
  readonly directory: Directory
  readonly clock: Clock
  /** Tells how members stand on the platforms. */
  readonly access?: AccessReads
  /** Keeps when the client last spoke of somebody. */
  readonly mentions?: DirectoryMentions
  /** What is served, in the order of lists over all of them; Users and Groups by default. */
  readonly resourceTypes?: readonly ResourceType[]
}

/** Who asks. `secret`: what only they and we know something of; cursors are sealed with it. */
export type Caller = { readonly actor: Actor; readonly secret: string }

/** Answers a request whose sender is known. Never throws: whatever goes wrong below is a SCIM error (RFC 7644 §3.12). */
export type ScimEndpoint = (request: ScimRequest, caller: Caller) => Promise<ScimResponse>

// A function makes an endpoint per request; this stays.
const ownRoutes = createRoutes([users, groups])

export const createScimEndpoint = (deps: EndpointDeps): ScimEndpoint => {
  const { directory, clock, access, mentions, resourceTypes } = deps
  const routes = resourceTypes === undefined ? ownRoutes : createRoutes(resourceTypes)
  return async (request, { actor, secret }) => {
    const { connection, requestId, baseUrl, body } = request
    const route = routes(request.method, request.path)
    const { observed, noteUnnoted, ...notes } = observation(route)
    try {
      const exchange: Omit<Exchange, 'perform'> = {
        request: { ...asked(request), connection, baseUrl },
        stamp: { connection, actor, requestId, at: clock.now() },
        ...notes,
        directory,
        clock,
        ...(access === undefined ? {} : { access }),
        mentioned: createMentioned(mentions, clock.now(), noteUnnoted),
        cursors: createCursors(clock, { connection, secret }),
        body: once(() => parseBody(body)),
        bodySize: body?.length ?? 0,
      }
      if (route.kind === 'operation') checkBody(request)
      const answer = await carriedOut(withParts(exchange, routes), route)
      const { error } = answer
      return responseTo(request, answer, {
        ...observed(),
        ...(error === undefined ? {} : { code: 'internal', error }),
      })
    } catch (error) {
      const allow = route.kind === 'methodNotAllowed' ? { allow: route.allow } : {}
      return failure(request, error, observed(), allow)
    }
  }
}

const asked = ({ method, path, query, headers }: ScimRequest): Asked => ({ method, path, query, headers })

const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** What is counted on the way of one request. */
const observation = (route: Route) => {
  const quirks: Partial<Record<Quirk, number>> = {}
  const groupCycles = new Set<GroupId>()
  let unnotedMentions = 0
  return {
    noteUnnoted: (): void => {
      unnotedMentions += 1
    },
    note: (quirk: Quirk): void => {
      quirks[quirk] = (quirks[quirk] ?? 0) + 1
    },
    noteCycles: (found: readonly GroupId[]): void => {
      for (const group of found) groupCycles.add(group)
    },
    observed: (): Observed => ({
      operation: route.kind === 'unknown' ? 'unknown' : route.name,
      quirks,
      ...(groupCycles.size === 0 ? {} : { groupCycles: [...groupCycles] }),
      ...(unnotedMentions === 0 ? {} : { unnotedMentions }),
    }),
  }
}

/** An exchange that can carry out further operations within the same request. */
const withParts = (
  exchange: Omit<Exchange, 'perform'>,
  routes: (method: string, path: string) => Route,
): Exchange => ({
  ...exchange,
  perform: (part, body) => {
    const { connection, baseUrl } = exchange.request
    const { stamp } = exchange
    const inner = {
      ...exchange,
      stamp: part.part === undefined ? stamp : { ...stamp, requestId: `${stamp.requestId}.${part.part}` },
      request: { ...part, connection, baseUrl },
      body: () => sent(body),
      bodySize: 0,
    }
    return carriedOut(withParts(inner, routes), routes(part.method, part.path))
  },
})

const sent = (body: Attributes | undefined): Attributes => {
  if (body === undefined) throw new ConnectorError('invalidSyntax', 'the operation needs data')
  return body
}

const carriedOut = async (exchange: Exchange, route: Route): Promise<Answer> => {
  switch (route.kind) {
    case 'unknown':
      throw new ConnectorError('notFound', 'no such endpoint')
    case 'methodNotAllowed':
      throw new ConnectorError('methodNotAllowed', `allowed here: ${route.allow}`)
    case 'operation':
      return route.operation(exchange, route.id)
  }
}

export const responseTo = (request: ScimRequest, answer: Answer, observed: Observed): ScimResponse => {
  const body = request.method === 'HEAD' ? undefined : answer.body
  return {
    status: answer.status,
    headers: {
      ...(answer.body === undefined ? {} : { 'content-type': mediaType(request.headers.accept) }),
      // Personal data: no cache on the way keeps it.
      'cache-control': 'no-store',
      'x-request-id': request.requestId,
      ...answer.headers,
    },
    ...(body === undefined ? {} : { body }),
    observed,
  }
}

/** Any error as the response the client gets. */
export const failure = (
  request: ScimRequest,
  error: unknown,
  observed: Observed,
  headers: Readonly<Record<string, string>> = {},
): ScimResponse => {
  const { code, status, body, headers: own } = errorAnswer(error)
  return responseTo(
    request,
    { status, body, headers: { ...own, ...headers } },
    { ...observed, code, ...(code === 'internal' ? { error } : {}) },
  )
}
