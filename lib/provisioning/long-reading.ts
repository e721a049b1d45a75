import type { Community } from '../core/configuration.ts'
import { ConnectorError } from '../core/errors.ts'
import { type Instant, later, milliseconds } from '../core/ids.ts'
import type { Clock } from '../core/ports/clock.ts'
import type { Platform, ReadingState } from '../core/ports/platform.ts'
import type { ReadingStore } from '../core/ports/runs.ts'
import { readingLifetime, type Snapshot } from '../core/snapshot.ts'
import type { Turn } from './turn.ts'

export type LongReading = {
  readonly read: (turn?: Turn) => Promise<Snapshot>
  /** What we changed while the list was read may be on pages that were read before. */
  readonly keep: (after: (before: Snapshot) => Snapshot) => void
  readonly unfinished: () => boolean
  readonly putAway: () => Promise<void>
}

/** Fewer entries are read again as fast as they are stored. */
const worthKeeping = 1000
/** Seconds of reading that may be lost with the process. */
const keepEvery = 120

/** One community on another platform is another list. */
const placeOf = ({ platform, tenant, baseUrl }: Community): string =>
  JSON.stringify([platform, tenant, baseUrl])
type Kept = { readonly place: string; readonly state: unknown }

/** A whole list, page by page: given up for what is more urgent or when the time is over, and gone on with in this run or another. */
export const createLongReading = (
  platform: Platform,
  clock: Clock,
  interrupted: { readonly community: Community; readonly readings: ReadingStore } | undefined,
): LongReading => {
  const place = interrupted === undefined ? '' : placeOf(interrupted.community)
  let partial: ReadingState | undefined
  let entries = 0
  let changes: { readonly at: Instant; readonly after: (before: Snapshot) => Snapshot }[] = []
  /** Whether the table may hold a part; unknown until it was asked. */
  let stored: boolean | undefined

  const fits = ({ begunAt }: ReadingState): boolean => later(begunAt, readingLifetime) > clock.now()

  const fromTable = async (): Promise<ReadingState | undefined> => {
    if (interrupted === undefined || stored !== undefined) return undefined
    const found = await interrupted.readings.reading(interrupted.community.id)
    stored = found !== undefined
    const kept = found?.data as Kept | undefined
    return found !== undefined && kept?.place === place
      ? { begunAt: found.begunAt, data: kept.state }
      : undefined
  }
  const save = async (): Promise<void> => {
    if (interrupted === undefined || partial === undefined || entries < worthKeeping) return
    const data: Kept = { place, state: partial.data }
    stored = true
    await interrupted.readings.saveReading(interrupted.community.id, { begunAt: partial.begunAt, data })
  }

  const read = async (turn?: Turn): Promise<Snapshot> => {
    const from = partial ?? (await fromTable())
    let savedAt: Instant = clock.now()
    partial = undefined
    const snapshot = await platform.snapshot({
      ...(from !== undefined && fits(from) ? { from } : {}),
      page: async (state, progress) => {
        partial = state()
        entries = progress.read
        if (turn !== undefined && (turn.late() || (await turn.yields())))
          throw new ConnectorError('outOfTime', 'the list is read on later')
        if (milliseconds(clock.now()) - milliseconds(savedAt) < keepEvery * 1000) return
        savedAt = clock.now()
        await save()
      },
    })
    partial = undefined
    const since = snapshot.begunAt ?? snapshot.takenAt
    const current = changes
      .filter(({ at }) => at >= since)
      .reduce((before, { after }) => after(before), snapshot)
    changes = []
    if (interrupted !== undefined && stored === true)
      await interrupted.readings.dropReading(interrupted.community.id)
    stored = false
    return current
  }

  return {
    read,
    keep: (after) => {
      if (partial !== undefined) changes.push({ at: clock.now(), after })
    },
    unfinished: () => partial !== undefined,
    putAway: save,
  }
}
