import type { Check } from '../../core/checkup.ts'
import { isConnectorError } from '../../core/errors.ts'
import type { Toolbox } from '../toolbox.ts'
import { assumedCalls } from './api.ts'
import type { Dialect } from './dialect.ts'
import { descriptionShape, parsed } from './shapes.ts'

const subject = 'API description'
const vendorHost = 'https://api.netography.com'
const vendorDocument = 'https://neto-downloads.s3.us-east-1.amazonaws.com/openapi/openapi.json'

const addressOf = (dialect: Dialect, baseUrl: string): string =>
  dialect.openApiUrl ?? (baseUrl === vendorHost ? vendorDocument : `${baseUrl}/openapi/openapi.json`)

/** The document may count `/api/v1` among its server's address, and names its parameters as it likes. */
const plain = (method: string, path: string): string =>
  `${method.toUpperCase()} ${path.replaceAll(/\{[^}]*\}/g, '{}').replace(/^\/api\/v1(?=\/)/, '')}`

const missingFrom = (body: unknown): readonly string[] => {
  const { paths } = parsed(descriptionShape, body, subject)
  const described = new Set(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => plain(method, path)),
    ),
  )
  return assumedCalls.filter((call) => {
    const [method = '', path = ''] = call.split(' ')
    return !described.has(plain(method, path))
  })
}

/** Reads the vendor's OpenAPI document, without our token, and looks for every call we make. */
export const checkDescription = async (
  { connect }: Toolbox,
  dialect: Dialect,
  baseUrl: string,
): Promise<Check> => {
  try {
    const url = new URL(addressOf(dialect, baseUrl))
    const slash = url.pathname.lastIndexOf('/')
    const http = connect(
      { headers: async () => ({}), secrets: async () => [] },
      `${url.origin}${url.pathname.slice(0, slash)}`,
    )
    const path = url.pathname.slice(slash)
    const { body } = await http.send({ method: 'GET', path, what: 'reading the API description' })
    const missing = missingFrom(body)
    return missing.length === 0
      ? { subject, state: 'ok', found: `describes all ${assumedCalls.length} calls we make` }
      : {
          subject,
          state: 'warning',
          found: `does not describe ${missing.join(', ')}`,
          remedy: 'compare docs/platforms/netography.md with the vendor’s document before you enforce',
        }
  } catch (error) {
    const said = isConnectorError(error) ? error.message : 'it could not be read'
    return {
      subject,
      state: 'warning',
      found: `not compared: ${said}`,
      remedy: 'let this machine reach the document, or set dialect.openApiUrl to a copy of it',
    }
  }
}
