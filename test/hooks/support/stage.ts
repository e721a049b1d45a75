import { randomUUID } from 'node:crypto'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { createIds, systemClock } from '../../../lib/config/clock.ts'
import { connectionId, type GroupId, type Instant } from '../../../lib/core/ids.ts'
import type { Member } from '../../../lib/core/member.ts'
import type { Credential, CredentialStore, Scope } from '../../../lib/core/ports/configuration.ts'
import type { Directory, MemberDraft } from '../../../lib/core/ports/directory.ts'
import { createConfigurationStore } from '../../../lib/store/configuration.ts'
import { createCredentialStore } from '../../../lib/store/credentials.ts'
import { createDirectory } from '../../../lib/store/directory.ts'
import { createTable, type Table } from '../../../lib/store/table-client.ts'
import { madeCredential } from '../../support/credentials.ts'
import { loadFunction } from '../../support/functions.ts'
import { openTestTable, type TestTable } from '../../support/table.ts'

export const acme = connectionId('acme')
export const host = 'roles.example.test'

export type Called = {
  readonly path: string
  readonly body?: unknown
  readonly raw?: Buffer
  readonly method?: string
  readonly authorization?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
}
export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
  readonly text: string
}
export type HookStage = {
  readonly test: TestTable
  readonly table: Table
  readonly directory: Directory
  readonly credentials: CredentialStore
  /** The `hooks`-scoped credential of the connection. */
  readonly token: string
  readonly call: (called: Called) => Promise<Reply>
  readonly credential: (options: {
    readonly connection?: string
    readonly scope?: Scope
    readonly expiresAt?: Instant
  }) => Promise<{ readonly token: string; readonly credential: Credential }>
  readonly person: (userName: string, more?: Partial<MemberDraft>) => Promise<Member>
  readonly team: (displayName: string, ...members: readonly Member[]) => Promise<GroupId>
  readonly close: () => Promise<void>
}

type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>

/** API Gateway developer guide, payload format 2.0: `application/json` arrives as text. */
const eventOf = ({
  path,
  body,
  raw,
  method = 'POST',
  authorization,
  headers,
}: Called): APIGatewayProxyEventV2 => {
  const bytes = raw ?? (body === undefined ? undefined : Buffer.from(JSON.stringify(body)))
  const sent: Record<string, string> = {
    host,
    'x-forwarded-proto': 'https',
    ...(bytes === undefined ? {} : { 'content-type': 'application/json' }),
    ...(authorization === undefined ? {} : { authorization }),
    ...headers,
  }
  return {
    version: '2.0',
    routeKey: 'POST /{connection}/hooks/{hook}',
    rawPath: path,
    rawQueryString: '',
    headers: sent,
    requestContext: {
      accountId: '000000000000',
      apiId: 'test',
      domainName: host,
      domainPrefix: 'roles',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: `request-${randomUUID()}`,
      routeKey: 'POST /{connection}/hooks/{hook}',
      stage: '$default',
      time: '22/Nov/2026:19:03:58 +0000',
      timeEpoch: Date.now(),
    },
    ...(bytes === undefined ? {} : { body: bytes.toString('base64') }),
    isBase64Encoded: bytes !== undefined,
  }
}

const context = { getRemainingTimeInMillis: () => 10_000, functionName: 'hooks' } as Context

/** The handler as it is deployed, on an empty table of its own with this configuration. */
export const openHooks = async (
  configuration: string,
  variables: Record<string, string> = {},
): Promise<HookStage> => {
  const test = await openTestTable()
  const { DYNAMODB_ENDPOINT: elsewhere } = process.env
  Object.assign(process.env, {
    LOCAL: '1',
    LOG_LEVEL: 'SILENT',
    TABLE_NAME: test.name,
    DYNAMODB_ENDPOINT: test.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    POWERTOOLS_METRICS_DISABLED: 'true',
    ...variables,
  })
  const table = createTable({ client: test.client, name: test.name, clock: systemClock, ids: createIds() })
  await createConfigurationStore(table).push(configuration, 0, 'olive', 'first')
  const handler = await loadFunction<Handler>('hooks')
  // The next table is opened on an engine of its own again.
  if (elsewhere === undefined) delete process.env.DYNAMODB_ENDPOINT
  else process.env.DYNAMODB_ENDPOINT = elsewhere
  const credentials = createCredentialStore(table)
  const directory = createDirectory(table)
  const stamp = () => ({
    connection: acme,
    actor: { kind: 'credential', label: 'test' } as const,
    requestId: randomUUID(),
    at: systemClock.now(),
  })
  const credential: HookStage['credential'] = ({ connection = 'acme', scope = 'hooks', ...more }) =>
    madeCredential(credentials, { connection: connectionId(connection), scope, ...more })
  const { token } = await credential({})
  return {
    test,
    table,
    directory,
    credentials,
    token,
    credential,
    call: async (called) => {
      const authorized = 'authorization' in called ? called : { ...called, authorization: `Bearer ${token}` }
      const { statusCode = 0, headers = {}, body = '' } = await handler(eventOf(authorized), context)
      return {
        status: statusCode,
        headers: headers as Record<string, string>,
        body: JSON.parse(body),
        text: body,
      }
    },
    person: async (userName, more = {}) => {
      const written = await directory.createMember(stamp(), {
        userName,
        active: true,
        attributes: {},
        ...more,
      })
      if (written.kind !== 'written') throw new Error(written.kind)
      return written.member
    },
    team: async (displayName, ...members) => {
      const ids = members.map(({ id }) => id)
      const written = await directory.createGroup(stamp(), { displayName, attributes: {} }, ids)
      if (written.kind !== 'written') throw new Error(written.kind)
      return written.group.id
    },
    close: test.close,
  }
}
