import { driftId } from './drift-ids.ts'
import { unreachable } from './errors.ts'
import { recentCorrections } from './flapping.ts'
import { type Instant, later } from './ids.ts'
import type { Change, Drift, DriftFound, Person } from './plan.ts'
import { personKey } from './plan-scene.ts'
import type { DriftRecord } from './ports/runs.ts'

export const isPresent = (record: DriftRecord): boolean => record.gone !== true

/** Each difference with the time it was first found, as far as that is recorded. */
export const dated = (drift: readonly Drift[], records: readonly DriftRecord[]): readonly Drift[] => {
  const since = new Map(records.filter(isPresent).map((one) => [one.id, one.since]))
  return drift.map((one) => {
    const at = since.get(driftId(one))
    return at === undefined ? one : { ...one, since: at }
  })
}

/** What stays as it is, is told of once a day. */
const tellEvery = 86_400

export type DriftKept = {
  /** As they stand after the look. */
  readonly records: readonly DriftRecord[]
  readonly save: readonly DriftRecord[]
  readonly drop: readonly string[]
  /** Something is new, or a day has passed since people were told. */
  readonly tell: boolean
}

type Fate = { readonly save?: DriftRecord; readonly stay?: DriftRecord; readonly drop?: string }

/** No longer found: forgotten as soon as its corrections no longer count. A list that may not be whole says nothing of what it does not show. */
const fateOfAbsent = (record: DriftRecord, speaks: boolean, now: Instant): Fate => {
  if (!speaks && isPresent(record)) return { stay: record }
  if (recentCorrections(record.corrections, now).length === 0) return { drop: record.id }
  return isPresent(record) ? { save: { ...record, gone: true } } : { stay: record }
}

const fateOfFound = (id: string, drift: DriftFound, known: DriftRecord | undefined, now: Instant): Fate =>
  known !== undefined && isPresent(known)
    ? { stay: known }
    : { save: { id, drift, since: now, seenAt: now, corrections: known?.corrections ?? [] } }

/** What a look at the whole community leaves of the records. */
export const keepDrift = (input: {
  readonly records: readonly DriftRecord[]
  readonly drift: readonly Drift[]
  readonly complete: boolean
  /** Of whom the look says nothing. */
  readonly untold?: readonly Person[]
  readonly now: Instant
}): DriftKept => {
  const { now, complete, untold = [] } = input
  const silent = new Set(untold.map(personKey))
  const speaks = ({ drift }: DriftRecord): boolean =>
    complete && !('subject' in drift && silent.has(personKey(drift.subject)))
  const before = new Map(input.records.map((one) => [one.id, one]))
  const found = new Map(input.drift.map(({ since: _since, ...one }) => [driftId(one), one]))
  const fates = [
    ...[...found].map(([id, drift]) => fateOfFound(id, drift, before.get(id), now)),
    ...input.records.filter(({ id }) => !found.has(id)).map((one) => fateOfAbsent(one, speaks(one), now)),
  ]
  const save = fates.flatMap((one) => one.save ?? [])
  const stay = fates.flatMap((one) => one.stay ?? [])
  const due = stay.some((one) => isPresent(one) && one.seenAt <= later(now, -tellEvery))
  const told = stay.map((one) => (due && isPresent(one) ? { ...one, seenAt: now } : one))
  return {
    records: [...save, ...told],
    save: due ? [...save, ...told.filter(isPresent)] : save,
    drop: fates.flatMap((one) => one.drop ?? []),
    tell: due || save.some(isPresent),
  }
}

/** Whether a change would bring this difference to an end. */
export const correctedBy = (drift: DriftFound, change: Change): boolean => {
  switch (drift.kind) {
    case 'grantLost':
      return (
        change.kind === 'grant' &&
        change.subject.account === drift.subject.account &&
        change.grant.role === drift.role
      )
    case 'reenabled':
      return (
        (change.kind === 'suspend' || change.kind === 'remove') &&
        change.subject.account === drift.subject.account
      )
    case 'disabled':
      return false
    case 'accountGone':
      return change.kind === 'invite' && personKey(change.subject) === personKey(drift.subject)
    case 'roleEdited':
      return change.kind === 'repairRole' && change.role.id === drift.role
    case 'roleGone':
      return change.kind === 'createRole' && change.role.id === drift.role
    default:
      return unreachable(drift)
  }
}
