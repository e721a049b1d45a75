import { createRoleId, repairRoleId } from './change-ids.ts'
import type { RoleContents } from './configuration.ts'
import type { RoleOwnership } from './ownership.ts'
import type { Problem } from './plan.ts'
import {
  differs,
  gains,
  holdersOf,
  losses,
  type Managed,
  resolveContents,
  sameName,
} from './role-contents.ts'
import { powerGained } from './role-power.ts'
import { liveRole, type RoleSight } from './role-records.ts'
import { blocked, type RoleState, type RoleVerdict } from './role-verdict.ts'
import type { PlatformRole, PlatformTraits } from './snapshot.ts'

export type ManagedInput = RoleSight & {
  readonly definition: Managed
  readonly record: RoleOwnership | undefined
  readonly traits: PlatformTraits
}
type Ours = ManagedInput & {
  readonly record: RoleOwnership
  readonly role: PlatformRole
  readonly contents: RoleContents
}

/** Why a role of ours stays as it is although it differs from what is declared. It is given all the same. */
const obstacle = ({ definition, ours, traits, snapshot, role }: Ours): Problem | undefined => {
  const { id, name } = definition
  if (role.untouchable !== undefined) return { kind: 'roleOfOwnKey', role: id, name: role.name }
  if (sameName(role.name, name)) return undefined
  if (traits.roleNamesFixed === true) return { kind: 'roleNameFixed', role: id, name, present: role.name }
  const taken = snapshot.roles.some((other) => sameName(other.name, name) && !ours.has(other.id))
  return taken ? { kind: 'roleNotOurs', role: id, name } : undefined
}

const repair = (input: Ours): RoleVerdict => {
  const { definition, record, snapshot, role, contents } = input
  const state: RoleState = { kind: 'present', role }
  const wrong = role.kind !== definition.kind || differs(role, definition.name, contents)
  const problem = wrong ? obstacle(input) : undefined
  if (problem !== undefined) return { state, problems: [problem] }
  const recorded = record.platformRole === role.id && record.role === definition.id
  // Holders beyond a targeted read are unknown, and what a repair widens is judged by its holders: the full plan does it.
  const due = wrong || (!recorded && role.untouchable === undefined)
  if (snapshot.scope !== 'community' || !due) return { state }
  const widens = gains(role, record.applied, contents)
  const had = [...role.permissions, ...record.applied.permissions]
  const equalsAdmin = widens.length === 0 ? [] : powerGained(definition.contents, contents, had, input)
  const edited = record.platformRole === role.id && differs(role, record.name, record.applied)
  const renamed = !sameName(record.name, definition.name) && !sameName(role.name, definition.name)
  return {
    state,
    changes: [
      {
        id: repairRoleId(definition.id, widens, losses(role, contents)),
        kind: 'repairRole',
        role: definition,
        platformRole: role.id,
        contents,
        widens,
        holders: holdersOf([role.id], snapshot),
        ...(equalsAdmin.length === 0 ? {} : { equalsAdmin }),
        ...(renamed ? { formerly: role.name } : {}),
        ...(record.role === definition.id ? {} : { takesOver: record.role }),
      },
    ],
    drift: edited ? [{ kind: 'roleEdited', role: definition.id, platformRole: role.id }] : [],
  }
}

/** A role whose contents the configuration declares: created, compared, repaired, renamed. */
export const planManagedRole = (input: ManagedInput): RoleVerdict => {
  const { definition, record, snapshot } = input
  const { contents, problems } = resolveContents(definition, snapshot)
  if (problems.length > 0) return blocked(...problems)
  const role = record && liveRole(record, input, definition)
  if (record !== undefined && role !== undefined) return repair({ ...input, record, role, contents })
  const { id, name } = definition
  if (snapshot.roles.some((one) => sameName(one.name, name)))
    return blocked({ kind: 'roleNotOurs', role: id, name })
  if (!snapshot.complete) return blocked()
  return {
    state: { kind: 'creatable' },
    changes: [{ id: createRoleId(id), kind: 'createRole', role: definition, contents }],
    drift: record?.platformRole === undefined ? [] : [{ kind: 'roleGone', role: id }],
  }
}
