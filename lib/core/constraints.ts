import type { Assignment, Assignments, Suppressed } from './assignment.ts'
import type { ConflictResolution, RoleDefinition } from './configuration.ts'
import { unreachable } from './errors.ts'
import { fold } from './ids.ts'
import { newerNames } from './role-names.ts'
import type { PlatformTraits } from './snapshot.ts'

type Wanted = { readonly assignment: Assignment; readonly definition: RoleDefinition }
type Loser = Pick<Suppressed, 'by' | 'winners'> & { readonly wanted: Wanted }
type Round = { readonly kept: readonly Wanted[]; readonly lost: readonly Loser[] }
type Settling = {
  readonly traits: PlatformTraits
  readonly onConflict: ConflictResolution
  /** Best first. */
  readonly preferred: (wanted: readonly Wanted[]) => readonly Wanted[]
}

const ids = (wanted: readonly Wanted[]) => wanted.map(({ assignment }) => assignment.role)

const large = Number.MAX_SAFE_INTEGER

/** From the least; the platform's own list knows a role by its name or by a newer one. */
const builtinRank = (name: string, traits: PlatformTraits): number => {
  const { builtinPower = [] } = traits
  const places = [fold(name), ...newerNames(traits, name).map(fold)]
    .map((one) => builtinPower.indexOf(one))
    .filter((place) => place >= 0)
  return places[0] ?? large
}

/** It administers, or it can act as somebody who does: nothing is more powerful, whatever else it may do. */
const administers = (definition: RoleDefinition, { builtinPower, adminPermissions = [] }: PlatformTraits) =>
  definition.kind === 'builtin'
    ? builtinPower !== undefined && fold(definition.name) === builtinPower.at(-1)
    : (definition.contents?.permissions ?? []).some((one) => adminPermissions.includes(one))

/** Whether its holders might administer: what nobody knows of a role counts as yes. */
export const mayAdminister = (definition: RoleDefinition, traits: PlatformTraits): boolean => {
  if (administers(definition, traits)) return true
  if (definition.kind === 'builtin') return builtinRank(definition.name, traits) === large
  return definition.kind !== 'intakeRestricted' && definition.contents === undefined
}

/** How much a role may do, as far as the configuration tells: an existing role's contents are unknown, so it counts as large. */
const power = ({ definition }: Wanted, traits: PlatformTraits): readonly [number, number] => {
  const { kind } = definition
  if (administers(definition, traits)) return [4, 0]
  switch (kind) {
    case 'intakeRestricted':
      return [0, 0]
    case 'restricted':
      return [1, 0]
    case 'custom':
      return [2, definition.contents?.permissions.length ?? large]
    case 'builtin':
      return [3, builtinRank(definition.name, traits)]
    default:
      return unreachable(kind)
  }
}

const byPower =
  (traits: PlatformTraits) =>
  (a: Wanted, b: Wanted): number => {
    const [rankA, sizeA] = power(a, traits)
    const [rankB, sizeB] = power(b, traits)
    return rankA - rankB || sizeA - sizeB
  }

const without = (wanted: readonly Wanted[], gone: readonly Wanted[]): readonly Wanted[] =>
  wanted.filter((one) => !gone.includes(one))

const settle = (
  wanted: readonly Wanted[],
  clash: { readonly winners: readonly Wanted[]; readonly losers: readonly Wanted[] },
  by: 'exclusiveRole' | 'maximumRoles',
  onConflict: ConflictResolution,
): Round => {
  if (clash.losers.length === 0) return { kept: wanted, lost: [] }
  if (onConflict !== 'deny') {
    const lost = clash.losers.map((one): Loser => ({ wanted: one, by, winners: ids(clash.winners) }))
    return { kept: without(wanted, clash.losers), lost }
  }
  const all = [...clash.winners, ...clash.losers]
  const lost = all.map(
    (one): Loser => ({ wanted: one, by: 'conflictDenied', winners: ids(without(all, [one])) }),
  )
  return { kept: without(wanted, all), lost }
}

