import { randomUUID } from 'node:crypto'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { startQueue } from '../../../infra/local/queue.ts'
import { pemOf } from '../../../infra/local/simulators/idp/certificate.ts'
import { demoCommunity, demoKey } from '../../../infra/local/simulators/sekoia/demo.ts'
import { type Simulators, startSimulators } from '../../../infra/local/simulators/server.ts'
import { startStream } from '../../../infra/local/stream.ts'
import { createIds, systemClock } from '../../../lib/config/clock.ts'
import type { Stamp } from '../../../lib/core/audit.ts'
import { connectionId, instant, type MemberId } from '../../../lib/core/ids.ts'
import type { Member } from '../../../lib/core/member.ts'
import type { Directory } from '../../../lib/core/ports/directory.ts'
import type { TrustStore } from '../../../lib/core/ports/logins.ts'
import { fingerprintOf } from '../../../lib/saml/trust/certificates.ts'
import { ownKeysText } from '../../../lib/saml/trust/own-keys.ts'
import { createConfigurationStore } from '../../../lib/store/configuration.ts'
import { createDirectory } from '../../../lib/store/directory.ts'
import { createTable, type Table } from '../../../lib/store/table-client.ts'
import { createTrustStore } from '../../../lib/store/trust.ts'
import { loadFunction } from '../../support/functions.ts'
import {
  type KeyPair,
  nextKey,
  serviceKey,
  testIssuer,
  testSignOn,
  trustedKey,
} from '../../support/identity-provider.ts'
import { openTestTable, type TestTable } from '../../support/table.ts'

/** Everything of a login in one process: the handlers as they are deployed, the local engine, queue and stream, and the platforms' simulators. */
export type Stage = {
  readonly test: TestTable
  readonly table: Table
  readonly directory: Directory
  readonly trust: TrustStore
  readonly simulators: Simulators
  readonly send: (sent: Sent) => Promise<Reply>
  /** The worker does not run while it is on. */
  readonly rest: (resting: boolean) => void
  readonly person: (name: string, more?: Partial<PersonOptions>) => Promise<Member>
  readonly setActive: (member: Member, active: boolean) => Promise<void>
  readonly group: (displayName: string, members: readonly MemberId[]) => Promise<void>
  readonly believe: (connection: string, more?: Believing) => Promise<void>
  readonly quiet: () => Promise<void>
  readonly close: () => Promise<void>
}
export type Sent = {
  readonly method: string
  readonly path: string
  readonly form?: URLSearchParams | string
  readonly cookies?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}
export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly cookies: readonly string[]
  readonly text: string
  readonly requestId: string
}
type PersonOptions = { readonly externalId: string; readonly connection: string }
type Believing = {
  readonly keys?: readonly KeyPair[]
  readonly signOn?: { readonly redirect?: string; readonly post?: string }
  readonly wantsSignedRequests?: boolean
  readonly entityId?: string
}
type Handler = (event: unknown, context: Context) => Promise<unknown>
type HttpHandler = (
  event: APIGatewayProxyEventV2,
  context: Context,
) => Promise<APIGatewayProxyStructuredResultV2>

export const publicUrl = 'https://rolecall.example.test'
export const socLogin = 'https://soc.example.test/start?from=rolecall'
export const hostileRole = '<script>alert(1)</script>"\' onload=x &amp;'

