import type { Community, PlatformName } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import { type Instant, later } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Pace, Platform, Platforms } from '../core/ports/platform.ts'
import { platformUrl } from './address.ts'
import { type Brake, type BrakeRules, createBrake } from './brake.ts'
import { createPlatformHttp, type PlatformHttp } from './http.ts'
import { openSekoia } from './sekoia/adapter.ts'
import { platformTraits } from './traits.ts'
import { createTransport } from './transport.ts'

export type PlatformsDeps = {
  /** Resolves a secret reference; asked before each call, so that a rotated key is used at once (the resolver caches). */
  readonly secrets: (reference: string) => Promise<string>
  readonly pace: Pace
  readonly clock: Clock
  /** Local mode: http to this machine's own loopback addresses. */
  readonly allowLoopback: boolean
  /** Until when calls may wait or run; absent: a minute from each call. */
  readonly deadline?: () => Instant
  /** Seconds one exchange may take. */
  readonly timeout?: number
  readonly random?: () => number
}

type Entry = {
  readonly brake: BrakeRules
  readonly open: (community: Community, http: PlatformHttp, clock: Clock) => Platform
}

/** Every platform we know: adding one is a folder beside `sekoia`, an entry here and one among the traits. */
const catalog: Readonly<Record<PlatformName, Entry>> = {
  sekoia: {
    // The vendor's firewall: two errors within ten seconds mean pause; a block lasts 30 seconds to 10 minutes.
    brake: { errors: 2, within: 10, pause: 10, throttled: 30, maximum: 600 },
    open: openSekoia,
  },
}

const mebibyte = 1024 * 1024

/** A header can carry it, and nothing else is in it. */
const headerSafe = (secret: string, reference: string): string => {
  const value = secret.trim()
  if (/^[\x21-\x7e]{1,4096}$/.test(value)) return value
  throw new ConnectorError(
    'secretUnavailable',
    `credentials ${reference}: not a key of printable characters`,
    {
      field: 'credentials',
    },
  )
}

const fingerprint = (community: Community): string =>
  JSON.stringify([
    community.platform,
    community.tenant,
    community.baseUrl,
    community.credentials,
    community.requestsPerSecond,
    community.roles,
    community.dialect,
  ])

/** The port `Platforms` over the catalogue. Communities stay open until their configuration changes. */
export const createPlatforms = (deps: PlatformsDeps): Platforms => {
  const transport = createTransport(deps.allowLoopback)
  const brakes = new Map<string, Brake>()
  const opened = new Map<string, { readonly print: string; readonly platform: Platform }>()

  const brakeFor = (baseUrl: string, rules: BrakeRules): Brake => {
    const brake = brakes.get(baseUrl) ?? createBrake({ pace: deps.pace, clock: deps.clock, baseUrl }, rules)
    brakes.set(baseUrl, brake)
    return brake
  }

  const httpFor = (community: Community): PlatformHttp => {
    const baseUrl = platformUrl(community.baseUrl, deps.allowLoopback)
    const key = async (): Promise<string> =>
      headerSafe(await deps.secrets(community.credentials), community.credentials)
    return createPlatformHttp({
      baseUrl,
      headers: async () => ({ authorization: `Bearer ${await key()}` }),
      secrets: async () => [await key()],
      transport,
      brake: brakeFor(baseUrl, catalog[community.platform].brake),
      pace: deps.pace,
      perSecond: community.requestsPerSecond,
      clock: deps.clock,
      deadline: deps.deadline ?? (() => later(deps.clock.now(), 60)),
      random: deps.random ?? Math.random,
      timeout: deps.timeout ?? 15,
      maximumBytes: 10 * mebibyte,
      attempts: 3,
    })
  }

  return {
    traits: ({ platform }) => platformTraits(platform),
    open: async (community) => {
      const print = fingerprint(community)
      const known = opened.get(community.id)
      if (known?.print === print) return known.platform
      const platform = catalog[community.platform].open(community, httpFor(community), deps.clock)
      opened.set(community.id, { print, platform })
      return platform
    },
  }
}
