import type { Assignment, Assignments, Because, Source, Suppressed } from './assignment.ts'
import type { CommunityId } from './ids.ts'

/** What one member gets in one community by one view of things, compared with another. */
export type AssignmentDifference = {
  readonly community: CommunityId
  readonly added: readonly Assignment[]
  readonly kept: readonly Assignment[]
  /** With what they were given for before. */
  readonly taken: readonly Assignment[]
  /** Wanted after it, and not given. */
  readonly suppressed: readonly Suppressed[]
}

type ByCommunity = ReadonlyMap<CommunityId, Assignments>

/** `scim`: it outlives the login. */
export const sourceOf = (because: readonly Because[]): Source =>
  because.some(({ source }) => source === 'scim') ? 'scim' : 'sso'

const differenceIn = (community: CommunityId, before: ByCommunity, after: ByCommunity) => {
  const had = before.get(community)?.granted ?? []
  const gets = after.get(community)?.granted ?? []
  const [held, given] = [new Set(had.map(({ role }) => role)), new Set(gets.map(({ role }) => role))]
  return {
    community,
    added: gets.filter(({ role }) => !held.has(role)),
    kept: gets.filter(({ role }) => held.has(role)),
    taken: had.filter(({ role }) => !given.has(role)),
    suppressed: after.get(community)?.suppressed ?? [],
  }
}

/** In the order of `after`, then what only `before` knew. */
export const differencesOf = (before: ByCommunity, after: ByCommunity): readonly AssignmentDifference[] =>
  [...new Set([...after.keys(), ...before.keys()])].map((community) => differenceIn(community, before, after))

export const changes = ({ added, taken }: AssignmentDifference): boolean => added.length + taken.length > 0