/** `demo-soc` is the simulators' own; in `paper` nothing is ever written, so that what is wanted there waits. */
const yaml = (url: string): string => `
version: 1
connections:
  - id: demo
    domains: [demo.test]
    groups: { from: [scim, saml] }
    saml: { metadata: stored, wait: 10, returnTo: ["https://portal.example.test"], attributes: { department: department } }
  - id: hasty
    domains: [hasty.test]
    groups: { from: [saml] }
    saml: { metadata: stored, wait: 0 }
  - id: unasked
    domains: [demo.test]
    groups: { from: [scim, saml] }
    saml: { metadata: stored, wait: 10, idpInitiated: true }
  - id: keyed
    domains: [keyed.test]
    saml: { metadata: stored, keys: "env:SAML_KEYS", wait: 0 }
  - id: broken
    domains: [broken.test]
    saml: { metadata: stored, keys: "env:NO_KEYS", wait: 0 }
  - { id: plain, domains: [plain.test] }
communities:
  - id: demo-soc
    platform: sekoia
    tenant: ${demoCommunity}
    baseUrl: ${url}/sekoia
    loginUrl: ${socLogin}
    credentials: env:DEMO_SEKOIA_KEY
    requestsPerSecond: 50
    onDeparture: { then: suspend, removeAfter: 30d }
    safety: { protected: [held@demo.test] }
    roles:
      - { id: admin, builtin: Admin }
      - { id: analyst, builtin: Analyst }
      - { id: guest, builtin: Guest }
  - id: paper
    platform: sekoia
    tenant: 99999999-9999-4999-8999-999999999999
    baseUrl: https://api.sekoia.io
    loginUrl: https://paper.example.test/
    credentials: env:DEMO_SEKOIA_KEY
    mode: report
    onDeparture: { then: suspend, removeAfter: 30d }
    roles:
      - { id: hostile, custom: ${JSON.stringify(hostileRole)} }
      - { id: guest, builtin: Guest }
rules:
  - id: analysts
    when: { group: { equals: SOC-Analysts } }
    grant: [{ community: demo-soc, role: analyst }]
  - id: paper
    when: { group: { equals: Paper } }
    grant: [{ community: paper, role: hostile }]
  - id: mixed
    when: { group: { equals: Mixed } }
    grant: [{ community: paper, role: hostile }, { community: paper, role: guest }]
`

const eventOf = (sent: Sent, requestId: string): APIGatewayProxyEventV2 => {
  const [rawPath = '', rawQueryString = ''] = sent.path.split('?')
  const body = sent.form === undefined ? undefined : Buffer.from(String(sent.form)).toString('base64')
  const http = {
    method: sent.method,
    path: rawPath,
    protocol: 'HTTP/1.1',
    sourceIp: '192.0.2.1',
    userAgent: 'test',
  }
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: {
      host: 'rolecall.example.test',
      ...(body === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...sent.headers,
    },
    ...(sent.cookies === undefined || sent.cookies.length === 0 ? {} : { cookies: [...sent.cookies] }),
    requestContext: { http, requestId, domainName: 'rolecall.example.test' },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: body !== undefined,
  } as unknown as APIGatewayProxyEventV2
}

const context = { getRemainingTimeInMillis: () => 300_000, functionName: 'test' } as Context

const load = async (): Promise<
  Readonly<Record<'dispatch' | 'provision' | 'reconcile' | 'saml', Handler>>
> => {
  const [dispatch, provision, reconcile, saml] = await Promise.all([
    loadFunction<Handler>('dispatch'),
    loadFunction<Handler>('provision'),
    loadFunction<Handler>('reconcile'),
    loadFunction<Handler>('saml'),
  ])
  return { dispatch, provision, reconcile, saml }
}

const trusting = (trust: TrustStore) => {
  return async (connection: string, more: Believing = {}): Promise<void> => {
    const { keys = [trustedKey()], signOn = { redirect: testSignOn }, wantsSignedRequests = false } = more
    const at = systemClock.now()
    const before = await trust.identityProvider(connectionId(connection))
    await trust.saveIdentityProvider(
      {
        connection: connectionId(connection),
        actor: { kind: 'operator', label: 'olive' },
        requestId: randomUUID(),
        at,
      },
      {
        connection: connectionId(connection),
        entityId: more.entityId ?? testIssuer,
        signOn,
        wantsSignedRequests,
        certificates: keys.map(({ certificate }) => ({
          fingerprint: fingerprintOf(Buffer.from(certificate, 'base64')),
          certificate,
          since: at,
          notAfter: instant(Date.parse('2100-01-01')),
        })),
        readAt: at,
        edition: before?.edition ?? 0,
      },
      [],
    )
  }
}

