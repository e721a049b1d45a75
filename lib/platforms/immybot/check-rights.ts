import type { Check } from '../../core/checkup.ts'
import type { PlatformRole } from '../../core/snapshot.ts'
import type { Generation } from './instance.ts'
import { coreOf } from './permissions.ts'
import type { SubjectShape } from './shapes.ts'

/** What our service principal works on; `people` only where it may make persons of users to come. */
const areas = {
  users: /^users?$/,
  roles: /^(roles?|(user)?roleassignments?)$/,
  groups: /^groups?$/,
  people: /^(persons?|people)$/,
} as const

type Question = {
  readonly generation: Generation
  readonly subjects: readonly SubjectShape[]
  /** Roles our own service principal holds. */
  readonly own: readonly PlatformRole[]
  readonly createsPersons: boolean
}

const subject = 'rights: administration'

const lacking = (state: 'warning' | 'problem', what: readonly string[], generation: Generation): Check => ({
  subject,
  state,
  found: `it may not manage ${what.join(', ')}`,
  remedy:
    generation === 'legacy'
      ? 'make it an administrator'
      : 'give it a role that may, or System Administrator (Legacy), in scope Owner',
})

/** Whether it may do what is needed, as far as the catalogue shows what its roles allow. */
export const administration = ({ generation, subjects, own, createsPersons }: Question): Check => {
  const needed = Object.entries(areas)
    .filter(([area]) => createsPersons || area !== 'people')
    .map(([area, pattern]) => ({ area, permissions: coreOf(subjects, pattern) }))
    .filter(({ permissions }) => permissions.length > 0)
  const ok: Check = {
    subject,
    state: 'ok',
    found: `it may manage ${needed.map(({ area }) => area).join(', ')}`,
  }
  // Of the flags of the legacy generation, and of administrators whose permissions are not shown, the name says it all.
  if (own.some(({ admin, permissions }) => admin && (generation === 'legacy' || permissions.length === 0)))
    return ok
  const held = new Set(own.flatMap(({ permissions }) => permissions))
  const closed = needed.filter(({ permissions }) => !permissions.some((one) => held.has(one)))
  if (own.length === 0 || closed.length > 0)
    return lacking(
      'problem',
      (own.length === 0 ? needed : closed).map(({ area }) => area),
      generation,
    )
  const missing = needed.flatMap(({ permissions }) => permissions.filter((one) => !held.has(one)))
  return missing.length > 0 ? lacking('warning', missing, generation) : ok
}
