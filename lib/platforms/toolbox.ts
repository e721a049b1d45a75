import type { Community } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Authorization, PlatformHttp } from './http.ts'

/** What an adapter is handed: its community, its secret, and the only way to make calls. */
export type Toolbox = {
  readonly community: Community
  readonly clock: Clock
  /** The community's secret as stored; each adapter knows its form. */
  readonly secret: () => Promise<string>
  /** `baseUrl` absent: the community's. Any other, a token service for instance, is checked like it and has a pace and a brake of its own. */
  readonly connect: (authorization: Authorization, baseUrl?: string) => PlatformHttp
  /** Waits until one more of something the platform limits apart from its requests is allowed. */
  readonly permit: (what: string, perSecond: number) => Promise<void>
}

/** A header can carry it, and nothing else is in it. */
export const headerSafe = (secret: string, reference: string): string => {
  const value = secret.trim()
  if (/^[\x21-\x7e]{1,4096}$/.test(value)) return value
  throw new ConnectorError(
    'secretUnavailable',
    `credentials ${reference}: not a key of printable characters`,
    { field: 'credentials' },
  )
}
