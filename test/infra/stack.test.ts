import { App } from 'aws-cdk-lib'
import { Match, Template } from 'aws-cdk-lib/assertions'
import { describe, expect, it } from 'vitest'
import { createConnectorStack } from '../../infra/connector-stack.ts'
import { tableActions } from '../../infra/permissions.ts'

type Resource = { readonly Properties: Record<string, unknown>; readonly DeletionPolicy?: string }
type Statement = {
  readonly Action: string | readonly string[]
  readonly Resource: unknown
  readonly Effect: string
}

// Bundling is the job of `npm run synth`; here only the template is looked at.
const template = Template.fromStack(
  createConnectorStack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'rolecall'),
)
const find = (type: string): readonly (Resource & { readonly id: string })[] =>
  Object.entries(template.findResources(type)).map(([id, resource]) => ({ id, ...(resource as Resource) }))
const ours = ['Scim', 'Dispatch', 'Provision', 'Reconcile']
const actionsOf = (statement: Statement): readonly string[] =>
  typeof statement.Action === 'string' ? [statement.Action] : statement.Action
const statementsOf = (name: string): readonly Statement[] =>
  find('AWS::IAM::Policy')
    .filter((policy) => policy.id.startsWith(`${name}ServiceRole`))
    .flatMap((policy) => (policy.Properties.PolicyDocument as { Statement: readonly Statement[] }).Statement)

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
      Environment: { Variables: { NODE_OPTIONS: '--enable-source-maps', TABLE_NAME: expect.anything() } },
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

describe('permissions', () => {
  const expected: Readonly<Record<string, readonly string[]>> = {
    Scim: [...tableActions],
    Dispatch: [
      ...tableActions,
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
      'secretsmanager:GetSecretValue',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ReceiveMessage',
      'sqs:SendMessage',
      'ssm:GetParameter',
    ],
    Reconcile: [...tableActions, 'sqs:SendMessage'],
  }

  it.each(ours)('%s may do exactly what it needs', (name) => {
    const actions = new Set(statementsOf(name).flatMap(actionsOf))
    expect([...actions].sort()).toEqual([...(expected[name] ?? [])].sort())
  })

  it('no statement allows every action or every resource, but listing streams, which has no resource', () => {
    for (const name of ours)
      for (const statement of statementsOf(name)) {
        expect(statement.Effect).toBe('Allow')
        for (const action of actionsOf(statement)) expect(action).not.toContain('*')
        if (statement.Resource === '*') expect(actionsOf(statement)).toEqual(['dynamodb:ListStreams'])
      }
  })

  it('only provision reads platform secrets, and only under the name of the instance', () => {
    for (const name of ours.filter((each) => each !== 'Provision'))
      expect(statementsOf(name).flatMap(actionsOf).join()).not.toMatch(/secretsmanager|ssm:/)
    const secrets = statementsOf('Provision').filter((each) =>
      actionsOf(each).includes('secretsmanager:GetSecretValue'),
    )
    expect(secrets).toHaveLength(1)
    expect(JSON.stringify(secrets[0]?.Resource)).toContain(':secret:rolecall/*')
  })
})

describe('from due to done', () => {
  it('the stream is filtered to new due items and loses nothing silently', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 100,
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
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
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 1,
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
})

describe('the front door', () => {
  it('routes SCIM and health and nothing else', () => {
    expect(find('AWS::ApiGatewayV2::Route').map((each) => each.Properties.RouteKey)).toEqual([
      'ANY /{connection}/scim/v2/{proxy+}',
      'GET /health',
    ])
  })

  it('is throttled and logs no query string, where people are named', () => {
    const [stage] = find('AWS::ApiGatewayV2::Stage')
    expect(stage?.Properties.DefaultRouteSettings).toEqual({
      ThrottlingBurstLimit: 200,
      ThrottlingRateLimit: 100,
    })
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
