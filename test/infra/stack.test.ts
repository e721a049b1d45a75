import { readFileSync } from 'node:fs'
import { App } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { createConnectorStack } from '../../infra/connector-stack.ts'
import { tableActions } from '../../infra/permissions.ts'
import { readStackSettings } from '../../infra/settings.ts'
import { readEnvironment } from '../../lib/config/environment.ts'

type Resource = { readonly Properties: Record<string, unknown>; readonly DeletionPolicy?: string }
type Statement = {
  readonly Sid?: string
  readonly Action: string | readonly string[]
  readonly Resource: unknown
  readonly Effect: string
}

const { context } = JSON.parse(readFileSync(new URL('../../cdk.json', import.meta.url), 'utf8')) as {
  readonly context: Readonly<Record<string, unknown>>
}
/** The stack as `cdk.json` and the command line have it; bundles are looked at elsewhere. */
const stackOf = (given: Readonly<Record<string, unknown>> = {}) => {
  const app = new App({ context: { ...context, 'aws:cdk:bundling-stacks': [], ...given } })
  return createConnectorStack(app, readStackSettings(app.node))
}
const stack = stackOf()
const template = Template.fromStack(stack)
const find = (type: string): readonly (Resource & { readonly id: string })[] =>
  Object.entries(template.findResources(type)).map(([id, resource]) => ({ id, ...(resource as Resource) }))
/** What can be called from outside, and what works behind it. */
const doors = ['Scim', 'Saml', 'Hooks', 'Console']
const ours = [...doors, 'Dispatch', 'Provision', 'Reconcile']
const actionsOf = (statement: Statement): readonly string[] =>
  typeof statement.Action === 'string' ? [statement.Action] : statement.Action
const allows = (statement: Statement, action: string): boolean =>
  statement.Effect === 'Allow' && actionsOf(statement).includes(action)
const policyStatements = (prefix: string): readonly Statement[] =>
  find('AWS::IAM::Policy')
    .filter((policy) => policy.id.startsWith(prefix))
    .flatMap((policy) => (policy.Properties.PolicyDocument as { Statement: readonly Statement[] }).Statement)
const statementsOf = (name: string): readonly Statement[] => policyStatements(`${name}Role`)

describe('the table', () => {
  it('is on demand, encrypted, recoverable, retained, protected and streams new images', () => {
    template.resourceCountIs('AWS::DynamoDB::GlobalTable', 1)
    template.hasResource('AWS::DynamoDB::GlobalTable', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
        StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
        Replicas: [
          Match.objectLike({
            DeletionProtectionEnabled: true,
            PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
          }),
        ],
      },
    })
  })
})

describe('the functions', () => {
  it.each(ours)('%s runs Node 24 on arm64, with source maps and its own retained, expiring log', (name) => {
    const found = find('AWS::Lambda::Function').filter((each) => each.id.startsWith(name))
    expect(found).toHaveLength(1)
    const properties = found[0]?.Properties
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      Environment: {
        Variables: {
          NODE_OPTIONS: expect.stringMatching(/^--enable-source-maps( --disable-warning=DEP0169)?$/),
          TABLE_NAME: expect.anything(),
        },
      },
    })
    const logging = properties?.LoggingConfig as { LogGroup: { Ref: string } } | undefined
    const group = template.findResources('AWS::Logs::LogGroup')[logging?.LogGroup.Ref ?? 'none']
    expect(group?.Properties?.RetentionInDays).toBe(90)
    expect(group?.DeletionPolicy).toBe('Retain')
  })

  it('there are no others', () => {
    expect(
      find('AWS::Lambda::Function').map((each) => ours.filter((name) => each.id.startsWith(name)).length),
    ).toEqual(ours.map(() => 1))
  })

  it('no function holds a secret in its environment', () => {
    for (const each of find('AWS::Lambda::Function')) {
      const names = Object.keys((each.Properties.Environment as { Variables: object }).Variables)
      expect(names.filter((name) => /secret|token|password|key/i.test(name))).toEqual([])
    }
  })
})

