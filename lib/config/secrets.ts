import { readFile } from 'node:fs/promises'
import { ConnectorError, isConnectorError, unreachable } from '../core/errors.ts'
import { milliseconds } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import { secretVariable } from './environment.ts'
import { type SecretReference, secretReference } from './forms.ts'

export type SecretsDeps = {
  readonly clock: Pick<Clock, 'now'>
  /** One machine: `env:` and `file:` are allowed. */
  readonly local: boolean
  /** Settings of the AWS clients; absent: the process's own. */
  readonly aws?: {
    readonly region?: string
    readonly endpoint?: string
    readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  }
  readonly variable?: (name: string) => string | undefined
  /** Seconds for which a secret is kept: a rotated key is used within that time. */
  readonly keepFor?: number
}
export type Secrets = (reference: string) => Promise<string>

const unavailable = (reference: string, reason: string, cause?: unknown): ConnectorError =>
  new ConnectorError('secretUnavailable', `secret ${reference}: ${reason}`, { field: 'credentials', cause })

/** ENOENT and its kind for a file, the service's error name for AWS; never the message, which may quote. */
const nameOf = (cause: unknown): string => {
  if (!(cause instanceof Error)) return 'an unknown error'
  return 'code' in cause ? String(cause.code) : cause.name
}

/** The SDK's clients are loaded when a secret of theirs is first asked for: most functions never do. */
const readers = (
  deps: SecretsDeps,
): Readonly<Record<SecretReference['kind'], (name: string) => Promise<string | undefined>>> => {
  const { variable = (name) => secretVariable(name) } = deps
  // Without the last of these the SDK warns about a hanging request and goes on waiting.
  const requestHandler = { connectionTimeout: 1_000, requestTimeout: 5_000, throwOnRequestTimeout: true }
  const aws = { ...deps.aws, requestHandler }
  return {
    secretsmanager: async (name) => {
      const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager')
      const client = new SecretsManagerClient(aws)
      const answer = await client
        .send(new GetSecretValueCommand({ SecretId: name }))
        .finally(() => client.destroy())
      return answer.SecretString
    },
    ssm: async (name) => {
      const { GetParameterCommand, SSMClient } = await import('@aws-sdk/client-ssm')
      const client = new SSMClient(aws)
      const question = new GetParameterCommand({ Name: name, WithDecryption: true })
      const answer = await client.send(question).finally(() => client.destroy())
      return answer.Parameter?.Value
    },
    env: async (name) => variable(name),
    file: (path) => readFile(path, 'utf8'),
  }
}

const remedyFor = (kind: SecretReference['kind']): string => {
  switch (kind) {
    case 'secretsmanager':
      return 'create it, and allow secretsmanager:GetSecretValue on it'
    case 'ssm':
      return 'create it, and allow ssm:GetParameter on it'
    case 'env':
      return 'set the variable'
    case 'file':
      return 'create the file, readable for this user'
    default:
      return unreachable(kind)
  }
}

/** Resolves secret references. An error names the reference and the remedy, never a value; what failed is asked for again at once. */
export const createSecrets = (deps: SecretsDeps): Secrets => {
  const { clock, local, keepFor = 60 } = deps
  const read = readers(deps)
  const kept = new Map<string, { readonly value: string; readonly until: number }>()

  const fetch = async (reference: string): Promise<string> => {
    const parsed = secretReference(reference)
    if (parsed === undefined)
      throw new ConnectorError('secretUnavailable', 'credentials are no secret reference', {
        field: 'credentials',
      })
    const { kind, name } = parsed
    if (!local && (kind === 'env' || kind === 'file'))
      throw unavailable(reference, 'is for one machine only; use secretsmanager: or ssm:')
    try {
      const value = (await read[kind](name))?.trim()
      if (value) return value
    } catch (cause) {
      if (isConnectorError(cause)) throw cause
      throw unavailable(reference, `cannot be read (${nameOf(cause)}); ${remedyFor(kind)}`, cause)
    }
    throw unavailable(reference, `is empty or missing; ${remedyFor(kind)}`)
  }

  return async (reference) => {
    const now = milliseconds(clock.now())
    const known = kept.get(reference)
    if (known !== undefined && now < known.until) return known.value
    const value = await fetch(reference)
    kept.set(reference, { value, until: now + keepFor * 1000 })
    return value
  }
}
