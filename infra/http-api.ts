import { RemovalPolicy, type Stack } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import { HttpApi, HttpMethod, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2'
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations'
import type { IFunction } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'

/** What can be called from outside. */
export type FrontDoor = Readonly<Record<'scim' | 'saml' | 'hooks' | 'console', IFunction>>

/** Only paths that exist are routed: anything else ends at API Gateway and costs no function call. */
const routes: readonly (readonly [method: HttpMethod, path: string, target: keyof FrontDoor])[] = [
  // Not below `/v2`: `{proxy+}` does not match an empty rest, and `/v2/` is where all types are queried (RFC 7644 §3.4.2.1).
  [HttpMethod.ANY, '/{connection}/scim/{proxy+}', 'scim'],
  [HttpMethod.GET, '/health', 'scim'],
  [HttpMethod.GET, '/{connection}/saml/metadata', 'saml'],
  [HttpMethod.GET, '/{connection}/saml/login', 'saml'],
  // HTTP-POST is the only binding a response may come by (SAML bindings 3.5).
  [HttpMethod.POST, '/{connection}/saml/acs', 'saml'],
  [HttpMethod.POST, '/{connection}/hooks/okta', 'hooks'],
  [HttpMethod.POST, '/{connection}/hooks/entra', 'hooks'],
  [HttpMethod.ANY, '/console/{proxy+}', 'console'],
]

export const addHttpApi = (stack: Stack, functions: FrontDoor): HttpApi => {
  const api = new HttpApi(stack, 'Api', { apiName: stack.stackName, createDefaultStage: false })
  const integrations = {
    scim: new HttpLambdaIntegration('ScimIntegration', functions.scim),
    saml: new HttpLambdaIntegration('SamlIntegration', functions.saml),
    hooks: new HttpLambdaIntegration('HooksIntegration', functions.hooks),
    console: new HttpLambdaIntegration('ConsoleIntegration', functions.console),
  }
  for (const [method, path, target] of routes)
    api.addRoutes({ path, methods: [method], integration: integrations[target] })
  const accessLog = new LogGroup(stack, 'ApiLogs', {
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.RETAIN,
  })
  api.addStage('Stage', {
    stageName: '$default',
    autoDeploy: true,
    // Above Entra's 25 requests a second for two connections at once; the platforms are protected by their own pace.
    throttle: { rateLimit: 100, burstLimit: 200 },
    accessLogSettings: { destination: new LogGroupLogDestination(accessLog), format: accessFormat },
  })
  return api
}

/** No query string: `filter=userName eq …` holds a person's name. */
const accessFormat = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTime',
    method: '$context.httpMethod',
    path: '$context.path',
    status: '$context.status',
    milliseconds: '$context.responseLatency',
    sourceIp: '$context.identity.sourceIp',
  }),
)
