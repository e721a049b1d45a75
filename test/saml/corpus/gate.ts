import { createHash, randomUUID } from 'node:crypto'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { startQueue } from '../../../infra/local/queue.ts'
import { pemOf } from '../../../infra/local/simulators/idp/certificate.ts'
import { createIds, systemClock } from '../../../lib/config/clock.ts'
import type { AuditEntry } from '../../../lib/core/audit.ts'
import { connectionId, instant } from '../../../lib/core/ids.ts'
import type { Login } from '../../../lib/core/login.ts'
import { believe } from '../../../lib/saml/trust/believe.ts'
import { ownKeysText } from '../../../lib/saml/trust/own-keys.ts'
import { createConfigurationStore } from '../../../lib/store/configuration.ts'
import { auditPartition } from '../../../lib/store/keys.ts'
import { createLoginRequests } from '../../../lib/store/login-requests.ts'
import { createLoginStore } from '../../../lib/store/logins.ts'
import { recordOf } from '../../../lib/store/records.ts'
import { createTable, type Table } from '../../../lib/store/table-client.ts'
import { createTrustStore } from '../../../lib/store/trust.ts'
import { loadFunction } from '../../support/functions.ts'
import { nextKey, serviceKey, testIssuer, testMetadata, trustedKey } from '../../support/identity-provider.ts'
import { openTestTable } from '../../support/table.ts'
import { cookieValue } from './build.ts'
import { type ConnectionKind, connectionKinds, type Exchange, origin, type Post } from './case.ts'

/** The assertion consumer service as it is deployed, over the real engine, with a connection for each way to be set up. */
const certificatesOf = (kind: ConnectionKind) => {
  const [first, second] = [trustedKey().certificate, nextKey().certificate]
  switch (kind) {
    case 'rotating':
      return [
        { certificate: first, use: 'signing' },
        { certificate: second, use: 'signing' },
      ] as const
    case 'without-use':
      return [{ certificate: first }, { certificate: second }]
    case 'single':
    case 'initiated':
    case 'subject':
      return [{ certificate: first, use: 'signing' }] as const
  }
}

const more: Partial<Record<ConnectionKind, string>> = {
  initiated: ', idpInitiated: true',
  subject: ', subject: uid',
}
/** Whoever is let in is known afterwards: nobody is in a directory before. */
const yaml = `
version: 1
connections:
${connectionKinds
  .map(
    (kind) =>
      `  - { id: ${kind}, domains: [demo.test], groups: { from: [saml] }, saml: { metadata: stored, keys: "env:CORPUS_KEYS", createMembers: true, wait: 0${more[kind] ?? ''} } }`,
  )
  .join('\n')}
communities:
  - id: paper
    platform: sekoia
    tenant: 99999999-9999-4999-8999-999999999999
    baseUrl: https://api.sekoia.io
    credentials: env:CORPUS_KEYS
    mode: report
    onDeparture: { then: suspend, removeAfter: 30d }
    roles:
      - { id: admin, custom: Everything }
rules:
  - id: admins
    when: { group: { equals: SOC-Admins } }
    grant: [{ community: paper, role: admin }]
`

const trusting = async (table: Table): Promise<void> => {
  const trust = createTrustStore(table)
  const now = systemClock.now()
  for (const kind of connectionKinds) {
    const connection = connectionId(kind)
    const believed = await believe(testMetadata(certificatesOf(kind)), {
      connection: { id: connection },
      before: undefined,
      byHand: true,
      local: true,
      now,
    })
    if (believed.kind !== 'followed') throw new Error(`metadata of ${kind}: ${JSON.stringify(believed)}`)
    const actor = { kind: 'operator', label: 'olive' } as const
    const stamp = { connection, actor, requestId: randomUUID(), at: now }
    await trust.saveIdentityProvider(stamp, believed.provider, [])
  }
}

