import type { Suppressed, Target } from './assignment.ts'
import type { AuditEntry } from './audit.ts'
import type { Community } from './configuration.ts'
import type { Instant, RoleId } from './ids.ts'
import type { ShownAges } from './login-explained.ts'
import type { Ownership } from './ownership.ts'
import {
  givenBy,
  lostBy,
  type Origins,
  type Provenance,
  type ProvenBecause,
  wantedSince,
  withProvenance,
} from './provenance.ts'
import { roleNow } from './role-records.ts'
import type { PlatformRole } from './snapshot.ts'

export type RolesInput = {
  readonly community: Pick<Community, 'id' | 'roles'>
  readonly target: Target
  readonly ownership?: Ownership | undefined
  /** The roles the account holds on the platform, where somebody has just looked. */
  readonly snapshotRoles?: readonly PlatformRole[]
  /** The member's audit trail and that of the groups in between, newest first: tells which request made the evidence true. */
  readonly trail?: readonly AuditEntry[]
  /** What their memberships themselves know of that. */
  readonly origins?: Origins
  /** How old what a login showed is. */
  readonly shown?: ShownAges
}

export type RoleExplanation = {
  readonly role: RoleId
  readonly name: string
  /**
   * `given`: wanted and given by us; `byHand`: wanted, and there by somebody else's hand; `waiting`: wanted and not given yet; `leaving`: given by us and
   * wanted no longer; `suppressed`: wanted by a rule, and another role stood in the way.
   */
  readonly state: 'given' | 'byHand' | 'waiting' | 'leaving' | 'suppressed'
  readonly because: readonly ProvenBecause[]
  /** Given by us since then; of a waiting one, since when it is wanted, as far as the trail tells. */
  readonly since?: Instant
  /** The run that gave it. */
  readonly given?: Provenance
  /** Of one that is leaving: the request that ended what it was given for. */
  readonly lost?: Provenance
  readonly suppressed?: Pick<Suppressed, 'by' | 'winners'>
}

type PlainRole = Omit<RoleExplanation, 'because'> & { readonly because: Target['granted'][number]['because'] }

const plainRoles = (input: RolesInput): readonly PlainRole[] => {
  const { community, target, ownership, snapshotRoles = [] } = input
  const grants = (ownership?.grants ?? []).map((one) => ({
    ...one,
    role: roleNow(community.roles, one.role),
  }))
  const owned = new Map(grants.map((grant) => [grant.role, grant]))
  const wanted = new Set(target.granted.map(({ role }) => role))
  const nameOf = (role: RoleId) => community.roles.find(({ id }) => id === role)?.name ?? role
  const heldByHand = (role: RoleId) => snapshotRoles.some(({ name }) => name === nameOf(role))
  const granted = target.granted.map(({ role, because }): PlainRole => {
    const grant = owned.get(role)
    if (grant === undefined)
      return { role, name: nameOf(role), state: heldByHand(role) ? 'byHand' : 'waiting', because }
    const state = grant.unconfirmed === true ? 'waiting' : 'given'
    return { role, name: nameOf(role), state, because, since: grant.since }
  })
  const suppressed = target.suppressed.map(
    ({ role, because, by, winners }): PlainRole => ({
      role,
      name: nameOf(role),
      state: 'suppressed',
      because,
      suppressed: { by, winners },
    }),
  )
  const leaving = [...owned.values()]
    .filter(({ role }) => !wanted.has(role))
    .map(
      ({ role, because, since }): PlainRole => ({
        role,
        name: nameOf(role),
        state: 'leaving',
        because,
        since,
      }),
    )
  return [...granted, ...suppressed, ...leaving]
}

/** What the audit trail knows beyond what is stored of the grant. */
const traced = (input: RolesInput, role: PlainRole): RoleExplanation => {
  const trail = input.trail ?? []
  const because = role.because.map((one) =>
    withProvenance(one, { trail, origins: input.origins, shown: input.shown }),
  )
  const since = role.since ?? (role.state === 'waiting' ? wantedSince(because) : undefined)
  const ours = role.state === 'given' || role.state === 'leaving'
  const given = ours ? givenBy(trail, input.community.id, role.role) : undefined
  const lost = role.state === 'leaving' ? lostBy(trail, role.because) : undefined
  return {
    ...role,
    because,
    ...(since === undefined ? {} : { since }),
    ...(given === undefined ? {} : { given }),
    ...(lost === undefined ? {} : { lost }),
  }
}

export const explainRoles = (input: RolesInput): readonly RoleExplanation[] =>
  plainRoles(input).map((role) => traced(input, role))