/** Not a matter of taste: the platform itself switches the built-in role off when a custom one is given (Sekoia, `custom_roles.md`). */
const customReplacesBuiltin = (wanted: readonly Wanted[], { traits }: Settling): Round => {
  const custom = wanted.filter(
    ({ definition: { kind } }) => kind !== 'builtin' && !traits.exclusiveKinds.includes(kind),
  )
  const builtin = wanted.filter(({ definition }) => definition.kind === 'builtin')
  if (!traits.customReplacesBuiltin || custom.length === 0) return { kept: wanted, lost: [] }
  const lost = builtin.map(
    (one): Loser => ({ wanted: one, by: 'customReplacesBuiltin', winners: ids(custom) }),
  )
  return { kept: without(wanted, builtin), lost }
}

const exclusive = (wanted: readonly Wanted[], { traits, onConflict, preferred }: Settling): Round => {
  const standsAlone = ({ definition }: Wanted) => traits.exclusiveKinds.includes(definition.kind)
  const [best, ...others] = preferred(wanted)
  if (best === undefined || !wanted.some(standsAlone)) return { kept: wanted, lost: [] }
  const clash = standsAlone(best)
    ? { winners: [best], losers: others }
    : { winners: others.filter((one) => !standsAlone(one)).concat(best), losers: others.filter(standsAlone) }
  return settle(wanted, clash, 'exclusiveRole', onConflict)
}

const single = (wanted: readonly Wanted[], { traits, onConflict, preferred }: Settling): Round =>
  traits.singleKinds.reduce<Round>(
    (round, kind) => {
      const [best, ...others] = preferred(round.kept.filter(({ definition }) => definition.kind === kind))
      if (best === undefined) return round
      const next = settle(round.kept, { winners: [best], losers: others }, 'maximumRoles', onConflict)
      return { kept: next.kept, lost: [...round.lost, ...next.lost] }
    },
    { kept: wanted, lost: [] },
  )

const maximum = (wanted: readonly Wanted[], { traits, onConflict, preferred }: Settling): Round => {
  if (traits.maximumRoles === undefined) return { kept: wanted, lost: [] }
  const ordered = preferred(wanted)
  const clash = {
    winners: ordered.slice(0, traits.maximumRoles),
    losers: ordered.slice(traits.maximumRoles),
  }
  return settle(wanted, clash, 'maximumRoles', onConflict)
}

/** What is left of the wished roles of one member in one community when the platform's own rules have been heard; the losers stay visible. */
export const constrain = (
  wishes: readonly Assignment[],
  roles: readonly RoleDefinition[],
  traits: PlatformTraits,
  onConflict: ConflictResolution,
): Assignments => {
  const place = (one: Wanted) => roles.indexOf(one.definition)
  const wanted = roles.flatMap((definition): Wanted[] => {
    const assignment = wishes.find(({ role }) => role === definition.id)
    return assignment === undefined ? [] : [{ assignment, definition }]
  })
  const weaker = byPower(traits)
  const preferred = (some: readonly Wanted[]) =>
    some.toSorted((a, b) => (onConflict === 'leastPrivilege' ? weaker(a, b) : 0) || place(a) - place(b))
  const settling: Settling = { traits, onConflict, preferred }
  const { kept, lost } = [customReplacesBuiltin, exclusive, single, maximum].reduce<Round>(
    (round, rule) => {
      const next = rule(round.kept, settling)
      return { kept: next.kept, lost: [...round.lost, ...next.lost] }
    },
    { kept: wanted, lost: [] },
  )
  return {
    granted: kept.map(({ assignment }) => assignment),
    suppressed: lost
      .toSorted((a, b) => place(a.wanted) - place(b.wanted))
      .map(({ wanted: { assignment }, by, winners }) => ({ ...assignment, by, winners })),
  }
}