const eventOf = (post: Post, requestId: string): APIGatewayProxyEventV2 => {
  const form = post.raw ?? new URLSearchParams(post.form.map(([name, value]) => [name, value])).toString()
  const query = new URLSearchParams(post.query.map(([name, value]) => [name, value])).toString()
  const host = new URL(origin).host
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: post.path,
    rawQueryString: query,
    headers: { host, 'content-type': post.contentType },
    ...(post.cookies.length === 0 ? {} : { cookies: [...post.cookies] }),
    requestContext: {
      domainName: host,
      requestId,
      http: {
        method: post.method,
        path: post.path,
        protocol: 'HTTP/1.1',
        sourceIp: '192.0.2.1',
        userAgent: 'x',
      },
    },
    ...(post.method === 'GET' ? {} : { body: Buffer.from(form).toString('base64') }),
    isBase64Encoded: post.method !== 'GET',
  } as unknown as APIGatewayProxyEventV2
}

export type Outcome = {
  readonly status: number
  readonly page: string
  readonly headers: Readonly<Record<string, unknown>>
  /** Of the trail; undefined: it says nothing of a refusal. */
  readonly code: string | undefined
}
export type Gate = {
  readonly deliver: (connection: string, exchange: Exchange) => Promise<Outcome>
  readonly login: (connection: string, nameId: string) => Promise<Login | undefined>
  readonly logins: (connection: string) => Promise<readonly Login[]>
  /** Everything the table holds, as text: what must be in it nowhere can be looked for. */
  readonly everything: () => Promise<string>
  readonly close: () => Promise<void>
}

export const identityOf = (nameId: string): string =>
  createHash('sha256').update(`${testIssuer}\n${nameId}`).digest('hex')

const store = async (table: Table, { request }: Exchange): Promise<void> => {
  if (request === undefined) return
  const browser = createHash('sha256').update(cookieValue(request.handle)).digest('hex')
  await createLoginRequests(table).saveRequest({
    connection: connectionId(request.connection),
    id: request.id,
    handle: request.handle,
    browser,
    expiresAt: instant(Date.now() + (request.expired ? -1000 : 600_000)),
  })
}

/** The trail's latest: nobody else writes it. */
const codeOf = async (table: Table, connection: string, requestId: string): Promise<string | undefined> => {
  const pk = auditPartition('system', 'logins', connectionId(connection))
  const { items } = await table.query({ pk, forward: false, limit: 2 })
  const entries = items.map((item) => recordOf<AuditEntry>(item))
  const event = entries.find((entry) => entry.requestId === requestId)?.event
  return event?.kind === 'loginRefused' ? event.code : undefined
}

export const openGate = async (): Promise<Gate> => {
  const test = await openTestTable()
  const queue = await startQueue({ invoke: async () => ({ batchItemFailures: [] }) })
  const { privateKey, certificate } = serviceKey()
  Object.assign(process.env, {
    LOCAL: '1',
    LOG_LEVEL: 'SILENT',
    PUBLIC_URL: origin,
    TABLE_NAME: test.name,
    DYNAMODB_ENDPOINT: test.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    POWERTOOLS_METRICS_DISABLED: 'true',
    WAKE_QUEUE_URL: queue.queueUrl,
    SQS_ENDPOINT: queue.endpoint,
    CORPUS_KEYS: ownKeysText([{ privateKey, certificate: pemOf(certificate) }]),
  })
  const serve =
    await loadFunction<
      (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>
    >('saml')
  const context = { getRemainingTimeInMillis: () => 300_000, functionName: 'test' } as Context
  const table = createTable({ client: test.client, name: test.name, clock: systemClock, ids: createIds() })
  await createConfigurationStore(table).push(yaml, 0, 'olive', 'first')
  await trusting(table)
  const logins = createLoginStore(table)
  return {
    deliver: async (connection, exchange) => {
      await store(table, exchange)
      for (const post of exchange.earlier) await serve(eventOf(post, randomUUID()), context)
      const requestId = randomUUID()
      const {
        statusCode = 0,
        body = '',
        headers = {},
      } = await serve(eventOf(exchange.post, requestId), context)
      const code = await codeOf(table, connection, requestId)
      return { status: statusCode, page: body, headers, code }
    },
    login: async (connection, nameId) => {
      const member = await logins.linkedTo(connectionId(connection), identityOf(nameId))
      return member && logins.login(connectionId(connection), member)
    },
    logins: async (connection) => (await logins.scanLogins(connectionId(connection), 1000)).items,
    everything: async () => JSON.stringify(test.requests.map(({ body }) => body)),
    close: async () => {
      await queue.close()
      await test.close()
    },
  }
}
