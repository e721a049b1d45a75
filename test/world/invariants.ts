import { accountsOf } from '../../lib/core/ownership.ts'
import type { Change, Plan } from '../../lib/core/plan.ts'
import type { Hold } from '../../lib/core/verdict.ts'
import { duePrefix, workPartition } from '../../lib/store/keys.ts'
import { departed } from './oracle.ts'
import type { Person } from './people.ts'
import { type Place, placeIds, places, tier1Contents } from './scene.ts'
import type { Town } from './town.ts'
import type { Seat, View } from './views.ts'

/** What has to be true whenever everything is quiet. Each finding is one sentence. */

type Excuses = {
  readonly held: ReadonlySet<string>
  readonly problems: readonly Plan['problems'][number][]
  readonly rolesHeld: boolean
}

const memberIn = (change: Change): string | undefined =>
  'subject' in change ? change.subject.member : undefined

/** What waits with a hold waits for the same person's word. */
const waits = (town: Town, hold: Hold | undefined): boolean =>
  hold !== undefined && town.draft().whileHeld !== 'goOn'

const excusesFor = (hold: Hold | undefined, plan: Plan): Excuses => ({
  held: new Set((hold?.held ?? []).flatMap(({ change }) => memberIn(change) ?? [])),
  problems: plan.problems,
  rolesHeld: (hold?.held ?? []).some(({ change }) => !('subject' in change)),
})

const names = (set: ReadonlySet<string>): string => [...set].toSorted().join(' + ') || 'nothing'

const unwantedFindings = (
  person: Person,
  seats: readonly Seat[],
  hand: (seat: Seat) => ReadonlySet<string>,
) =>
  seats.flatMap((seat) => {
    if (seat.status === 'disabled') return []
    const byHand = hand(seat)
    const onlyHand = seat.roles.size > 0 && [...seat.roles].every((role) => byHand.has(role))
    if (onlyHand && !departed(person) && seat.status === 'enabled') return []
    return [
      `${person.email} ${departed(person) ? 'left' : 'has no role left'} and is ${seat.status} with ${names(seat.roles)}`,
    ]
  })

const wantedFindings = (
  person: Person,
  wanted: ReadonlySet<string>,
  seats: readonly Seat[],
  hand: (seat: Seat) => ReadonlySet<string>,
  everybody: boolean,
): readonly string[] => {
  // That an invitation ran out is found by the look at everybody.
  const fits = (seat: Seat): boolean =>
    (seat.status === 'enabled' || (seat.status === 'pending' && !everybody)) &&
    [...wanted].every((role) => seat.roles.has(role)) &&
    [...seat.roles].every((role) => wanted.has(role) || hand(seat).has(role))
  const open = seats.filter(({ status }) => status !== 'disabled')
  if (open.length === 1 && open.every(fits)) return []
  const seen = seats.map(({ status, roles, email }) => `${email} ${status} with ${names(roles)}`)
  return [`${person.email} should hold ${names(wanted)} and is: ${seen.join('; ') || 'not there'}`]
}

const personFindings = (
  town: Town,
  place: Place,
  person: Person,
  view: View,
  everybody: boolean,
): readonly string[] => {
  const { watch, wanted, roleName } = town
  const seats = watch.seatsOf(place, person, view)
  const hand = (seat: Seat) => watch.handRoles(place, seat.id)
  const found = [town.now(), town.standing.lookedAt].map((at) => {
    const roles = new Set(wanted(person, place, at).map((role) => roleName(place, role)))
    return roles.size === 0
      ? unwantedFindings(person, seats, hand)
      : wantedFindings(person, roles, seats, hand, everybody)
  })
  // That a login has grown old is seen by the look at everybody, or whenever they are looked at before.
  return found.find((one) => one.length === 0) ?? found[0] ?? []
}

/** Two records of one person: whose the account is, a person has to say. */
const sharesAddress = (town: Town, person: Person): boolean =>
  town.people.all().some((one) => one.id !== person.id && one.emails.includes(person.email))

/** Somebody's own, whom we never made: a directory that may not speak for the address says nothing about it. */
const isForeign = (town: Town, place: Place, { email }: Person): boolean =>
  [...town.views(place).seats.values()].some(
    (seat) => seat.email === email && town.watch.ownersOf(place, seat).length === 0,
  )

