import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { systemClock as clock, createIds } from '../../../lib/config/clock.ts'
import { type ConnectionId, connectionId, groupId, later, memberId } from '../../../lib/core/ids.ts'
import type { Credential, CredentialStore } from '../../../lib/core/ports/configuration.ts'
import type { ScimRequest, ScimResponse } from '../../../lib/scim/exchange.ts'
import { createScimService } from '../../../lib/scim/service.ts'
import { createDocumentClient } from '../../../lib/store/client.ts'
import { createCredentialStore } from '../../../lib/store/credentials.ts'
import { createDirectory } from '../../../lib/store/directory.ts'
import { createTable } from '../../../lib/store/table-client.ts'
import { createMemoryDirectory } from '../../support/memory-directory.ts'
import { openEmbedded } from './embedded.ts'
import { credentialOf, oursItems } from './ours-items.ts'
import { few, groupsOf, idOf, many, membersOf, person, seededAt, today, type World } from './people.ts'
import { tableName } from './rows.ts'
import type { Below, Meter, Side } from './side.ts'

type Serve = (request: ScimRequest) => Promise<ScimResponse>

/** Our service provider behind a bare HTTP server: what the deployed function does between its event and its answer. */
export const openOurs = async (world: World, below: Below, meter: Meter): Promise<Side> => {
  const serve = below === 'memory' ? await overMemory(world) : await overDynamoDb(world, meter)
  return {
    listener: (request, response) => {
      answer(serve, request, response).catch((error: unknown) => {
        console.error(error)
        response.destroy()
      })
    },
  }
}

/** As functions/scim.ts: one client, and a table with a time limit of its own for each request. */
const overDynamoDb = async (world: World, meter: Meter): Promise<Serve> => {
  const client = await openEmbedded(oursItems(world), createDocumentClient)
  const ids = createIds()
  const onCapacity = (units: number): void => {
    meter.units += units
  }
  return (request) => {
    const now = clock.now()
    const limit = { patientUntil: later(now, 5), until: later(now, 23) }
    const table = createTable({
      client,
      name: tableName,
      clock,
      ids,
      limit,
      ...(meter.on ? { onCapacity } : {}),
    })
    const credentials = createCredentialStore(table)
    return createScimService({ directory: createDirectory(table), credentials, clock })(request)
  }
}

const memoryCredentials = (): CredentialStore => {
  const all = new Map<string, Credential>()
  for (const connection of [few, many]) {
    const credential = credentialOf(connection)
    all.set(`${connection} ${credential.id}`, { ...credential, lastUsed: today() })
  }
  return {
    credential: async (connection, id) => all.get(`${connection} ${id}`),
    credentials: async (connection) => [...all.values()].filter((one) => one.connection === connection),
    saveCredential: async (credential) =>
      void all.set(`${credential.connection} ${credential.id}`, credential),
    markUsed: async () => undefined,
  }
}

const overMemory = async (world: World): Promise<Serve> => {
  let nextId: string | undefined
  const { directory } = createMemoryDirectory({ uuid: () => nextId ?? randomUUID() })
  const stampFor = (connection: ConnectionId) => ({
    connection,
    actor: { kind: 'credential' as const, label: 'bench' },
    requestId: 'seed',
    at: seededAt,
  })
  for (const [connection, count] of [[few, world.few] as const, [many, world.users + world.extra] as const])
    for (let n = 0; n < count; n += 1) {
      nextId = memberId(idOf('user', n))
      await directory.createMember(stampFor(connection), person(n))
    }
  for (const { connection, id, name: displayName, size } of groupsOf(world)) {
    nextId = groupId(id)
    await directory.createGroup(
      stampFor(connection),
      { displayName, attributes: {} },
      membersOf(size).map(memberId),
    )
  }
  nextId = undefined
  return createScimService({ directory, credentials: memoryCredentials(), clock })
}

const bodyOf = async (request: IncomingMessage): Promise<Uint8Array | undefined> => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return chunks.length === 0 ? undefined : Buffer.concat(chunks)
}

const answer = async (serve: Serve, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const url = new URL(request.url ?? '/', `http://${request.headers.host ?? 'localhost'}`)
  const [, connection = '', path = ''] = /^\/([^/]*)\/scim\/v2(\/.*)?$/.exec(url.pathname) ?? []
  const { status, headers, body } = await serve({
    connection: connectionId(connection),
    baseUrl: `${url.origin}/${connection}/scim/v2`,
    method: request.method ?? 'GET',
    path,
    query: url.searchParams,
    headers: request.headers as Readonly<Record<string, string>>,
    body: await bodyOf(request),
    requestId: randomUUID(),
  })
  response.writeHead(
    status,
    body === undefined ? { ...headers } : { ...headers, 'content-length': Buffer.byteLength(body) },
  )
  response.end(body)
}
