import { randomUUID } from 'node:crypto'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { createIds, systemClock } from '../../lib/config/clock.ts'
import type { Stamp } from '../../lib/core/audit.ts'
import { connectionId, instant } from '../../lib/core/ids.ts'
import type { Member } from '../../lib/core/member.ts'
import type { Scope } from '../../lib/core/ports/configuration.ts'
import type { Directory, MemberDraft } from '../../lib/core/ports/directory.ts'
import { fingerprintOf } from '../../lib/saml/trust/certificates.ts'
import { createCredential } from '../../lib/scim/tokens.ts'
import { createConfigurationStore } from '../../lib/store/configuration.ts'
import { createCredentialStore } from '../../lib/store/credentials.ts'
import { createDirectory } from '../../lib/store/directory.ts'
import { createTable, type Table } from '../../lib/store/table-client.ts'
import { createTrustStore } from '../../lib/store/trust.ts'
import { loadFunction } from '../support/functions.ts'
import { testIssuer, testSignOn, trustedKey } from '../support/identity-provider.ts'
import { openTestTable, type TestTable } from '../support/table.ts'

export const acme = connectionId('acme')
export const publicUrl = 'https://roles.example.test'
export const acs = `${publicUrl}/acme/saml/acs`
export const audience = `${publicUrl}/acme/saml/metadata`

export const yaml = (rules: string, saml = ''): string => `version: 1
connections:
  - id: acme
    domains: [acme.test]
    groups: { from: [scim, saml] }
    saml: { metadata: stored, attributes: { department: dept }${saml} }
  - { id: plain, domains: [plain.test] }
communities:
  - id: soc
    platform: sekoia
    tenant: 11111111-1111-4111-8111-111111111111
    baseUrl: https://api.sekoia.io
    credentials: ssm:/rolecall/soc
    onDeparture: { then: suspend, removeAfter: 30d }
    roles:
      - { id: tier1, custom: SOC tier 1, description: Triage of alerts, permissions: [SIC_READ_ALERTS] }
      - { id: analyst, builtin: Analyst }
      - { id: guest, builtin: Guest }
rules:
${rules}`

export const rules = `  - { id: analysts, when: { group: { equals: SOC-Analysts } }, grant: [{ community: soc, role: analyst }] }
  - { id: triage, when: { group: { anyOf: [SOC-Tier1, Triage] } }, grant: [{ community: soc, role: tier1 }] }
  - { id: audit, when: { attribute: department, equals: Audit }, grant: [{ community: soc, role: guest }] }
  - { id: elsewhere, connection: plain, when: { group: { equals: SOC-Analysts } }, grant: [{ community: soc, role: guest }] }
`
export type Reply = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** What a client reads of the JSON. */
  readonly body: ReturnType<typeof JSON.parse>
  readonly text: string
}
type Sent = {
  readonly body?: unknown
  readonly raw?: string
  readonly path?: string
  readonly method?: string
  readonly authorization?: string | undefined
  readonly type?: string
}
export type Stage = {
  readonly test: TestTable
  readonly table: Table
  readonly directory: Directory
  readonly token: string
  readonly call: (sent: Sent) => Promise<Reply>
  readonly credential: (connection: string, scope: Scope) => Promise<string>
  readonly person: (name: string, more?: Partial<MemberDraft>) => Promise<Member>
  readonly team: (displayName: string, ...members: readonly Member[]) => Promise<void>
  readonly believe: () => Promise<void>
  /** Everything the table holds, to see that nothing changed. */
  readonly writes: () => number
  readonly close: () => Promise<void>
}

const context = { getRemainingTimeInMillis: () => 29_000, functionName: 'console' } as Context
type Handler = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>

const eventOf = ({
  method = 'POST',
  path = '/console/api/v1/acme/preview',
  ...sent
}: Sent): APIGatewayProxyEventV2 => {
  const text = sent.raw ?? (sent.body === undefined ? undefined : JSON.stringify(sent.body))
  const http = { method, path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' }
  return {
    version: '2.0',
    routeKey: 'ANY /console/{proxy+}',
    rawPath: path,
    rawQueryString: '',
    headers: {
      host: 'roles.example.test',
      'content-type': sent.type ?? 'application/json',
      ...(sent.authorization === undefined ? {} : { authorization: sent.authorization }),
    },
    requestContext: { http, requestId: `request-${randomUUID()}`, domainName: 'roles.example.test' },
    ...(text === undefined ? {} : { body: text }),
    isBase64Encoded: false,
  } as unknown as APIGatewayProxyEventV2
}

export const stampFor = (): Stamp => ({
  connection: acme,
  actor: { kind: 'credential', label: 'test' },
  requestId: randomUUID(),
  at: systemClock.now(),
})

const written = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems', 'BatchWriteItem'])

/** The function as it is deployed, on the local engine. One per test file: a function reads its environment once. */
export const openStage = async (): Promise<Stage> => {
  const test = await openTestTable()
  Object.assign(process.env, {
    LOCAL: '1',
    LOG_LEVEL: 'SILENT',
    PUBLIC_URL: publicUrl,
    TABLE_NAME: test.name,
    DYNAMODB_ENDPOINT: test.endpoint,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
  const handler = await loadFunction<Handler>('console')
  const table = createTable({ client: test.client, name: test.name, clock: systemClock, ids: createIds() })
  const directory = createDirectory(table)
  const credentials = createCredentialStore(table)
  const trust = createTrustStore(table)
  await createConfigurationStore(table).push(yaml(rules), 0, 'olive', 'first')
  const credential = async (connection: string, scope: Scope): Promise<string> => {
    const at = systemClock.now()
    const made = createCredential({
      connection: connectionId(connection),
      scope,
      label: scope,
      createdBy: 'test',
      at,
    })
    await credentials.saveCredential({ ...made.credential, lastUsed: at.slice(0, 10) })
    return made.token
  }
  const token = await credential('acme', 'admin')
  return {
    test,
    table,
    directory,
    token,
    credential,
    call: async (sent) => {
      const authorization = 'authorization' in sent ? sent.authorization : `Bearer ${token}`
      const answer = await handler(eventOf({ ...sent, authorization }), context)
      const text = answer.body ?? ''
      return {
        status: answer.statusCode ?? 0,
        headers: answer.headers as Reply['headers'],
        body: JSON.parse(text),
        text,
      }
    },
    person: async (name, more = {}) => {
      const write = await directory.createMember(stampFor(), {
        userName: `${name}@acme.test`,
        externalId: `id-${name}`,
        active: true,
        attributes: { emails: [{ value: `${name}@acme.test`, primary: true }] },
        ...more,
      })
      if (write.kind !== 'written') throw new Error(write.kind)
      return write.member
    },
    team: async (displayName, ...members) => {
      await directory.createGroup(
        stampFor(),
        { displayName, attributes: {} },
        members.map(({ id }) => id),
      )
    },
    believe: async () => {
      const at = systemClock.now()
      const { certificate } = trustedKey()
      await trust.saveIdentityProvider(
        stampFor(),
        {
          connection: acme,
          entityId: testIssuer,
          signOn: { redirect: testSignOn },
          wantsSignedRequests: false,
          certificates: [
            {
              fingerprint: fingerprintOf(Buffer.from(certificate, 'base64')),
              certificate,
              since: at,
              notAfter: instant(Date.parse('2100-01-01')),
            },
          ],
          readAt: at,
          edition: 0,
        },
        [],
      )
    },
    writes: () => test.requests.filter(({ operation }) => written.has(operation)).length,
    close: () => test.close(),
  }
}
