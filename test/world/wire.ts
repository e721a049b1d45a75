import { halved } from '../../infra/local/simulators/faults.ts'
import type { SimulatedAnswer, SimulatedRequest, Simulator } from '../../infra/local/simulators/simulator.ts'
import type { PlatformName } from '../../lib/core/configuration.ts'
import type { Exchange, Outgoing, Transport } from '../../lib/platforms/transport.ts'
import type { TestClock } from '../platforms/clock.ts'
import type { Chance } from './chance.ts'
import type { Crossing } from './table.ts'

/** Between the adapters and the simulators, where a platform can be away, slow, short of breath, or half deaf. */

export type OutageKind = 'away' | 'errors' | 'throttled' | 'slow' | 'lostAnswers' | 'halfLists' | 'readOnly'
export const outageKinds: readonly OutageKind[] = [
  'away',
  'errors',
  'throttled',
  'slow',
  'lostAnswers',
  'halfLists',
  'readOnly',
]
export type Outage = { readonly kind: OutageKind; readonly until: number }

export type Passage = { readonly crossing: Crossing; readonly alive: () => void }
export type Passing = {
  readonly platform: PlatformName
  readonly method: string
  readonly path: string
  readonly worker: string
}
export type WireDeps = {
  readonly simulators: Readonly<Record<PlatformName, Simulator>>
  readonly clock: TestClock
  readonly now: () => number
  readonly chance: Chance
  readonly outages: ReadonlyMap<PlatformName, Outage>
  readonly note: (what: string) => void
  /** Right before a request leaves: whether its worker still may. */
  readonly leaving: (worker: string, platform: PlatformName) => Promise<void>
  /** Around the moment in which the platform does its work. */
  readonly served: (passing: Passing, serve: () => SimulatedAnswer) => SimulatedAnswer
}

const platforms: readonly PlatformName[] = ['sekoia', 'netography', 'immybot']
const isPlatform = (name: string): name is PlatformName => (platforms as readonly string[]).includes(name)

/** Lists of everybody: what says a total and can be short of it. */
const listPaths: Readonly<Record<PlatformName, RegExp>> = {
  sekoia: /\/avatars\/?$/,
  netography: /\/api\/v1\/users$/,
  immybot: /\/api\/v1\/users$/,
}

const isList = (platform: PlatformName, method: string, path: string): boolean =>
  method === 'GET' && listPaths[platform].test(path)

/** Whatever would change something; to sign in is no such thing. */
export const isWrite = (method: string, path: string): boolean => method !== 'GET' && !/token/.test(path)

const requestOf = (outgoing: Outgoing, name: string): SimulatedRequest => ({
  method: outgoing.method,
  path: outgoing.url.pathname.slice(name.length + 1),
  query: outgoing.url.searchParams,
  headers: Object.fromEntries(
    Object.entries(outgoing.headers).map(([key, value]) => [key.toLowerCase(), value]),
  ),
  body: outgoing.body ?? '',
})

const told = ({ status, headers, body, fate }: SimulatedAnswer): Exchange =>
  fate === 'answer'
    ? {
        kind: 'answered',
        status,
        contentType: headers['content-type'] ?? '',
        retryAfter: headers['retry-after'],
        body,
      }
    : { kind: 'unanswered', reason: 'timeout' }

const refusal = (status: number): Exchange => ({
  kind: 'answered',
  status,
  contentType: 'application/json',
  retryAfter: undefined,
  body: '{"message":"out of order"}',
})

const slowSeconds = 9

export const createWire =
  (deps: WireDeps) =>
  (worker: string, { crossing, alive }: Passage): Transport => {
    const outageOf = (platform: PlatformName): OutageKind | undefined => {
      const outage = deps.outages.get(platform)
      return outage !== undefined && deps.now() < outage.until ? outage.kind : undefined
    }
    const lossy = (how: 'slow' | 'lostAnswers', serve: () => SimulatedAnswer): Exchange => {
      if (how === 'lostAnswers') {
        const answer = told(serve())
        return deps.chance() < 0.5 ? answer : { kind: 'unanswered', reason: 'ECONNRESET' }
      }
      deps.clock.advance(slowSeconds)
      return deps.chance() < 0.7 ? told(serve()) : { kind: 'unanswered', reason: 'timeout' }
    }
    const exchange = (platform: PlatformName, outgoing: Outgoing): Exchange => {
      const request = requestOf(outgoing, platform)
      const { method, path } = request
      const serve = (): SimulatedAnswer =>
        deps.served({ platform, method, path, worker }, () => deps.simulators[platform].handle(request))
      const outage = outageOf(platform)
      if (outage !== undefined) deps.note(outage)
      switch (outage) {
        case 'away':
          return { kind: 'notSent', reason: 'ECONNREFUSED', forbidden: false }
        case 'errors':
          return refusal(503)
        case 'throttled':
          return refusal(429)
        case 'slow':
        case 'lostAnswers':
          return lossy(outage, serve)
        case 'halfLists':
          return told(isList(platform, method, path) ? halved(serve()) : serve())
        case 'readOnly':
          return isWrite(method, path) ? refusal(403) : told(serve())
        case undefined:
          return told(serve())
      }
    }
    return async (outgoing) => {
      const [, name = ''] = outgoing.url.pathname.split('/')
      if (!isPlatform(name)) throw new Error(`no simulator for ${outgoing.url.pathname}`)
      // Whoever is put to sleep is so before the last look at the lease: what remains behind it is in docs/safety.md.
      alive()
      await deps.leaving(worker, name)
      const answer = exchange(name, outgoing)
      await crossing(`after ${outgoing.method} ${name}`)
      return answer
    }
  }
