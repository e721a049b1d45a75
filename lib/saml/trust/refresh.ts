import type { Stamp } from '../../core/audit.ts'
import type { Configuration, Connection } from '../../core/configuration.ts'
import { isConnectorError } from '../../core/errors.ts'
import { type ConnectionId, type Instant, later } from '../../core/ids.ts'
import type { Clock, Ids } from '../../core/ports/clock.ts'
import type {
  IdentityProvider,
  MetadataFailure,
  MetadataFailures,
  TrustStore,
} from '../../core/ports/logins.ts'
import type { Events } from '../../core/ports/runs.ts'
import { believe } from './believe.ts'
import { failedOnceMore } from './failures.ts'
import { fetchMetadata, type Get } from './fetch.ts'
import type { TrustProblem } from './problems.ts'

export type RefreshDeps = {
  readonly clock: Pick<Clock, 'now'>
  readonly ids: Pick<Ids, 'uuid'>
  readonly configuration: () => Promise<Configuration>
  readonly trust: TrustStore
  readonly failures: MetadataFailures
  readonly get: Get
  readonly local: boolean
  readonly events: Events
  readonly warn: (text: string, fields: Readonly<Record<string, string>>) => void
}
export type Refreshed = { readonly read: number; readonly failed: number; readonly waiting: number }
export type Refresh = { readonly sweep: () => Promise<Refreshed> }

/** Seconds between two readings. */
const interval = 3600
/** All of them at once: a host that answers slowly costs the sweep ten seconds, however many there are. */
const perSweep = 4
/** Rows looked at together. */
const lanes = 16

type Followed = { readonly connection: Connection; readonly url: string }
type Due = Followed & {
  readonly before: IdentityProvider | undefined
  readonly failure: MetadataFailure | undefined
  readonly at: Instant
}

/** Pinned ones change by hand only. */
const followed = ({ connections }: Configuration): readonly Followed[] =>
  connections.flatMap((connection) => {
    const { saml } = connection
    return saml === undefined || saml.metadata.kind !== 'url' || saml.pinned === true
      ? []
      : [{ connection, url: saml.metadata.url }]
  })

const never = '' as Instant

/** When it is to be read next: at once where this address was never read for the entity that is meant. */
const dueAt = (
  { connection, url }: Followed,
  before: IdentityProvider | undefined,
  failure: MetadataFailure | undefined,
): Instant => {
  const meant = connection.saml?.entityId
  if (failure?.url === url && failure.entityId === meant) return failure.again
  if (before === undefined || before.url !== url || (meant ?? before.entityId) !== before.entityId)
    return never
  return later(before.readAt, interval)
}

/** Reads identity providers' metadata again and believes them as far as `follow` says. What it knows of the next moment is remembered by this process only. */
export const createRefresh = (deps: RefreshDeps): Refresh => {
  const { clock, trust, failures, events } = deps
  /** Not before: two reads of the store per connection and minute are saved. */
  const resting = new Map<ConnectionId, { readonly of: string; readonly until: Instant }>()
  const nameOf = ({ connection, url }: Followed): string => `${url} ${connection.saml?.entityId ?? ''}`
  const rests = (one: Followed, now: Instant): boolean => {
    const rest = resting.get(one.connection.id)
    return rest?.of === nameOf(one) && rest.until > now
  }

  const look = async (one: Followed): Promise<Due> => {
    const [before, failure] = await Promise.all([
      trust.identityProvider(one.connection.id),
      failures.metadataFailure(one.connection.id),
    ])
    const at = dueAt(one, before, failure)
    if (at > clock.now()) resting.set(one.connection.id, { of: nameOf(one), until: at })
    return { ...one, before, failure, at }
  }

  const fail = async ({ connection, url, failure }: Due, { code }: TrustProblem): Promise<boolean> => {
    const now = clock.now()
    const entityId = connection.saml?.entityId
    const what = { connection: connection.id, url, ...(entityId === undefined ? {} : { entityId }) }
    const after = failedOnceMore(failure, what, code, now)
    deps.warn('metadata not read', { connection: connection.id, code })
    // Told first: stopped in between, people are told twice rather than never.
    if (after.news) await events.emit({ type: 'metadata.failed', connection: connection.id, code, at: now })
    await failures.saveMetadataFailure(after.failure)
    return false
  }

  const stampFor = ({ id }: Connection): Stamp => ({
    connection: id,
    actor: { kind: 'system', part: 'sweep' },
    requestId: deps.ids.uuid(),
    at: clock.now(),
  })

  /** Resolves to whether the metadata were read and believed. */
  const refresh = async (due: Due): Promise<boolean> => {
    const { connection, url, before, failure } = due
    const text = await fetchMetadata(deps.get, url, deps.local)
    if (typeof text !== 'string') return await fail(due, text)
    const stamp = stampFor(connection)
    const next = await believe(text, { connection, before, url, local: deps.local, now: stamp.at })
    if (next.kind === 'problem') return await fail(due, next)
    // Somebody else wrote meanwhile: the next sweep sees what.
    if ((await trust.saveIdentityProvider(stamp, next.provider, next.notes)) === 'stale') return true
    if (failure !== undefined) await failures.forgetMetadataFailure(connection.id)
    return true
  }

  /** A fault of the store concerns one connection at a time, and is tried again with the next sweep. */
  const attempt = async (due: Due): Promise<boolean> => {
    try {
      return await refresh(due)
    } catch (error) {
      if (!isConnectorError(error)) throw error
      deps.warn('metadata not kept', { connection: due.connection.id, code: error.code })
      return false
    }
  }

  return {
    sweep: async () => {
      const now = clock.now()
      const candidates = followed(await deps.configuration()).filter((one) => !rests(one, now))
      const looked: Due[] = []
      for (let from = 0; from < candidates.length; from += lanes)
        looked.push(...(await Promise.all(candidates.slice(from, from + lanes).map(look))))
      const due = looked.filter(({ at }) => at <= now).toSorted((a, b) => (a.at < b.at ? -1 : 1))
      const read = await Promise.all(due.slice(0, perSweep).map(attempt))
      return {
        read: read.filter(Boolean).length,
        failed: read.filter((done) => !done).length,
        waiting: Math.max(0, due.length - perSweep),
      }
    },
  }
}
