import type { SimulatedAnswer } from '../../infra/local/simulators/simulator.ts'
import type { PlatformName } from '../../lib/core/configuration.ts'
import type { MemberId } from '../../lib/core/ids.ts'
import { departed, type Wanted } from './oracle.ts'
import type { People, Person } from './people.ts'
import {
  type Draft,
  day,
  floors,
  idp,
  type Place,
  places,
  platformOf,
  requestsPerSecond,
  requiredEmail,
} from './scene.ts'
import type { Seat, View, Views } from './views.ts'
import { isWrite, type Passing } from './wire.ts'

/**
 * Looks at a platform before and after each request of ours. What only people may do, what must never be for an instant, and what is limited over time is
 * judged here and not when everything is quiet again.
 */

type Ours = { readonly member: MemberId | undefined; readonly roles: ReadonlySet<string> }
type Removal = {
  readonly place: Place
  readonly kind: 'departure' | 'revocation'
  readonly key: string
  readonly at: number
}

export type WatchDeps = {
  readonly views: Views
  readonly people: People
  readonly wanted: Wanted
  readonly roleName: (place: Place, role: string) => string
  readonly now: () => number
  readonly draft: () => Draft
  readonly quarantined: (place: Place) => boolean
}

const placeOf = (platform: PlatformName): Place =>
  places.find((place) => platformOf[place] === platform) ?? 'soc'
const keyOf = (place: Place, id: string): string => `${place} ${id}`

/** Milliseconds by which a worker may see sooner than others that a login has grown old. */
const aheadBy = 3_000

/** So many more than the rate may fall into one second: slots are used a little late. */
const slack = 2

