import { userInfo } from 'node:os'
import { ConnectorError } from '../core/errors.ts'

export type LogLevel = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | 'SILENT'

/** What the process was given: the only place that reads `process.env`. */
export type Environment = {
  /** Which deployment this is, in logs and metrics: an account may hold several. */
  readonly instance: string
  readonly tableName: string
  /** Another DynamoDB than the region's own. */
  readonly dynamodbEndpoint?: string
  /** Access key id, and secret, of that endpoint. */
  readonly dynamodbSecret?: string
  readonly region?: string
  readonly wakeQueueUrl?: string
  readonly sqsEndpoint?: string
  /** Name or ARN of the event bus operators' events are put on; absent: none. */
  readonly eventBusName?: string
  /** Workers behind one outgoing address share one call budget. */
  readonly egressId: string
  /** Platforms on this machine's loopback, and secrets from variables and files, are allowed. */
  readonly local: boolean
  readonly publicUrl?: string
  readonly auditRetentionDays: number
  readonly logLevel: LogLevel
}

type Variables = NodeJS.ProcessEnv

const logLevels: readonly LogLevel[] = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'SILENT']

const refused = (name: string, rule: string): ConnectorError =>
  new ConnectorError('configurationInvalid', `environment variable ${name} ${rule}`, { field: name })

/** Empty counts as unset: that is how a shell and a template clear a variable. */
const given = (env: Variables, name: string): string | undefined => env[name] || undefined

const matching = (env: Variables, name: string, form: RegExp, rule: string): string | undefined => {
  const value = given(env, name)
  if (value === undefined || form.test(value)) return value
  throw refused(name, rule)
}

const url = (env: Variables, name: string): string | undefined => {
  const value = given(env, name)
  if (value === undefined) return undefined
  const protocol = URL.canParse(value) ? new URL(value).protocol : ''
  if (protocol === 'https:' || protocol === 'http:') return value
  throw refused(name, 'must be an http or https URL')
}

const flag = (env: Variables, name: string): boolean => {
  const value = given(env, name) ?? '0'
  if (value === '1' || value === '0') return value === '1'
  throw refused(name, 'must be 1 or 0')
}

const days = (env: Variables, name: string, fallback: number): number => {
  const value = given(env, name) ?? String(fallback)
  if (/^[1-9]\d{0,4}$/.test(value)) return Number(value)
  throw refused(name, 'must be a number of days, 1 to 99999')
}

const logLevel = (env: Variables): LogLevel => {
  const value = (given(env, 'LOG_LEVEL') ?? 'INFO').toUpperCase()
  const known = logLevels.find((level) => level === value)
  if (known !== undefined) return known
  throw refused('LOG_LEVEL', `must be one of ${logLevels.join(', ')}`)
}

const optional = <Name extends string>(
  name: Name,
  value: string | undefined,
): { readonly [K in Name]?: string } =>
  value === undefined ? {} : ({ [name]: value } as { readonly [K in Name]?: string })

export const readEnvironment = (env: Variables = process.env): Environment => {
  const tableRule = 'must be a table name: 3 to 255 of a-z A-Z 0-9 _ . -'
  const egressRule = 'must be 1 to 128 of a-z A-Z 0-9 _ . -'
  const busRule = 'must be the name or the ARN of an event bus'
  const instanceRule = 'must be 1 to 64 letters, digits and hyphens'
  return {
    instance: matching(env, 'INSTANCE', /^[A-Za-z0-9-]{1,64}$/, instanceRule) ?? 'rolecall',
    tableName: matching(env, 'TABLE_NAME', /^[\w.-]{3,255}$/, tableRule) ?? 'rolecall',
    ...optional('dynamodbEndpoint', url(env, 'DYNAMODB_ENDPOINT')),
    ...optional('dynamodbSecret', given(env, 'DYNAMODB_SECRET')),
    ...optional('region', matching(env, 'AWS_REGION', /^[a-z0-9-]{3,40}$/, 'must be a region of AWS')),
    ...optional('wakeQueueUrl', url(env, 'WAKE_QUEUE_URL')),
    ...optional('sqsEndpoint', url(env, 'SQS_ENDPOINT')),
    ...optional('eventBusName', matching(env, 'EVENT_BUS_NAME', /^[\w./:-]{1,1600}$/, busRule)),
    egressId: matching(env, 'EGRESS_ID', /^[\w.-]{1,128}$/, egressRule) ?? 'default',
    local: flag(env, 'LOCAL'),
    ...optional('publicUrl', url(env, 'PUBLIC_URL')),
    auditRetentionDays: days(env, 'AUDIT_RETENTION_DAYS', 400),
    logLevel: logLevel(env),
  }
}

/** Whether the environment is that of a deployment. */
export const namesTable = (env: Variables = process.env): boolean => given(env, 'TABLE_NAME') !== undefined

export const defaultDataDirectory = '.rolecall'

/** Where `npm start` keeps its data on this machine. */
export const dataDirectory = (env: Variables = process.env): string =>
  given(env, 'ROLECALL_DATA') ?? defaultDataDirectory

/** A user id without an entry in the system's list of users has no name. */
const loginName = (): string => {
  try {
    return userInfo().username
  } catch {
    return 'operator'
  }
}

/** Whom a command line speaks for; shown in histories and audit entries. Cron and containers set neither USER nor LOGNAME. */
export const operatorName = (env: Variables = process.env): string =>
  (given(env, 'ROLECALL_OPERATOR') ?? given(env, 'USER') ?? given(env, 'LOGNAME') ?? loginName()).slice(0, 64)

/** The value behind an `env:NAME` secret reference. */
export const secretVariable = (name: string, env: Variables = process.env): string | undefined =>
  given(env, name)

/** For the AWS SDK, which reads the profile from the environment when it looks for credentials. */
export const useProfile = (name: string, env: Variables = process.env): void => {
  env.AWS_PROFILE = name
}
