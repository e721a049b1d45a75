import { createHmac } from 'node:crypto'
import { ConnectorError } from '../core/errors.ts'

/** Standard Webhooks: 24 to 64 random bytes in base64, behind a prefix that tells people and scanners what it is. */
const form = /^whsec_([A-Za-z0-9+/]+={0,2})$/
const shortest = 24
const longest = 64

const keyOf = (text: string): Buffer => {
  const key = Buffer.from(form.exec(text)?.[1] ?? '', 'base64')
  if (key.length >= shortest && key.length <= longest) return key
  throw new ConnectorError(
    'secretUnavailable',
    `the webhook's secret has to be whsec_ and ${shortest} to ${longest} bytes in base64, as "whsec_$(openssl rand -base64 32)" makes them; several with a blank between them`,
    { field: 'secret' },
  )
}

/** While a secret is replaced there are two, separated by a blank or a line: everything is signed with each. */
export const keysIn = (secret: string): readonly Buffer[] => secret.trim().split(/\s+/).map(keyOf)

export type Signed = { readonly id: string; readonly seconds: number; readonly body: string }

export const signatures = (keys: readonly Buffer[], { id, seconds, body }: Signed): string =>
  keys
    .map((key) => `v1,${createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')}`)
    .join(' ')