describe('a restored table', () => {
  const table = 'arn:aws:dynamodb:eu-west-1:123456789012:table/rolecall-restored'
  const restoredTable = `${table}/stream/2026-11-22T09:00:00.000`

  it('takes the place of the stack’s own: no table is made, and every function is given it', () => {
    const given = Template.fromStack(stackOf({ restoredTable }))
    given.resourceCountIs('AWS::DynamoDB::GlobalTable', 0)
    given.hasResourceProperties('AWS::Lambda::EventSourceMapping', { EventSourceArn: restoredTable })
    for (const resource of Object.values(given.findResources('AWS::Lambda::Function'))) {
      const { Environment } = (resource as Resource).Properties as {
        readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> }
      }
      if (Environment?.Variables?.INSTANCE !== undefined)
        expect(Environment.Variables.TABLE_NAME).toBe('rolecall-restored')
    }
    given.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({ Sid: 'Identity', Action: 'dynamodb:DescribeTable', Resource: table }),
        ]),
      },
    })
  })

  it('is named by its stream', () => {
    expect(() => stackOf({ restoredTable: 'rolecall-restored' })).toThrow(/must be the LatestStreamArn/)
  })
})

describe('permissions', () => {
  const logActions = ['logs:CreateLogStream', 'logs:PutLogEvents']
  const expected: Readonly<Record<string, readonly string[]>> = {
    Scim: [...tableActions, ...logActions],
    Saml: [
      ...tableActions,
      ...logActions,
      'sqs:SendMessage',
      // Our own keys for logins only: see below.
      'secretsmanager:GetSecretValue',
      'ssm:GetParameter',
    ],
    Hooks: [...tableActions, ...logActions],
    Console: [...tableActions, ...logActions],
    Dispatch: [
      ...tableActions,
      ...logActions,
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
      // Both the wake-ups and the queue for stream batches that could not be read.
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:SendMessage',
    ],
    Provision: [
      ...tableActions,
      ...logActions,
      'dynamodb:DescribeTable',
      'secretsmanager:GetSecretValue',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ReceiveMessage',
      'sqs:SendMessage',
      'ssm:GetParameter',
      'events:PutEvents',
    ],
    Reconcile: [
      ...tableActions,
      ...logActions,
      'sqs:SendMessage',
      // Of webhooks only: see below.
      'secretsmanager:GetSecretValue',
      'ssm:GetParameter',
      'events:PutEvents',
    ],
  }

  it.each(ours)('%s may do exactly what it needs', (name) => {
    const actions = new Set(statementsOf(name).flatMap(actionsOf))
    expect([...actions].sort()).toEqual([...(expected[name] ?? [])].sort())
  })

  it('no statement allows every action or every resource, and no policy is one of AWS’s own', () => {
    for (const name of ours)
      for (const statement of statementsOf(name)) {
        // One denies: what the platforms' worker may not read of what is under the instance's name.
        expect(statement.Effect).toBe(statement.Sid?.startsWith('NoLogin') === true ? 'Deny' : 'Allow')
        for (const action of actionsOf(statement)) expect(action).not.toContain('*')
        expect(JSON.stringify(statement.Resource)).not.toBe('"*"')
      }
    const roles = find('AWS::IAM::Role')
    expect(roles).toHaveLength(ours.length + 1)
    expect(roles.flatMap((role) => role.Properties.ManagedPolicyArns ?? [])).toEqual([])
  })

  it('each function logs into its own group', () => {
    for (const name of ours) {
      const logging = statementsOf(name).filter((each) => actionsOf(each).includes('logs:PutLogEvents'))
      expect(logging.map(({ Resource }) => Resource)).toEqual([
        { 'Fn::GetAtt': [expect.stringMatching(new RegExp(`^${name}Logs`)), 'Arn'] },
      ])
    }
  })

  it('the schedule may call the function it calls, for this account only', () => {
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [
          Match.objectLike({
            Principal: { Service: 'scheduler.amazonaws.com' },
            Condition: { StringEquals: Match.objectLike({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } }) },
          }),
        ],
      },
    })
    const statements = policyStatements('SchedulerRole')
    expect(statements.flatMap(actionsOf)).toEqual(['lambda:InvokeFunction'])
    expect(JSON.stringify(statements[0]?.Resource)).toMatch(/^\[\{"Fn::GetAtt":\["Reconcile/)
  })

  it('only provision reads platform secrets, and only under the name of the instance', () => {
    for (const name of ['Scim', 'Hooks', 'Console', 'Dispatch'])
      expect(statementsOf(name).flatMap(actionsOf).join()).not.toMatch(/secretsmanager|ssm:/)
    const ofWebhooks = statementsOf('Reconcile').filter((each) =>
      /secretsmanager|ssm:/.test(actionsOf(each).join()),
    )
    expect(ofWebhooks).toHaveLength(2)
    expect(JSON.stringify(ofWebhooks[0]?.Resource)).toContain(':secret:rolecall/webhooks/*"')
    expect(JSON.stringify(ofWebhooks[1]?.Resource)).toContain(':parameter/rolecall/webhooks/*"')
    const secrets = statementsOf('Provision').filter((each) => allows(each, 'secretsmanager:GetSecretValue'))
    expect(secrets).toHaveLength(1)
    // Secrets Manager appends a hyphen and six characters to a name: the asterisk covers them.
    expect(JSON.stringify(secrets[0]?.Resource)).toContain(':secret:rolecall/*')
    const parameters = statementsOf('Provision').filter((each) => allows(each, 'ssm:GetParameter'))
    expect(JSON.stringify(parameters.map(({ Resource }) => Resource))).toContain(':parameter/rolecall/*')
  })

  it('logins: whoever the browser talks to reads the keys for that, and no platform’s; nobody else reads them', () => {
    const places = statementsOf('Saml')
      .filter((each) => /secretsmanager|ssm:/.test(actionsOf(each).join()))
      .map(({ Sid, Effect, Resource }) => [Sid, Effect, JSON.stringify(Resource)])
    expect(places).toEqual([
      ['LoginSecrets', 'Allow', expect.stringMatching(/:secret:rolecall\/saml\/\*"/)],
      ['LoginParameters', 'Allow', expect.stringMatching(/:parameter\/rolecall\/saml\/\*"/)],
    ])
    // Under the instance's name lie the login keys, too: they are taken out again from what the platforms' worker may read.
    const denied = statementsOf('Provision').filter(({ Effect }) => Effect === 'Deny')
    expect(denied.map(({ Sid, Resource }) => [Sid, JSON.stringify(Resource)])).toEqual([
      ['NoLoginSecrets', expect.stringMatching(/:secret:rolecall\/saml\/\*"/)],
      ['NoLoginParameters', expect.stringMatching(/:parameter\/rolecall\/saml\/\*"/)],
    ])
    expect(denied.flatMap(actionsOf)).toEqual(['secretsmanager:GetSecretValue', 'ssm:GetParameter'])
    for (const name of ours.filter((one) => one !== 'Saml' && one !== 'Provision'))
      expect(JSON.stringify(statementsOf(name))).not.toMatch(/rolecall\/(saml\/)?\*/)
  })

  it('what can be called from outside puts nothing on the event bus and takes nothing from a queue', () => {
    for (const name of doors)
      expect(statementsOf(name).flatMap(actionsOf).join()).not.toMatch(
        /events:|sqs:(Receive|Delete|Change)|lambda:|sts:|kms:/,
      )
    const sends = statementsOf('Saml').filter((each) => actionsOf(each).includes('sqs:SendMessage'))
    expect(sends.map(({ Resource }) => Resource)).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/^WakeUps/), 'Arn'] },
    ])
  })
})

describe('the event bus', () => {
  const sayers = ['Provision', 'Reconcile']
  const resourcesOf = (of: Template, type: string, prefix: string) =>
    Object.entries(of.findResources(type) as Record<string, Resource>)
      .filter(([id]) => id.startsWith(prefix))
      .map(([, { Properties }]) => Properties)
  const resourceOf = (of: Template, name: string): unknown =>
    resourcesOf(of, 'AWS::IAM::Policy', `${name}Role`)
      .flatMap(({ PolicyDocument }) => (PolicyDocument as { Statement: readonly Statement[] }).Statement)
      .filter((statement) => actionsOf(statement).includes('events:PutEvents'))
      .map(({ Resource }) => Resource)
  const busOf = (of: Template, name: string): unknown =>
    resourcesOf(of, 'AWS::Lambda::Function', name).map(
      ({ Environment }) => (Environment as { Variables: Record<string, unknown> }).Variables.EVENT_BUS_NAME,
    )

  it('is the instance’s own, and who speaks to it may speak to no other', () => {
    const [bus] = find('AWS::Events::EventBus')
    expect(bus?.Properties.Name).toBe('rolecall')
    for (const name of sayers) {
      expect(resourceOf(template, name)).toEqual([{ 'Fn::GetAtt': [bus?.id, 'Arn'] }])
      expect(busOf(template, name)).toEqual([{ Ref: bus?.id }])
    }
    expect(template.toJSON().Outputs).toMatchObject({ EventBusName: { Value: { Ref: bus?.id } } })
  })

  it('is the account’s default bus, or none, where the operator says so', () => {
    const shared = Template.fromStack(stackOf({ eventBus: 'default' }))
    shared.resourceCountIs('AWS::Events::EventBus', 0)
    const none = Template.fromStack(stackOf({ eventBus: 'none' }))
    none.resourceCountIs('AWS::Events::EventBus', 0)
    for (const name of sayers) {
      expect(JSON.stringify(resourceOf(shared, name))).toContain(':event-bus/default"')
      expect(busOf(shared, name)).toEqual(['default'])
      expect([resourceOf(none, name), busOf(none, name)]).toEqual([[], [undefined]])
    }
  })
})

describe('from due to done', () => {
  it('the stream is filtered to new due items and loses nothing silently', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 100,
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 3,
      // Due items are insert-only, and handled by reading state: their order does not matter.
      ParallelizationFactor: 4,
      // It reports no single records: what fails alone stays due, and the sweep takes it.
      FunctionResponseTypes: Match.absent(),
      StartingPosition: 'TRIM_HORIZON',
      DestinationConfig: { OnFailure: { Destination: Match.anyValue() } },
      FilterCriteria: {
        Filters: [
          { Pattern: '{"eventName":["INSERT"],"dynamodb":{"Keys":{"pk":{"S":[{"prefix":"DUE#"}]}}}}' },
        ],
      },
    })
  })

  it('wake-ups are FIFO, visible again just after a crashed run, and end in a FIFO dead-letter queue', () => {
    template.hasResourceProperties('AWS::SQS::Queue', {
      FifoQueue: true,
      VisibilityTimeout: 330,
      RedrivePolicy: { maxReceiveCount: 5, deadLetterTargetArn: Match.anyValue() },
      SqsManagedSseEnabled: true,
    })
    template.hasResourceProperties('AWS::SQS::Queue', {
      FifoQueue: true,
      RedrivePolicy: Match.absent(),
      MessageRetentionPeriod: 1_209_600,
    })
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 50 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      EventSourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^WakeUps'), 'Arn'] },
    })
  })

  it('sweeps every minute and reconciles every quarter of an hour', () => {
    const schedules = find('AWS::Scheduler::Schedule').map((each) => ({
      rate: each.Properties.ScheduleExpression,
      input: (each.Properties.Target as { Input: string }).Input,
    }))
    expect(schedules).toEqual([
      { rate: 'rate(1 minute)', input: '{"kind":"sweep"}' },
      { rate: 'rate(15 minutes)', input: '{"kind":"reconcile"}' },
    ])
  })

  it('neither the scheduler nor Lambda repeats a failed run: the next does the same work', () => {
    for (const { Properties } of find('AWS::Scheduler::Schedule'))
      expect(Properties.Target).toMatchObject({
        RetryPolicy: { MaximumRetryAttempts: 0, MaximumEventAgeInSeconds: 60 },
      })
    template.hasResourceProperties('AWS::Lambda::EventInvokeConfig', {
      FunctionName: { Ref: Match.stringLikeRegexp('^Reconcile') },
      Qualifier: '$LATEST',
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    })
  })

  it('a wake-up stays invisible longer than the function may run, and API Gateway waits longer than what it calls', () => {
    const timeouts = Object.fromEntries(
      ours.map((name) => [
        name,
        find('AWS::Lambda::Function').find(({ id }) => id.startsWith(name))?.Properties.Timeout,
      ]),
    )
    expect(timeouts).toEqual({
      ...Object.fromEntries(doors.map((name) => [name, 29])),
      Dispatch: 60,
      Provision: 300,
      Reconcile: 60,
    })
  })
})

