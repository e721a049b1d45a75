import type { AuditEntry } from '../core/audit.ts'
import type { AuditLog, AuditSubject } from '../core/ports/runs.ts'

const page = 500

/** Told how much of a trail has been read. */
export type TrailSeen = (entries: number) => void

/**
 * A whole trail, newest first; or as much of it as somebody needs. However long: what is not there is then known not to be there.
 */
export const readTrail = async (
  audit: Pick<AuditLog, 'page'>,
  subject: AuditSubject,
  more: {
    /** Only entries of this kind are kept. */
    readonly keep?: (entry: AuditEntry) => boolean
    /** No older ones are needed. */
    readonly enough?: (kept: readonly AuditEntry[]) => boolean
    readonly seen?: TrailSeen
  } = {},
): Promise<readonly AuditEntry[]> => {
  const { keep = () => true, enough = () => false, seen = () => undefined } = more
  const kept: AuditEntry[] = []
  let after: string | undefined
  do {
    const { items, next } = await audit.page(subject, {
      limit: page,
      ...(after === undefined ? {} : { after }),
    })
    kept.push(...items.filter(keep))
    seen(items.length)
    after = enough(kept) ? undefined : next
  } while (after !== undefined)
  return kept
}
