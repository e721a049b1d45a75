import { dataDirectory } from '../../lib/config/environment.ts'
import { ConnectorError } from '../../lib/core/errors.ts'
import type { HouseOptions } from './house.ts'

/** What a person may set for `npm start`; anything that cannot be meant is refused by name. */
export const readSettings = (environment: NodeJS.ProcessEnv): HouseOptions => {
  const { ROLECALL_DEMO_TOKEN: demoToken, LOG_LEVEL: logLevel } = environment
  return {
    data: dataDirectory(environment),
    port: portOf(environment, 'PORT', 8080),
    simulatorsPort: portOf(environment, 'SIMULATORS_PORT', 8081),
    reconcileEvery: secondsOf(environment, 'RECONCILE_EVERY', '15m'),
    ...(demoToken ? { demoToken: tokenOf(demoToken) } : {}),
    ...(logLevel ? { logLevel } : {}),
  }
}

const portOf = (environment: NodeJS.ProcessEnv, name: string, fallback: number): number => {
  const text = environment[name] || String(fallback)
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw refused(name, 'must be a port, 0 to 65535 (0: any free one)')
}

const units = { s: 1, m: 60, h: 3600, d: 86_400 } as const
/** setInterval counts in 32-bit milliseconds: anything longer would fire at once. */
const longest = 2_147_483

const secondsOf = (environment: NodeJS.ProcessEnv, name: string, fallback: string): number => {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(environment[name] || fallback) ?? []
  const seconds = Number(count) * units[(unit ?? 's') as keyof typeof units]
  if (seconds > 0 && seconds <= longest) return seconds
  throw refused(name, 'must be a duration from 1s to 24d, such as 30s, 15m or 1h')
}

/** What may stand in an Authorization header (RFC 6750 §2.1); our own prefix marks tokens that we made. */
const tokenOf = (token: string): string => {
  if (/^[A-Za-z0-9\-._~+/]{8,500}=*$/.test(token) && !token.startsWith('rc_')) return token
  throw refused(
    'ROLECALL_DEMO_TOKEN',
    'must be 8 to 500 letters, digits or -._~+/ and must not begin with rc_',
  )
}

const refused = (name: string, rule: string): ConnectorError =>
  new ConnectorError('configurationInvalid', `${name} ${rule}`, { field: name })