describe('the functions’ environment', () => {
  const variables = (of: Template) =>
    Object.values(of.findResources('AWS::Lambda::Function')).map(
      (each) =>
        (each.Properties as { Environment: { Variables: Record<string, unknown> } }).Environment.Variables,
    )
  const names = (of: Template) => new Set(variables(of).flatMap((each) => Object.keys(each)))
  const chosen = {
    name: 'rolecall-test',
    publicUrl: 'https://scim.acme.example',
    auditRetentionDays: '30',
    logLevel: 'DEBUG',
  }

  it('every variable is one the functions read, and none is reserved by Lambda', () => {
    const ownNames = [
      'AUDIT_RETENTION_DAYS',
      'EGRESS_ID',
      'INSTANCE',
      'LOG_LEVEL',
      'PUBLIC_URL',
      'TABLE_NAME',
    ]
    expect([...names(Template.fromStack(stackOf(chosen)))].sort()).toEqual(
      [...ownNames, 'EVENT_BUS_NAME', 'NODE_OPTIONS', 'WAKE_QUEUE_URL'].sort(),
    )
    const plain = variables(template).map((each) =>
      Object.fromEntries(Object.entries(each).filter(([, value]) => typeof value === 'string')),
    ) as Record<string, string>[]
    for (const each of plain)
      expect(readEnvironment(each)).toMatchObject({
        instance: 'rolecall',
        egressId: 'rolecall',
        local: false,
      })
  })

  it('what an operator chose arrives', () => {
    for (const each of variables(Template.fromStack(stackOf(chosen)))) {
      const { TABLE_NAME: _table, WAKE_QUEUE_URL: _queue, EVENT_BUS_NAME: _bus, ...texts } = each
      expect(readEnvironment(texts as Record<string, string>)).toMatchObject({
        instance: 'rolecall-test',
        egressId: 'rolecall-test',
        publicUrl: 'https://scim.acme.example',
        auditRetentionDays: 30,
        logLevel: 'DEBUG',
      })
    }
  })

  it.each([
    ['name', ''],
    ['name', '1st'],
    ['name', 'a_b'],
    ['publicUrl', 'http://scim.acme.example'],
    ['publicUrl', 'https://scim.acme.example/'],
    ['auditRetentionDays', '0'],
    ['logLevel', 'loud'],
    ['eventBus', 'mine'],
  ])('--context %s=%s is refused before anything is deployed', (key, value) => {
    expect(() => stackOf({ [key]: value })).toThrow(`--context ${key}: must be`)
  })
})

