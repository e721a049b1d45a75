import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { expect } from 'vitest'
import { createIds, systemClock } from '../../../lib/config/clock.ts'
import { connectionId, type Instant } from '../../../lib/core/ids.ts'
import type { Credential, CredentialStore, Scope } from '../../../lib/core/ports/configuration.ts'
import type { Directory } from '../../../lib/core/ports/directory.ts'
import { createCredentialStore } from '../../../lib/store/credentials.ts'
import { createDirectory } from '../../../lib/store/directory.ts'
import { createTable } from '../../../lib/store/table-client.ts'
import { madeCredential } from '../../support/credentials.ts'
import { loadFunction } from '../../support/functions.ts'
import { openTestTable, type TestTable } from '../../support/table.ts'

export type Json = { readonly [name: string]: Value }
type Value = string | number | boolean | null | undefined | readonly Value[] | Json

export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Parsed; an empty object when there is none. */
  readonly body: Json
  readonly text: string
}
export type Sent = {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly raw?: Buffer
  readonly headers?: Readonly<Record<string, string>>
  readonly connection?: string
  readonly token?: string | undefined
}
export type Scim = {
  readonly table: TestTable
  readonly directory: Directory
  readonly credentials: CredentialStore
  readonly token: string
  readonly send: (sent: Sent) => Promise<Reply>
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Reply>
  readonly post: (path: string, body: unknown) => Promise<Reply>
  readonly put: (path: string, body: unknown) => Promise<Reply>
  readonly patch: (path: string, ...operations: readonly object[]) => Promise<Reply>
  readonly remove: (path: string) => Promise<Reply>
  readonly credential: (options: {
    readonly connection?: string
    readonly scope?: Scope
    readonly token?: string
    readonly expiresAt?: Instant
  }) => Promise<{ readonly token: string; readonly credential: Credential }>
  readonly close: () => Promise<void>
}

type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>

/** As API Gateway does it: every type that is not text by its list arrives in base64, `application/scim+json` among them. */
const eventOf = (sent: Sent, token: string | undefined): APIGatewayProxyEventV2 => {
  const [path = '', query = ''] = sent.path.split('?')
  const rawPath = `/${sent.connection ?? 'acme'}/scim/v2${path}`
  const bytes = sent.raw ?? (sent.body === undefined ? undefined : Buffer.from(JSON.stringify(sent.body)))
  const headers: Record<string, string> = {
    host: 'scim.example.test',
    ...(bytes === undefined ? {} : { 'content-type': 'application/scim+json' }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...sent.headers,
  }
  const isText = headers['content-type']?.startsWith('application/json') === true
  return {
    version: '2.0',
    routeKey: 'ANY /{connection}/scim/{proxy+}',
    rawPath,
    rawQueryString: query,
    headers,
    requestContext: {
      accountId: '000000000000',
      apiId: 'test',
      domainName: 'scim.example.test',
      domainPrefix: 'scim',
      http: {
        method: sent.method,
        path: rawPath,
        protocol: 'HTTP/1.1',
        sourceIp: '192.0.2.1',
        userAgent: 'test',
      },
      requestId: `request-${Math.random()}`,
      routeKey: 'ANY /{connection}/scim/{proxy+}',
      stage: '$default',
      time: '12/Mar/2026:19:03:58 +0000',
      timeEpoch: Date.now(),
    },
    ...(bytes === undefined ? {} : { body: bytes.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: bytes !== undefined && !isText,
  }
}

const context = { getRemainingTimeInMillis: () => 29_000, functionName: 'scim' } as Context

const replyOf = (result: APIGatewayProxyStructuredResultV2): Reply => {
  const text = result.body ?? ''
  return {
    status: result.statusCode ?? 0,
    headers: result.headers as Record<string, string>,
    body: text === '' ? {} : JSON.parse(text),
    text,
  }
}

/** The handler as it is deployed, on an empty table of its own; one per test file, because a function reads its environment once. */

export const openScim = async (logLevel = 'ERROR'): Promise<Scim> => {
  const testTable = await openTestTable()
  Object.assign(process.env, {
    TABLE_NAME: testTable.name,
    DYNAMODB_ENDPOINT: testTable.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    POWERTOOLS_METRICS_DISABLED: 'true',
    LOG_LEVEL: logLevel,
  })
  const handler = await loadFunction<Handler>('scim')
  const table = createTable({
    client: testTable.client,
    name: testTable.name,
    clock: systemClock,
    ids: createIds(),
  })
  const credentials = createCredentialStore(table)
  const credential: Scim['credential'] = ({ connection = 'acme', scope = 'scim', ...more }) =>
    madeCredential(credentials, { connection: connectionId(connection), scope, ...more })
  const { token } = await credential({})
  const send = async (sent: Sent): Promise<Reply> =>
    replyOf(await handler(eventOf(sent, 'token' in sent ? sent.token : token), context))
  return {
    table: testTable,
    directory: createDirectory(table),
    credentials,
    token,
    credential,
    send,
    get: (path, headers) => send({ method: 'GET', path, ...(headers && { headers }) }),
    post: (path, body) => send({ method: 'POST', path, body }),
    put: (path, body) => send({ method: 'PUT', path, body }),
    patch: (path, ...operations) =>
      send({
        method: 'PATCH',
        path,
        body: { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations },
      }),
    remove: (path) => send({ method: 'DELETE', path }),
    close: testTable.close,
  }
}

export const userUrn = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const groupUrn = 'urn:ietf:params:scim:schemas:core:2.0:Group'
export const enterpriseUrn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
export const listUrn = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'
export const errorUrn = 'urn:ietf:params:scim:api:messages:2.0:Error'

export const user = (userName: string, more: object = {}): object => ({
  schemas: [userUrn],
  userName,
  ...more,
})
export const group = (displayName: string, members: readonly string[] = []): object => ({
  schemas: [groupUrn],
  displayName,
  members: members.map((value) => ({ value })),
})
export const idOf = (reply: Reply): string => String(reply.body.id)
export const filterOf = (filter: string): string => `filter=${encodeURIComponent(filter)}`

/** The ids of a list that holds everything its filter finds on one page. */
export const foundBy = async (
  { get }: Pick<Scim, 'get'>,
  type: 'Users' | 'Groups',
  filter: string,
): Promise<readonly string[]> => {
  const { status, body } = await get(`/${type}?${filterOf(filter)}`)
  expect({ filter, status }).toEqual({ filter, status: 200 })
  const { totalResults, Resources } = body as never as {
    readonly totalResults: number
    readonly Resources: readonly { readonly id: string }[]
  }
  expect(totalResults).toBe(Resources.length)
  return Resources.map(({ id }) => id)
}
