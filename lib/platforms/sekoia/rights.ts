import type { Check } from '../../core/checkup.ts'
import type { Community, RoleContents } from '../../core/configuration.ts'
import type { CommunityShape } from './shapes.ts'
import { managingPermissions } from './traits.ts'

/** What our key needs, and what it has beyond (docs/platforms/sekoia.md, setting up). */
const reading = ['COMMUNITY_LIST_MEMBER', 'COMMUNITY_READ_ROLE']
const writing = [
  'COMMUNITY_ADD_MEMBER',
  'COMMUNITY_REMOVE_MEMBER',
  'COMMUNITY_ASSIGN_ROLE',
  'COMMUNITY_REMOVE_ROLE',
]

export const isMain = (seen: CommunityShape): boolean =>
  seen.is_parent === true || (seen.subcommunities ?? []).length > 0

const contentsOf = ({ roles }: Community): readonly RoleContents[] =>
  roles.flatMap((role) => (role.kind === 'builtin' || role.contents === undefined ? [] : [role.contents]))

const needed = (community: Community, seen: CommunityShape) => {
  const managed = contentsOf(community)
  const scoped = managed.some(({ intakes }) => intakes.length > 0)
  return {
    toRead: [
      ...reading,
      ...(scoped ? ['SIC_READ_INTAKES'] : []),
      ...(isMain(seen) ? ['COMMUNITY_MANAGE_SUB_COMMUNITIES'] : []),
    ],
    toWrite: [...writing, ...(managed.length > 0 ? ['COMMUNITY_WRITE_ROLE'] : [])],
  }
}

export const rightsChecks = (
  community: Community,
  seen: CommunityShape,
  rights: readonly string[],
): readonly Check[] => {
  const subject = 'rights'
  const { toRead, toWrite } = needed(community, seen)
  const missing = (names: readonly string[]) => names.filter((name) => !rights.includes(name))
  const blind = missing(toRead)
  const idle = missing(toWrite)
  // Who only looks needs no right to write.
  const lacking = community.mode === 'report' ? blind : [...blind, ...idle]
  const later = community.mode === 'report' ? idle : []
  // The right to invite into managed communities from above is needed by nobody whose key is the community's own.
  const beyond = managingPermissions.filter(
    (name) => rights.includes(name) && !toRead.includes(name) && !toWrite.includes(name),
  )
  const checks: readonly (Check | false)[] = [
    lacking.length > 0 && {
      subject,
      state: 'problem',
      found: `the key lacks ${lacking.join(', ')}`,
      remedy: 'make a key that has them, too (Settings > Workspace > API Keys)',
    },
    later.length > 0 && {
      subject,
      state: 'warning',
      found: `the key lacks ${later.join(', ')}`,
      remedy: 'needed as soon as `mode` is no longer report',
    },
    beyond.length > 0 && {
      subject,
      state: 'warning',
      found: `the key may do more than it needs: ${beyond.join(', ')}`,
      remedy: 'make a key without them',
    },
  ]
  const found = checks.filter((check) => check !== false)
  return found.length > 0
    ? found
    : [{ subject, state: 'ok', found: 'the key may do what it needs, and no more' }]
}