const byScim = (connection: string): Stamp => ({
  connection: connectionId(connection),
  actor: { kind: 'credential', label: 'test' },
  requestId: randomUUID(),
  at: systemClock.now(),
})

const people = (
  directory: Directory,
  simulators: Simulators,
): Pick<Stage, 'person' | 'group' | 'setActive'> => ({
  person: async (name, { externalId = `persistent-${name}`, connection = 'demo' } = {}) => {
    const email = `${name}@demo.test`
    simulators.sekoia.edit({ kind: 'knownUser', email })
    const write = await directory.createMember(byScim(connection), {
      userName: email,
      externalId,
      active: true,
      attributes: {
        emails: [{ value: email, primary: true }],
        name: { givenName: name, familyName: 'Test' },
      },
    })
    if (write.kind !== 'written') throw new Error(`member not written: ${write.kind}`)
    return write.member
  },
  setActive: async (member, active) => {
    const { userName, externalId, attributes } = member
    const draft = { userName, ...(externalId === undefined ? {} : { externalId }), active, attributes }
    await directory.updateMember(byScim(member.connection), member, draft)
  },
  group: async (displayName, members) => {
    await directory.createGroup(byScim('demo'), { displayName, attributes: {} }, members)
  },
})

export const pemKeys = (...pairs: readonly KeyPair[]): string =>
  ownKeysText(pairs.map(({ privateKey, certificate }) => ({ privateKey, certificate: pemOf(certificate) })))

/** One per test file, because a function reads its environment once. */
export const openStage = async (logLevel = 'SILENT'): Promise<Stage> => {
  const test = await openTestTable()
  const simulators = await startSimulators({ port: 0 })
  let handlers: Awaited<ReturnType<typeof load>> | undefined
  let resting = false
  const invoke = async (name: string, event: unknown): Promise<unknown> =>
    resting && name === 'provision'
      ? { batchItemFailures: [] }
      : handlers?.[name as 'provision'](event, context)
  const queue = await startQueue({ invoke })
  Object.assign(process.env, {
    LOCAL: '1',
    LOG_LEVEL: logLevel,
    PUBLIC_URL: publicUrl,
    TABLE_NAME: test.name,
    DYNAMODB_ENDPOINT: test.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    POWERTOOLS_METRICS_DISABLED: String(logLevel === 'SILENT'),
    WAKE_QUEUE_URL: queue.queueUrl,
    SQS_ENDPOINT: queue.endpoint,
    DEMO_SEKOIA_KEY: demoKey,
    SAML_KEYS: pemKeys(serviceKey(), nextKey()),
  })
  handlers = await load()
  const serve = handlers.saml as HttpHandler
  const table = createTable({ client: test.client, name: test.name, clock: systemClock, ids: createIds() })
  await createConfigurationStore(table).push(yaml(simulators.url), 0, 'olive', 'first')
  const stream = test.engine && startStream(test.engine, { invoke })
  const directory = createDirectory(table)
  const trust = createTrustStore(table)
  return {
    test,
    table,
    directory,
    trust,
    simulators,
    send: async (sent) => {
      const requestId = `request-${randomUUID()}`
      const {
        statusCode = 0,
        headers = {},
        cookies = [],
        body = '',
      } = await serve(eventOf(sent, requestId), context)
      return { status: statusCode, headers: headers as Reply['headers'], cookies, text: body, requestId }
    },
    rest: (on) => {
      resting = on
    },
    ...people(directory, simulators),
    believe: trusting(trust),
    quiet: async () => {
      for (let calm = 0; calm < 6; ) {
        calm = (stream?.waiting() ?? 0) === 0 && queue.waiting() === 0 ? calm + 1 : 0
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
    close: async () => {
      await stream?.close()
      await queue.close()
      await simulators.close()
      await test.close()
    },
  }
}
