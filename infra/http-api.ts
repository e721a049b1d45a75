import { RemovalPolicy, type Stack } from 'aws-cdk-lib'
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway'
import { type CfnStage, HttpApi, HttpMethod, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2'
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

type Throttle = { readonly rateLimit: number; readonly burstLimit: number }
/** Above Entra's 25 requests a second for two connections at once; the platforms are protected by their own pace. */
const usual: Throttle = { rateLimit: 100, burstLimit: 200 }
/**
 * A bucket of its own for each route that anybody on the internet may post to and that writes for whoever does: each refused login is an entry of the
 * trail, each begun one a request kept for ten minutes. A flood of them costs no more than this, and takes nothing from SCIM. People log in more
 * slowly, and an identity provider that builds tokens asks once for each.
 */
const narrower: Partial<Readonly<Record<keyof FrontDoor, Throttle>>> = {
  saml: { rateLimit: 25, burstLimit: 50 },
  hooks: { rateLimit: 50, burstLimit: 100 },
}

const routeSettings = (): CfnStage['routeSettings'] =>
  Object.fromEntries(
    routes.flatMap(([method, path, target]) => {
      const throttle = narrower[target]
      if (throttle === undefined) return []
      const { rateLimit: ThrottlingRateLimit, burstLimit: ThrottlingBurstLimit } = throttle
      return [[`${method} ${path}`, { ThrottlingRateLimit, ThrottlingBurstLimit }]]
    }),
  )

export const addHttpApi = (stack: Stack, functions: FrontDoor): HttpApi => {
  const api = new HttpApi(stack, 'Api', { apiName: stack.stackName, createDefaultStage: false })
  const integrations = {
    scim: new HttpLambdaIntegration('ScimIntegration', functions.scim),
    saml: new HttpLambdaIntegration('SamlIntegration', functions.saml),
    hooks: new HttpLambdaIntegration('HooksIntegration', functions.hooks),
    console: new HttpLambdaIntegration('ConsoleIntegration', functions.console),
  }
  const added = routes.flatMap(([method, path, target]) =>
    api.addRoutes({ path, methods: [method], integration: integrations[target] }),
  )
  const accessLog = new LogGroup(stack, 'ApiLogs', {
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy: RemovalPolicy.RETAIN,
  })
  const stage = api.addStage('Stage', {
    stageName: '$default',
    autoDeploy: true,
    throttle: usual,
    accessLogSettings: { destination: new LogGroupLogDestination(accessLog), format: accessFormat },
  })
  // The construct has no property for it. A route it names has to be there before it.
  ;(stage.node.defaultChild as CfnStage).routeSettings = routeSettings()
  stage.node.addDependency(...added)
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
