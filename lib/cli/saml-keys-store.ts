import { rename, rm, writeFile } from 'node:fs/promises'
import { secretReference } from '../config/forms.ts'
import { ConnectorError } from '../core/errors.ts'
import { writeNew } from './files.ts'

/** Puts the text behind a secret reference; `fresh`: only where nothing is there yet. */
export type StoreSecret = (reference: string, text: string, fresh: boolean) => Promise<void>

type Aws = {
  readonly region?: string
  readonly endpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

const refused = (reference: string, why: string, cause?: unknown): ConnectorError =>
  new ConnectorError('secretUnavailable', `${reference} ${why}`, { field: 'saml.keys', cause })

/** Beside it and then in its place: whoever reads meanwhile finds the old or the new, never half of one. */
const replaceFile = async (path: string, text: string): Promise<void> => {
  const beside = `${path}.new`
  try {
    // What was left there may be readable by others.
    await rm(beside, { force: true })
    await writeFile(beside, text, { flag: 'wx', mode: 0o600 })
    await rename(beside, path)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown reason'
    throw refused(`file:${path}`, `cannot be written (${code})`, cause)
  }
}

const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : 'an unknown error')

const toSecretsManager = async (name: string, text: string, fresh: boolean, aws: Aws): Promise<void> => {
  const { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } = await import(
    '@aws-sdk/client-secrets-manager'
  )
  const client = new SecretsManagerClient(aws)
  try {
    if (fresh) await client.send(new CreateSecretCommand({ Name: name, SecretString: text }))
    else await client.send(new PutSecretValueCommand({ SecretId: name, SecretString: text }))
  } finally {
    client.destroy()
  }
}

const remedies: Readonly<Record<string, string>> = {
  ResourceExistsException: 'is there already: look at it, and delete it if it holds no keys',
  ResourceNotFoundException: 'is not there: leave the option out and make the first key',
  AccessDeniedException:
    'may not be written with these AWS credentials: allow secretsmanager:CreateSecret and secretsmanager:PutSecretValue on it, or leave out --write and store what is printed',
}

export const createSecretWriter =
  (aws: Aws): StoreSecret =>
  async (reference, text, fresh) => {
    const parsed = secretReference(reference)
    if (parsed?.kind === 'file') return await (fresh ? writeNew : replaceFile)(parsed.name, text)
    if (parsed?.kind !== 'secretsmanager')
      throw refused(reference, 'is written by other means: leave out --write and store what is printed')
    try {
      await toSecretsManager(parsed.name, text, fresh, aws)
    } catch (cause) {
      const name = nameOf(cause)
      throw refused(reference, remedies[name] ?? `cannot be written (${name})`, cause)
    }
  }