const excused = (town: Town, place: Place, person: Person, excuses: Excuses): boolean => {
  if (excuses.held.has(person.id)) return true
  const about = excuses.problems.filter((one) => 'subject' in one && one.subject.member === person.id)
  return about.some(
    ({ kind }) =>
      kind === 'invitationsExhausted' ||
      ((kind === 'adoptionNeeded' || kind === 'duplicateEmail') && sharesAddress(town, person)) ||
      (kind === 'adoptionNeeded' && isForeign(town, place, person)) ||
      town.watch.isTouched(place, person),
  )
}

const roleFindings = (town: Town, excuses: Excuses): readonly string[] => {
  const world = town.controls.soc.world()
  const role = world.roles.find(({ name }) => name === 'SOC tier 1')
  if (excuses.rolesHeld) return []
  const held = role?.permissions.map((id) => world.permissions.find(({ uuid }) => uuid === id)?.name ?? id)
  const meant = tier1Contents[town.draft().contents]?.toSorted().join()
  return held?.toSorted().join() === meant
    ? []
    : [`SOC tier 1 holds ${held?.join() ?? 'nothing'} instead of ${meant}`]
}

const ownerFindings = async (town: Town, place: Place, view: View): Promise<readonly string[]> => {
  const { ownership } = town.worker(0).deps
  const records = (await ownership.ownerships(placeIds[place], 250)).items
  const owners = new Map<string, string>()
  return records.flatMap((record) =>
    accountsOf(record).flatMap((account) => {
      const other = owners.get(account)
      owners.set(account, record.member)
      if (other !== undefined) return [`${place}: account ${account} has two owners`]
      const seat = view.seats.get(account)
      const made = seat === undefined ? [] : town.watch.ownersOf(place, seat)
      if (seat !== undefined && made.length === 0 && !town.watch.mayAdopt(place, seat))
        return [`${place}: ${seat.email} was taken over without consent`]
      return made.length > 0 && !made.includes(record.member)
        ? [`${place}: account ${account} was made for one person and belongs to another`]
        : []
    }),
  )
}

/** Where we may do whatever is to be done. */
const isSettled = (town: Town, place: Place): boolean =>
  town.draft().modes[place] === 'enforce' && !town.quarantined.has(place)

/** Who is not as they are to be, and of whom nothing in the store says that they will be looked at. */
const overlooked = (town: Town, place: Place): readonly Person[] => {
  const rows = [...town.open.values()].filter(([pk]) => pk === workPartition(placeIds[place]))
  const names = rows.map(([, sk]) => sk)
  if (!isSettled(town, place) || names.some((sk) => !sk.includes('#member#'))) return []
  const view = town.views(place)
  return town.people
    .all()
    .filter((person) => !town.watch.isTouched(place, person) && !names.some((sk) => sk.endsWith(person.id)))
    .filter((person) => personFindings(town, place, person, view, false).length > 0)
}

/** After every single step: whatever was acknowledged and is not done yet stands somewhere as work, or waits for a person. */
export const forgotten = async (town: Town): Promise<readonly string[]> => {
  if (town.standing.unannounced || town.standing.storeTrouble || town.outages.size > 0) return []
  if ([...town.open.values()].some(([pk]) => pk.startsWith(duePrefix))) return []
  const found: string[] = []
  for (const place of places) {
    const people = overlooked(town, place)
    if (people.length === 0) continue
    town.note('overlooked')
    const hold = await town.worker(0).deps.safety.hold(placeIds[place])
    const { plan } = await town.auditor.preview(placeIds[place])
    const excuses = excusesFor(hold, plan)
    for (const person of waits(town, hold) ? [] : people)
      if (!excused(town, place, person, excuses))
        found.push(`${place}: ${person.email} is not as they are to be, and no work says so`)
  }
  return found
}

/** `everybody`: a look at the whole community was taken, so that hand edits are found, too. */
export const findings = async (town: Town, everybody: boolean): Promise<readonly string[]> => {
  const all = await Promise.all(
    places.map(async (place) => {
      const view = town.views(place)
      const worker = town.worker(0)
      const hold = await worker.deps.safety.hold(placeIds[place])
      const { plan } = await town.auditor.preview(placeIds[place])
      const excuses = excusesFor(hold, plan)
      const settled = isSettled(town, place) && !waits(town, hold)
      const people = (settled ? town.people.all() : [])
        .filter(
          (person) =>
            (everybody || !town.watch.isTouched(place, person)) && !excused(town, place, person, excuses),
        )
        .flatMap((person) => personFindings(town, place, person, view, everybody))
      const roles = everybody && settled && place === 'soc' ? roleFindings(town, excuses) : []
      return [
        ...[...people, ...roles].map((text) => `${place}: ${text}`),
        ...(await ownerFindings(town, place, view)),
      ]
    }),
  )
  return all.flat()
}
