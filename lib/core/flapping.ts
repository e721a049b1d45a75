import { driftId, lossId } from './drift-ids.ts'
import { type Instant, later } from './ids.ts'
import type { Ownership } from './ownership.ts'
import type { Change, ChangeId, Drift } from './plan.ts'
import { personKey } from './plan-scene.ts'
import type { DriftRecord } from './ports/runs.ts'

/** The same role of the same account, corrected so often within the window, is somebody's or something's doing: the next correction waits for a person. */
export const correctionLimit = 3
export const correctionWindow = 7 * 86_400
/** More than are ever compared. */
const kept = 10

type Flap = { readonly corrections: number; readonly since: Instant }
/** By `lossId`. */
export type Flapping = ReadonlyMap<string, Flap>
type Lost = Extract<Drift, { readonly kind: 'grantLost' }>
type Grant = Extract<Change, { readonly kind: 'grant' }>

export const recentCorrections = (corrections: readonly Instant[], now: Instant): readonly Instant[] =>
  corrections.filter((at) => at > later(now, -correctionWindow))

const lostIn = (drift: readonly Drift[]): readonly Lost[] =>
  drift.flatMap((one) => (one.kind === 'grantLost' ? [one] : []))

const byId = (records: readonly DriftRecord[]): ReadonlyMap<string, DriftRecord> =>
  new Map(records.map((one) => [one.id, one]))

/** Which grants of a plan would correct what was corrected too often. */
export const flappingIn = (
  drift: readonly Drift[],
  records: readonly DriftRecord[],
  now: Instant,
): Flapping => {
  const known = byId(records)
  return new Map(
    lostIn(drift).flatMap((one) => {
      const recent = recentCorrections(known.get(driftId(one))?.corrections ?? [], now)
      const [since] = recent
      if (since === undefined || recent.length < correctionLimit) return []
      return [[driftId(one), { corrections: recent.length, since }] as const]
    }),
  )
}

export const flapOf = (flapping: Flapping | undefined, change: Change): Flap | undefined =>
  change.kind === 'grant' ? flapping?.get(lossId(change.subject.account, change.grant.role)) : undefined

const grantedAt = (lost: Lost, ownership: ReadonlyMap<string, Ownership>): Instant | undefined =>
  ownership.get(personKey(lost.subject))?.grants.find(({ role }) => role === lost.role)?.since

/**
 * The records with the corrections that are about to be made. One that was counted and never carried out (the record of the grant is older than it)
 * is the same one, tried again. What a person approved begins anew.
 */
export const countCorrections = (input: {
  readonly drift: readonly Drift[]
  readonly allowed: readonly Change[]
  readonly approved: ReadonlySet<ChangeId>
  readonly ownership: readonly Ownership[]
  readonly records: readonly DriftRecord[]
  readonly now: Instant
}): readonly DriftRecord[] => {
  const { now, approved } = input
  const giving = new Map(
    input.allowed.flatMap((one): (readonly [string, Grant])[] =>
      one.kind === 'grant' ? [[lossId(one.subject.account, one.grant.role), one]] : [],
    ),
  )
  const [records, ownership] = [
    byId(input.records),
    new Map(input.ownership.map((one) => [personKey(one), one])),
  ]
  return lostIn(input.drift).flatMap((lost): DriftRecord[] => {
    const id = driftId(lost)
    const change = giving.get(id)
    if (change === undefined) return []
    const before = records.get(id) ?? { id, drift: lost, since: now, seenAt: now, corrections: [] }
    if (approved.has(change.id))
      return before.corrections.length === 0 ? [] : [{ ...before, corrections: [] }]
    const [last, given] = [before.corrections.at(-1), grantedAt(lost, ownership)]
    if (last !== undefined && given !== undefined && given < last) return []
    return [{ ...before, corrections: [...recentCorrections(before.corrections, now), now].slice(-kept) }]
  })
}
