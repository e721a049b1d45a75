import type { Community, PlatformName } from '../core/configuration.ts'
import { type Instant, later } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Pace, Platform, Platforms } from '../core/ports/platform.ts'
import { platformUrl } from './address.ts'
import { type Brake, type BrakeRules, createBrake } from './brake.ts'
import { createGuards, type Guard } from './guard.ts'
import { type Authorization, createPlatformHttp, type PlatformHttp } from './http.ts'
import { openImmybot } from './immybot/adapter.ts'
import { openNetography } from './netography/adapter.ts'
import { openSekoia } from './sekoia/adapter.ts'
import type { Toolbox } from './toolbox.ts'
import { platformTraits } from './traits.ts'
import { createTransport, type Transport } from './transport.ts'

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
  /** How requests travel; absent: over the network. */
  readonly transport?: Transport
}

type Entry = {
  readonly brake: BrakeRules
  readonly open: (toolbox: Toolbox) => Platform
}

/** Every platform we know: adding one is a folder beside `sekoia`, an entry here and one among the traits. */
const catalog: Readonly<Record<PlatformName, Entry>> = {
  sekoia: {
    // The vendor's firewall: two errors within ten seconds mean pause; a block lasts 30 seconds to 10 minutes.
    brake: { errors: 2, within: 10, pause: 10, throttled: 30, maximum: 600 },
    open: openSekoia,
  },
  // Nothing is published but one limit, which the adapter keeps: the pauses are what a polite caller does.
  netography: {
    brake: { errors: 10, within: 10, pause: 10, throttled: 2, maximum: 300 },
    open: openNetography,
  },
  immybot: { brake: { errors: 10, within: 10, pause: 10, throttled: 2, maximum: 300 }, open: openImmybot },
}

const mebibyte = 1024 * 1024

const fingerprint = (community: Community): string =>
  JSON.stringify([
    community.platform,
    community.tenant,
    community.baseUrl,
    community.credentials,
    community.requestsPerSecond,
    community.roles,
    community.dialect,
    community.fallbackRole,
    community.departedKeepReadAccess,
  ])

type Opened = {
  readonly print: string
  readonly platform: Platform
  /** The same for every opening by one worker. */
  readonly guarded: WeakMap<Guard, Platform>
}

/** The port `Platforms` over the catalogue. Communities stay open until their configuration changes. */
export const createPlatforms = (deps: PlatformsDeps): Platforms => {
  const transport = deps.transport ?? createTransport(deps.allowLoopback)
  const brakes = new Map<string, Brake>()
  const opened = new Map<string, Opened>()
  const guards = createGuards()

  const brakeFor = (baseUrl: string, rules: BrakeRules): Brake => {
    const brake = brakes.get(baseUrl) ?? createBrake({ pace: deps.pace, clock: deps.clock, baseUrl }, rules)
    brakes.set(baseUrl, brake)
    return brake
  }

  const deadline = deps.deadline ?? (() => later(deps.clock.now(), 60))

  const httpFor = (community: Community, authorization: Authorization, address: string): PlatformHttp => {
    const baseUrl = platformUrl(address, deps.allowLoopback)
    return createPlatformHttp({
      baseUrl,
      authorization,
      transport,
      brake: brakeFor(baseUrl, catalog[community.platform].brake),
      pace: deps.pace,
      perSecond: community.requestsPerSecond,
      clock: deps.clock,
      deadline,
      random: deps.random ?? Math.random,
      timeout: deps.timeout ?? 15,
      maximumBytes: 10 * mebibyte,
      attempts: 3,
      beforeCall: guards.check,
    })
  }

  const toolboxFor = (community: Community): Toolbox => ({
    community,
    clock: deps.clock,
    secret: () => deps.secrets(community.credentials),
    connect: (authorization, baseUrl = community.baseUrl) => httpFor(community, authorization, baseUrl),
    permit: (what, perSecond) =>
      deps.pace.permit(
        `${platformUrl(community.baseUrl, deps.allowLoopback)}#${what}`,
        perSecond,
        deadline(),
      ),
  })

  const entryOf = (community: Community): Opened => {
    const print = fingerprint(community)
    const known = opened.get(community.id)
    if (known?.print === print) return known
    const platform = catalog[community.platform].open(toolboxFor(community))
    const entry = { print, platform, guarded: new WeakMap<Guard, Platform>() }
    opened.set(community.id, entry)
    return entry
  }

  return {
    traits: ({ platform }) => platformTraits(platform),
    open: async (community, beforeCall) => {
      const { platform, guarded } = entryOf(community)
      if (beforeCall === undefined) return platform
      const known = guarded.get(beforeCall) ?? guards.guarded(platform, beforeCall)
      guarded.set(beforeCall, known)
      return known
    },
  }
}
