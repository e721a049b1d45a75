import type { Community, Configuration, RoleContents } from '../core/configuration.ts'
import type { Present } from '../core/departed.ts'
import { type Above, type Inherited, inheritedFrom, parentsOf } from '../core/effective.ts'
import type { CommunityId, RoleId } from '../core/ids.ts'
import type { Ownership } from '../core/ownership.ts'
import type { Provisioning } from './deps.ts'
import type { Reads, Standing } from './standing.ts'

type AboveDeps = Pick<Reads, 'platforms'> & {
  readonly ownership: Pick<Provisioning['ownership'], 'roleOwnerships'>
}
type Applied = ReadonlyMap<RoleId, RoleContents>
type Whose = { readonly standing: Standing; readonly ownerships: readonly Ownership[] }

/** What reaches somebody from communities above, from what is stored; what does not depend on the person is read once. */
export type Uplook = {
  /** Empty for a community without parents, and where nothing given above holds. */
  readonly inherited: (community: Community, whose: Whose) => Promise<readonly Inherited[]>
  readonly present: (ownerships: readonly Ownership[]) => Promise<readonly Present[]>
}

const nothing: Applied = new Map()

export const lookUp = (deps: AboveDeps, { communities }: Configuration): Uplook => {
  const contents = new Map<CommunityId, Promise<Applied>>()
  const read = async (id: CommunityId): Promise<Applied> =>
    new Map((await deps.ownership.roleOwnerships(id)).map(({ role, applied }) => [role, applied]))
  /** Only where some roles hold below and others do not has anybody to know what they may do. */
  const appliedIn = (community: Community): Promise<Applied> => {
    if (deps.platforms.traits(community).inherited !== 'adminRoles') return Promise.resolve(nothing)
    const known = contents.get(community.id) ?? read(community.id)
    contents.set(community.id, known)
    return known
  }
  const seen = async (community: Community, ownerships: readonly Ownership[]): Promise<Present> => ({
    community,
    traits: deps.platforms.traits(community),
    ownership: ownerships.find((one) => one.community === community.id),
    applied: await appliedIn(community),
  })
  return {
    inherited: async (community, { standing, ownerships }) => {
      const above = parentsOf(communities, community.id).map(
        async (parent): Promise<Above> => ({
          ...(await seen(parent, ownerships)),
          granted: standing.assignments.get(parent.id)?.granted ?? [],
        }),
      )
      return inheritedFrom(await Promise.all(above))
    },
    present: (ownerships) => {
      const known = new Set(ownerships.map(({ community }) => community))
      const concerned = communities.filter(({ id }) => known.has(id))
      return Promise.all(concerned.map((community) => seen(community, ownerships)))
    },
  }
}
