import { randomUUID } from 'node:crypto'
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda'
import { startQueue } from '../../../infra/local/queue.ts'
import { sealed } from '../../../infra/local/simulators/idp/answer.ts'
import { attributeFormats, nameIdFormats } from '../../../infra/local/simulators/idp/message.ts'
import { systemClock } from '../../../lib/config/clock.ts'
import { instant } from '../../../lib/core/ids.ts'
import { fingerprintOf } from '../../../lib/saml/trust/certificates.ts'
import { createTrustStore } from '../../../lib/store/trust.ts'
import { loadFunction } from '../../support/functions.ts'
import { encoded, soundMessage, testIssuer, testSignOn, trustedKey } from '../../support/identity-provider.ts'
import { acme, type HookStage } from './stage.ts'

type Serve = (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>
type Attributes = Readonly<Record<string, readonly string[]>>

const host = 'rolecall.example.test'
const base = `https://${host}/acme/saml`
const path = '/acme/saml/acs'

const eventOf = (form: string): APIGatewayProxyEventV2 => ({
  version: '2.0',
  routeKey: 'POST /{connection}/saml/acs',
  rawPath: path,
  rawQueryString: '',
  headers: { host, 'x-forwarded-proto': 'https', 'content-type': 'application/x-www-form-urlencoded' },
  requestContext: {
    accountId: '000000000000',
    apiId: 'test',
    domainName: host,
    domainPrefix: 'roles',
    http: { method: 'POST', path, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
    requestId: `request-${randomUUID()}`,
    routeKey: 'POST /{connection}/saml/acs',
    stage: '$default',
    time: '22/Nov/2026:19:03:58 +0000',
    timeEpoch: Date.now(),
  },
  body: Buffer.from(form).toString('base64'),
  isBase64Encoded: true,
})

/** The assertion consumer service over the same table, for logins that begin at the identity provider. No worker runs. */
export const openAcs = async ({ table, test }: HookStage) => {
  const queue = await startQueue({ invoke: async () => ({ batchItemFailures: [] }) })
  const at = systemClock.now()
  const { certificate } = trustedKey()
  const stamp = { connection: acme, actor: { kind: 'operator', label: 'olive' }, requestId: 'r', at } as const
  const trusted = {
    fingerprint: fingerprintOf(Buffer.from(certificate, 'base64')),
    certificate,
    since: at,
    notAfter: instant(Date.parse('2100-01-01')),
  }
  await createTrustStore(table).saveIdentityProvider(
    stamp,
    {
      connection: acme,
      entityId: testIssuer,
      signOn: { redirect: testSignOn },
      wantsSignedRequests: false,
      certificates: [trusted],
      readAt: at,
      edition: 0,
    },
    [],
  )
  const before = { ...process.env }
  Object.assign(process.env, {
    TABLE_NAME: test.name,
    DYNAMODB_ENDPOINT: test.endpoint,
    WAKE_QUEUE_URL: queue.queueUrl,
    SQS_ENDPOINT: queue.endpoint,
  })
  const serve = await loadFunction<Serve>('saml')
  for (const name of ['DYNAMODB_ENDPOINT', 'WAKE_QUEUE_URL', 'SQS_ENDPOINT']) {
    const value = before[name]
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  return {
    /** Resolves to the status. */
    logIn: async (nameId: string, attributes: Attributes): Promise<number | undefined> => {
      const message = soundMessage({
        now: Date.now(),
        audience: `${base}/metadata`,
        acs: `${base}/acs`,
        nameId: { value: nameId, format: nameIdFormats.persistent },
        attributes: Object.entries({ locale: ['en'], ...attributes }).map(([name, values]) => {
          return { name, format: attributeFormats.basic, values }
        }),
      })
      const SAMLResponse = encoded(sealed(message, { assertion: { key: trustedKey() } }))
      const context = { getRemainingTimeInMillis: () => 30_000, functionName: 'saml' } as Context
      const { statusCode } = await serve(eventOf(String(new URLSearchParams({ SAMLResponse }))), context)
      return statusCode
    },
    close: () => queue.close(),
  }
}
export type Acs = Awaited<ReturnType<typeof openAcs>>
