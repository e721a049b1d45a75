import { CfnOutput, Duration, type Stack } from 'aws-cdk-lib'
import type { IQueue } from 'aws-cdk-lib/aws-sqs'
import { addFunction } from './function.ts'
import { addHttpApi, type FrontDoor } from './http-api.ts'
import { allowLoginKeys, allowTable, allowWakeUps } from './permissions.ts'
import type { StackTable } from './table.ts'

/** API Gateway gives up after 30 seconds; the functions answer before that. */
const timeout = Duration.seconds(29)
/** A whole processor: an identity provider waits one second for a hook, and a person for a cold start. */
const quick = 1769
/** In one bundle with us, samlify counts as our own code: what Node says of its `url.parse` would stand in the log at each first login. */
const samlOptions = '--enable-source-maps --disable-warning=DEP0169'

export type DoorOptions = {
  readonly name: string
  readonly table: StackTable
  readonly wakeUps: IQueue
  readonly environment: Readonly<Record<string, string>>
  /** Another address than API Gateway's own. */
  readonly publicUrl?: string
}

/** What identity providers, browsers and operators can call: functions of their own, none of which holds a platform's credentials. */
export const addFrontDoor = (stack: Stack, options: DoorOptions): void => {
  const { name, table, wakeUps, environment } = options
  const functions: FrontDoor = {
    scim: addFunction(stack, 'Scim', {
      entry: 'scim.ts',
      description: 'SCIM 2.0 service provider',
      timeout,
      memory: 1024,
      environment,
    }),
    saml: addFunction(stack, 'Saml', {
      entry: 'saml.ts',
      description: 'SAML 2.0 service provider',
      timeout,
      memory: quick,
      environment: { ...environment, WAKE_QUEUE_URL: wakeUps.queueUrl, NODE_OPTIONS: samlOptions },
    }),
    hooks: addFunction(stack, 'Hooks', {
      entry: 'hooks.ts',
      description: 'Answers identity providers while they build a token',
      timeout,
      memory: quick,
      environment,
    }),
    console: addFunction(stack, 'Console', {
      entry: 'console.ts',
      description: 'API for operators',
      timeout,
      memory: 1024,
      environment,
    }),
  }
  for (const grantee of Object.values(functions)) allowTable(grantee, table)
  allowWakeUps(functions.saml, wakeUps)
  allowLoginKeys(functions.saml, name)
  const { apiEndpoint } = addHttpApi(stack, functions)
  for (const [id, path] of Object.entries(addresses))
    new CfnOutput(stack, id, { value: `${options.publicUrl ?? apiEndpoint}${path}` })
}

/** As they are typed into identity providers' forms. */
const addresses = {
  ScimBaseUrl: '/{connection}/scim/v2',
  SamlMetadataUrl: '/{connection}/saml/metadata',
  SamlLoginUrl: '/{connection}/saml/login',
  SamlAcsUrl: '/{connection}/saml/acs',
  OktaHookUrl: '/{connection}/hooks/okta',
  EntraHookUrl: '/{connection}/hooks/entra',
  PreviewUrl: '/console/api/v1/{connection}/preview',
} as const
