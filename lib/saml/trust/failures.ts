import { type Instant, later } from '../../core/ids.ts'
import type { MetadataFailure } from '../../core/ports/logins.ts'
import type { TrustCode } from './problems.ts'

/** A host that is away for a moment is no news; metadata that may not be believed are. */
const silentAttempts = 2
const longest = 3600

/** What kind of trouble it is: `fetch` or `trust`. */
const kindOf = (code: string): string => code.split('.')[0] ?? code

const isNews = (told: string | undefined, code: TrustCode, attempts: number): boolean =>
  (told === undefined || kindOf(told) !== kindOf(code)) &&
  (kindOf(code) === 'trust' || attempts > silentAttempts)

export type Failed = { readonly failure: MetadataFailure; readonly news: boolean }

/** After one more attempt that came to nothing: tried again after a minute, then after twice as long, up to an hour. */
export const failedOnceMore = (
  before: MetadataFailure | undefined,
  { connection, url, entityId }: Pick<MetadataFailure, 'connection' | 'url' | 'entityId'>,
  code: TrustCode,
  now: Instant,
): Failed => {
  const same = before?.url === url && before.entityId === entityId ? before : undefined
  const attempts = (same?.attempts ?? 0) + 1
  const news = isNews(same?.told, code, attempts)
  const told = news ? code : same?.told
  return {
    news,
    failure: {
      connection,
      url,
      ...(entityId === undefined ? {} : { entityId }),
      since: same?.since ?? now,
      code,
      attempts,
      again: later(now, Math.min(longest, 60 * 2 ** Math.min(attempts - 1, 10))),
      ...(told === undefined ? {} : { told }),
    },
  }
}