describe('two instances in one account', () => {
  it('share no name: only the API and the event bus are named, after their stack', () => {
    const other = stackOf({ name: 'rolecall-test' })
    expect([stack.stackName, other.stackName]).toEqual(['rolecall', 'rolecall-test'])
    const physical = [
      'TableName',
      'QueueName',
      'FunctionName',
      'RoleName',
      'LogGroupName',
      'GroupName',
      'Name',
    ]
    const named = (of: Template) =>
      Object.entries(of.toJSON().Resources as Record<string, Resource & { Type: string }>)
        .filter(
          ([, { Type }]) =>
            Type !== 'AWS::Lambda::Permission' && !/EventSourceMapping|EventInvoke/.test(Type),
        )
        .flatMap(([, { Properties }]) => physical.flatMap((key) => Properties[key] ?? []))
    expect(named(template)).toEqual(['rolecall', 'rolecall'])
    expect(named(Template.fromStack(other))).toEqual(['rolecall-test', 'rolecall-test'])
    expect(JSON.stringify(Template.fromStack(other).toJSON())).not.toMatch(/:(secret:|parameter\/)rolecall\//)
    for (const output of Object.values(template.toJSON().Outputs as object))
      expect(output).not.toHaveProperty('Export')
  })

  it('each is protected from deletion', () => {
    expect([stack.terminationProtection, stackOf({ name: 'other' }).terminationProtection]).toEqual([
      true,
      true,
    ])
  })

  it('neither needs a look-up, a parameter or an account known beforehand', () => {
    expect(Object.keys((template.toJSON().Parameters ?? {}) as object)).toEqual(['BootstrapVersion'])
    expect([stack.account, stack.region].every((value) => value.includes('${Token'))).toBe(true)
  })
})

describe('the front door', () => {
  it('hands payloads over in format 2.0, on the stage without a prefix', () => {
    template.hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationType: 'AWS_PROXY',
      PayloadFormatVersion: '2.0',
    })
    template.hasResourceProperties('AWS::ApiGatewayV2::Stage', { StageName: '$default', AutoDeploy: true })
    for (const permission of find('AWS::Lambda::Permission'))
      expect(permission.Properties).toMatchObject({
        Principal: 'apigateway.amazonaws.com',
        SourceArn: expect.anything(),
      })
  })

  it('routes what is there and nothing else, each to its function', () => {
    const integrations = template.findResources('AWS::ApiGatewayV2::Integration')
    const targetOf = ({ Properties }: Resource): string => {
      const [, reference] = (Properties.Target as { 'Fn::Join': [string, [string, { Ref: string }]] })[
        'Fn::Join'
      ][1]
      return JSON.stringify(integrations[reference.Ref]?.Properties?.IntegrationUri)
    }
    const routes = find('AWS::ApiGatewayV2::Route').map((each) => [
      each.Properties.RouteKey,
      doors.find((name) => targetOf(each).includes(`"${name}`)),
    ])
    expect(routes).toEqual([
      ['ANY /{connection}/scim/{proxy+}', 'Scim'],
      ['GET /health', 'Scim'],
      ['GET /{connection}/saml/metadata', 'Saml'],
      ['GET /{connection}/saml/login', 'Saml'],
      ['POST /{connection}/saml/acs', 'Saml'],
      ['POST /{connection}/hooks/okta', 'Hooks'],
      ['POST /{connection}/hooks/entra', 'Hooks'],
      ['ANY /console/{proxy+}', 'Console'],
    ])
  })

  it('says where everything is, under the public address where there is one', () => {
    const paths = {
      ScimBaseUrl: '/{connection}/scim/v2',
      SamlMetadataUrl: '/{connection}/saml/metadata',
      SamlLoginUrl: '/{connection}/saml/login',
      SamlAcsUrl: '/{connection}/saml/acs',
      OktaHookUrl: '/{connection}/hooks/okta',
      EntraHookUrl: '/{connection}/hooks/entra',
      PreviewUrl: '/console/api/v1/{connection}/preview',
    }
    const outputs = template.toJSON().Outputs as Record<string, { readonly Value: unknown }>
    for (const [id, path] of Object.entries(paths)) {
      const text = JSON.stringify(outputs[id]?.Value)
      expect(text).toContain('{"Fn::GetAtt":["Api')
      expect(text).toContain(`${path}"`)
    }
    const named = Template.fromStack(stackOf({ publicUrl: 'https://access.acme.example' }))
    expect(named.toJSON().Outputs).toMatchObject(
      Object.fromEntries(
        Object.entries(paths).map(([id, path]) => [id, { Value: `https://access.acme.example${path}` }]),
      ),
    )
  })

  it('functions that somebody waits for have a whole processor', () => {
    const memory = (name: string) =>
      find('AWS::Lambda::Function').find(({ id }) => id.startsWith(name))?.Properties.MemorySize
    expect(['Saml', 'Hooks'].map(memory)).toEqual([1769, 1769])
  })

  it('is throttled and logs no query string, where people are named', () => {
    const [stage] = find('AWS::ApiGatewayV2::Stage')
    expect(stage?.Properties.DefaultRouteSettings).toEqual({
      ThrottlingBurstLimit: 200,
      ThrottlingRateLimit: 100,
    })
    // Its own bucket for what strangers may post to; a stage that names a route which is not there yet cannot be made.
    const settings = stage?.Properties.RouteSettings as Record<string, { ThrottlingRateLimit: number }>
    const named = Object.entries(settings).map(([key, { ThrottlingRateLimit }]) => [key, ThrottlingRateLimit])
    expect(named).toEqual([
      ['GET /{connection}/saml/metadata', 25],
      ['GET /{connection}/saml/login', 25],
      ['POST /{connection}/saml/acs', 25],
      ['POST /{connection}/hooks/okta', 50],
      ['POST /{connection}/hooks/entra', 50],
    ])
    const routes = template.findResources('AWS::ApiGatewayV2::Route')
    const before = template.findResources('AWS::ApiGatewayV2::Stage')[stage?.id ?? '']?.DependsOn as string[]
    const made = before.map((id) => routes[id]?.Properties?.RouteKey as string | undefined)
    expect(made).toEqual(expect.arrayContaining(Object.keys(settings)))
    const log = stage?.Properties.AccessLogSettings as { Format: string } | undefined
    expect(Object.keys(JSON.parse(log?.Format ?? '{}'))).toEqual([
      'requestId',
      'time',
      'method',
      'path',
      'status',
      'milliseconds',
      'sourceIp',
    ])
  })
})
