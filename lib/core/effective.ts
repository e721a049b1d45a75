import type { Assignment } from './assignment.ts'
import type { Community, RoleContents } from './configuration.ts'
import { type CommunityId, fold, type RoleId } from './ids.ts'
import { accountsOf, type OwnedGrant, type Ownership } from './ownership.ts'
import { isManaged } from './role-contents.ts'
import { adminPermissionsIn } from './role-power.ts'
import type { PlatformTraits } from './snapshot.ts'

/** Effective access in a community: what is given there, and what is given above and holds there, too. From stored facts. */

/** The communities above this one, nearest first. What refers to itself is not followed. */
export const parentsOf = (communities: readonly Community[], id: CommunityId): readonly Community[] => {
  const chain: Community[] = []
  const seen = new Set<CommunityId>([id])
  let next = communities.find((one) => one.id === id)?.parent
  while (next !== undefined && !seen.has(next)) {
    seen.add(next)
    const parent = communities.find((one) => one.id === next)
    if (parent === undefined) break
    chain.push(parent)
    next = parent.parent
  }
  return chain
}

/** All communities below this one, in the configuration's order. */
export const childrenOf = (communities: readonly Community[], id: CommunityId): readonly Community[] =>
  communities.filter((one) => parentsOf(communities, one.id).some((parent) => parent.id === id))

/** Whether a role given in a community holds in those below it. `unknown`: nothing stored says what it may do. */
export type Holds = 'yes' | 'no' | 'unknown'

export type Above = {
  readonly community: Community
  readonly traits: PlatformTraits
  readonly granted: readonly Assignment[]
  readonly ownership: Ownership | undefined
  /** What we last wrote into the managed roles of the community. */
  readonly applied: ReadonlyMap<RoleId, RoleContents>
}

const administers = ({ community, traits, applied }: Above, role: RoleId): Holds => {
  const definition = community.roles.find(({ id }) => id === role)
  if (definition?.kind === 'builtin') {
    const strongest = traits.builtinPower?.at(-1)
    if (strongest === undefined) return 'unknown'
    return fold(definition.name) === strongest ? 'yes' : 'no'
  }
  const declared = definition !== undefined && isManaged(definition) ? definition.contents : undefined
  const written = applied.get(role)
  if (
    adminPermissionsIn([...(declared?.permissions ?? []), ...(written?.permissions ?? [])], traits).length > 0
  )
    return 'yes'
  return written === undefined ? 'unknown' : 'no'
}

export const holdsBelow = (above: Above, role: RoleId): Holds => {
  if (above.traits.inherited === undefined) return 'no'
  return above.traits.inherited === 'allRoles' ? 'yes' : administers(above, role)
}

export type InheritedRole = {
  readonly role: RoleId
  readonly name: string
  readonly state: 'given' | 'waiting' | 'leaving'
  /** Only if its holders turn out to be administrators. */
  readonly perhaps?: true
}
export type Inherited = { readonly community: CommunityId; readonly roles: readonly InheritedRole[] }

/** Suspended, and read back so: no role there lets in any longer. An account under the address before is open until it is gone. */
export const shutOut = (ownership: Ownership | undefined): boolean =>
  ownership?.suspended !== undefined &&
  ownership.suspended.unconfirmed !== true &&
  accountsOf(ownership).length < 2

const inForce = (grant: OwnedGrant | undefined): boolean => grant !== undefined && grant.unconfirmed !== true

const rolesAbove = (above: Above): readonly InheritedRole[] => {
  const { community, granted, ownership } = above
  const owned = new Map((ownership?.grants ?? []).map((grant) => [grant.role, grant]))
  const wanted = new Set(granted.map(({ role }) => role))
  return [...new Set([...wanted, ...owned.keys()])].flatMap((role): InheritedRole[] => {
    const holds = holdsBelow(above, role)
    const given = inForce(owned.get(role)) && !shutOut(ownership)
    if (holds === 'no' || (!given && !wanted.has(role))) return []
    return [
      {
        role,
        name: community.roles.find(({ id }) => id === role)?.name ?? role,
        state: given ? (wanted.has(role) ? 'given' : 'leaving') : 'waiting',
        ...(holds === 'unknown' ? { perhaps: true } : {}),
      },
    ]
  })
}

/** What the communities above give, nearest first. */
export const inheritedFrom = (above: readonly Above[]): readonly Inherited[] =>
  above
    .map((one) => ({ community: one.community.id, roles: rolesAbove(one) }))
    .filter(({ roles }) => roles.length > 0)