export const createWatch = (deps: WatchDeps) => {
  const { views, people, wanted, now } = deps
  const seats = new Map<string, Ours>()
  const definitions = new Set<string>()
  const handed = new Map<string, ReadonlySet<string>>()
  const touched = new Set<string>()
  const consented = new Set<string>()
  const removals: Removal[] = []
  const undone = new Set<string>()
  const corrections = new Map<string, readonly number[]>()
  const moments = new Map<Place, number[]>()
  const violations: string[] = []
  let writes = 0

  const wrong = (what: string): void => {
    violations.push(what)
  }
  const handRoles = (place: Place, id: string): ReadonlySet<string> =>
    handed.get(keyOf(place, id)) ?? new Set()
  const whose = (email: string): Person | undefined => {
    const all = people.all()
    return (
      all.find((one) => one.email === email && !departed(one)) ??
      all.find((one) => one.email === email) ??
      all.find((one) => one.emails.includes(email))
    )
  }

  /** A community that lets us adopt, and an account of somebody we know that gives no power. */
  const mayAdopt = (place: Place, seat: Seat): boolean =>
    place === 'net' && !seat.admin && !seat.service && whose(seat.email)?.connection === idp

  /** Who came back under another id takes over what they had, where the community lets us. */
  const ownerNow = (place: Place, { member }: Ours, seat: Seat): MemberId | undefined => {
    const before = member === undefined ? undefined : people.of(member)
    if (place !== 'net' || before === undefined || !departed(before)) return member
    const heir = people.all().find((one) => one.email === seat.email && wanted(one, place).length > 0)
    return heir?.id ?? member
  }

  /** What we made or changed for somebody. Of who is wanted also what we may have taken over without a change. */
  const seatsOf = (place: Place, person: Person, view: View): readonly Seat[] =>
    [...view.seats.values()].filter((seat) => {
      const known = seats.get(keyOf(place, seat.id))
      if (known !== undefined) return ownerNow(place, known, seat) === person.id
      return wanted(person, place).length > 0 && mayAdopt(place, seat) && whose(seat.email)?.id === person.id
    })

  const claim = (place: Place, seat: Seat, what: string): Ours | undefined => {
    const known = seats.get(keyOf(place, seat.id))
    if (known !== undefined) return known
    if (!mayAdopt(place, seat)) {
      wrong(`${place}: ${what} an account that is not ours: ${seat.email}`)
      return undefined
    }
    const adopted: Ours = { member: whose(seat.email)?.id, roles: new Set() }
    seats.set(keyOf(place, seat.id), adopted)
    handed.set(keyOf(place, seat.id), new Set(seat.roles))
    return adopted
  }

  /** Nobody loses anything: another account of theirs is open, or an invitation that ran out makes room for the next. */
  const losesNothing = (place: Place, seat: Seat, person: Person | undefined): boolean =>
    person !== undefined &&
    ((seat.status === 'pending' && wanted(person, place).length > 0) ||
      seatsOf(place, person, views(place)).some(({ id, status }) => id !== seat.id && status !== 'disabled'))

  const countRemoval = (place: Place, seat: Seat, how: 'suspend' | 'remove'): void => {
    const key = keyOf(place, seat.id)
    const member = seats.get(key)?.member
    const person = member === undefined ? undefined : people.of(member)
    if (consented.has(key) || losesNothing(place, seat, person)) return
    if (deps.draft().modes[place] === 'upsertOnly') wrong(`${place}: ${how} while nothing may be taken away`)
    const kind = person === undefined || departed(person) ? 'departure' : 'revocation'
    removals.push({ place, kind, key: `${key} ${how}`, at: now() })
    const recent = removals.filter(
      (one) => one.place === place && one.kind === kind && one.at > now() - day * 1000,
    )
    const distinct = new Set(recent.map((one) => one.key)).size
    if (distinct > floors[kind])
      wrong(`${place}: ${distinct} removals by ${kind} within a day, of ${floors[kind]}`)
  }

  /** The one place an account has for a role: what stands in it in place of ours goes, and so does anything with a suspension. */
  const fillsOurPlace = (place: Place, own: Ours, after: Seat): boolean =>
    place === 'net' && (own.roles.size > 0 || after.status === 'disabled')

  /** A hand took it before, and we give it back: not for ever. */
  const corrected = (place: Place, seat: Seat, role: string): void => {
    const key = keyOf(place, `${seat.id} ${role}`)
    if (!undone.delete(key)) return
    const recent = (corrections.get(key) ?? []).filter((at) => at > now() - 7 * day * 1000)
    corrections.set(key, [...recent, now()])
    if (recent.length >= 3 && !consented.has(keyOf(place, seat.id)))
      wrong(`${place}: gave ${role} back to ${seat.email} for the ${recent.length + 1}th time within a week`)
  }

  const changedSeat = (place: Place, before: Seat, after: Seat): void => {
    const lost = [...before.roles].filter((role) => !after.roles.has(role))
    const gained = [...after.roles].filter((role) => !before.roles.has(role))
    if (lost.length + gained.length === 0 && before.status === after.status) return
    const own = claim(place, before, 'changed')
    if (own === undefined) return
    const foreign = fillsOurPlace(place, own, after) ? [] : lost.filter((role) => !own.roles.has(role))
    for (const role of foreign) wrong(`${place}: took ${role} from ${before.email}, which we never gave`)
    for (const role of gained) corrected(place, before, role)
    const roles = new Set([...own.roles, ...gained])
    seats.set(keyOf(place, before.id), { ...own, roles })
    if (before.status !== 'disabled' && after.status === 'disabled') countRemoval(place, before, 'suspend')
  }

  const diffSeats = (place: Place, before: View, after: View): void => {
    for (const [id, seat] of before.seats) {
      const next = after.seats.get(id)
      if (next !== undefined) changedSeat(place, seat, next)
      else if (claim(place, seat, 'removed') !== undefined) countRemoval(place, seat, 'remove')
    }
    for (const [id, seat] of after.seats)
      if (!before.seats.has(id))
        seats.set(keyOf(place, id), { member: whose(seat.email)?.id, roles: new Set(seat.roles) })
  }

  const diffRoles = (place: Place, before: View, after: View): void => {
    for (const [id, role] of before.roles)
      if (after.roles.get(id)?.print !== role.print && !definitions.has(keyOf(place, id)))
        wrong(`${place}: changed the role ${role.name}, which is not ours`)
    for (const id of after.roles.keys()) if (!before.roles.has(id)) definitions.add(keyOf(place, id))
    if (before.rest !== after.rest) wrong(`${place}: changed something that is none of our business`)
  }

  const adminsIn = (view: View): number => [...view.seats.values()].filter(({ admin }) => admin).length

  const keepsAdmins = (place: Place, before: View, after: View): void => {
    if (adminsIn(before) === 0 || adminsIn(after) > 0) return
    const last = [...before.seats.values()].filter(({ admin }) => admin)
    if (!last.some(({ id }) => consented.has(keyOf(place, id))))
      wrong(`${place}: the last administrator is gone`)
  }

  const keepsRequired = (place: Place, before: View, after: View): void => {
    if (!deps.draft().required) return
    const found = [...before.seats.values()].find(({ email, admin }) => admin && email === requiredEmail)
    if (found === undefined || after.seats.get(found.id)?.admin === true) return
    if (!consented.has(keyOf(place, found.id))) wrong(`${place}: an administrator who has to stay is gone`)
  }

  const holds = (place: Place, person: Person, view: View, name: string): boolean =>
    [...view.seats.values()].some(
      ({ id, status, roles }) =>
        status === 'enabled' && roles.has(name) && seats.get(keyOf(place, id))?.member === person.id,
    )

  const keepsAccess = (place: Place, before: View, after: View): void => {
    for (const person of people.all()) {
      const soon = wanted(person, place, now() + aheadBy)
      for (const role of wanted(person, place).filter((one) => soon.includes(one))) {
        const name = deps.roleName(place, role)
        if (holds(place, person, before, name) && !holds(place, person, after, name))
          wrong(`${place}: ${person.email} lost ${name}, which they are to have`)
      }
    }
  }

  const keepsPace = (place: Place): void => {
    const recent = (moments.get(place) ?? []).filter((at) => at > now() - 1000)
    recent.push(now())
    moments.set(place, recent)
    if (recent.length > requestsPerSecond[place] + slack)
      wrong(`${place}: ${recent.length} requests in one second, of ${requestsPerSecond[place]}`)
  }

  return {
    wrong,
    /** A request of ours. */
    served: ({ platform, method, path }: Passing, serve: () => SimulatedAnswer): SimulatedAnswer => {
      const place = placeOf(platform)
      keepsPace(place)
      const before = views(place)
      const answer = serve()
      const after = views(place)
      if (isWrite(method, path)) writes += 1
      if (before === after) return answer
      diffRoles(place, before, after)
      const onlyLook = deps.draft().modes[place] === 'report' || deps.quarantined(place)
      // To sign in leaves a trace in a platform's world, too.
      if (onlyLook && isWrite(method, path)) wrong(`${place}: changed something where we only look`)
      keepsAdmins(place, before, after)
      keepsRequired(place, before, after)
      diffSeats(place, before, after)
      keepsAccess(place, before, after)
      return answer
    },
    /** Somebody at the platform's own page. */
    byHand: (place: Place, edit: () => void): void => {
      const before = views(place)
      edit()
      const after = views(place)
      for (const [id, seat] of after.seats) {
        const old = before.seats.get(id)
        const key = keyOf(place, id)
        if (
          old !== undefined &&
          old.status === seat.status &&
          [...old.roles].join() === [...seat.roles].join()
        )
          continue
        const given = [...seat.roles].filter((role) => old?.roles.has(role) !== true)
        const taken = [...(old?.roles ?? [])].filter((role) => !seat.roles.has(role))
        for (const role of taken) undone.add(keyOf(place, `${id} ${role}`))
        handed.set(key, new Set([...handRoles(place, id), ...given].filter((role) => !taken.includes(role))))
        touched.add(key).add(keyOf(place, seat.email))
      }
      for (const [id, seat] of before.seats)
        if (!after.seats.has(id)) touched.add(keyOf(place, id)).add(keyOf(place, seat.email))
    },
    consent: (place: Place, account: string): void => void consented.add(keyOf(place, account)),
    isTouched: (place: Place, person: Person): boolean =>
      person.emails.some((email) => touched.has(keyOf(place, email))),
    handRoles,
    mayAdopt,
    seatsOf,
    ownersOf: (place: Place, seat: Seat): readonly MemberId[] => {
      const known = seats.get(keyOf(place, seat.id))
      const all = known === undefined ? [] : [known.member, ownerNow(place, known, seat)]
      return all.filter((one) => one !== undefined)
    },
    writes: () => writes,
    violations: (): readonly string[] => violations,
  }
}
