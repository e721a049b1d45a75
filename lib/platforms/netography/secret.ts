import * as z from 'zod'
import { ConnectorError } from '../../core/errors.ts'

/** What the portal hands out when an API key is made. */
export type NetoSecret = z.infer<typeof netoSecret>

const part = z.string().trim().min(1).max(4096)
const netoSecret = z.object({
  appname: part,
  appkey: part,
  shortname: part,
  sharedsecret: part,
  url: z.string().nullish(),
})

const unfit = (reference: string, problem: string): ConnectorError =>
  new ConnectorError('secretUnavailable', `credentials ${reference}: ${problem}`, { field: 'credentials' })

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text.startsWith('{') ? text : Buffer.from(text, 'base64').toString('utf8'))
  } catch {
    return undefined
  }
}

/** The NETOSECRET as the portal shows it (base64), or the JSON inside. Errors name fields, never values. */
export const netoSecretOf = (text: string, reference: string): NetoSecret => {
  const value = jsonOf(text.trim())
  if (value === undefined)
    throw unfit(reference, 'neither a NETOSECRET nor the JSON inside one; copy it from the portal again')
  const result = netoSecret.safeParse(value)
  if (result.success) return result.data
  const field = result.error.issues[0]?.path.join('.') || 'all'
  throw unfit(reference, `the NETOSECRET's field ${field} is missing or empty; make a new API key`)
}

/** The vendor's own client takes the version off the address as well. */
export const withoutVersion = (url: string): string => url.replace(/\/+$/, '').replace(/\/api\/v1$/, '')
