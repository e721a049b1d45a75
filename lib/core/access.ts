import type { Assignment, Suppressed } from './assignment.ts'
import { describeHoldReason } from './describe.ts'
import type { Inherited, InheritedRole } from './effective.ts'
import { becauseText, suppressionText } from './explanation-text.ts'
import type { CommunityId, RoleId } from './ids.ts'
import type { OwnedGrant, Ownership } from './ownership.ts'
import type { Change } from './plan.ts'
import type { AccessEntry, StandingEntry } from './ports/access.ts'
import type { HeldChange } from './verdict.ts'
import type { Outcome } from './work.ts'

export type AccessInput = {
  readonly community: CommunityId
  readonly granted: readonly Assignment[]
  readonly ownership: Ownership | undefined
  readonly outcome: Outcome | undefined
  /** Of this member's changes. */
  readonly held: readonly HeldChange[]
}

type Role = {
  readonly id: RoleId
  readonly wanted: Assignment | undefined
  readonly grant: OwnedGrant | undefined
}
type Finding = Pick<AccessEntry, 'status'> & { readonly detail?: string }

/** Recorded for their coming back only: where a suspension takes the roles, they hold them no longer. */
const takenBySuspension = (ownership: Ownership | undefined, grant: OwnedGrant): boolean =>
  ownership?.suspended !== undefined && grant.unconfirmed === true

const rolesIn = ({ granted, ownership }: AccessInput): readonly Role[] => {
  const owned = new Map((ownership?.grants ?? []).map((grant) => [grant.role, grant]))
  const wanted = new Set(granted.map(({ role }) => role))
  return [
    ...granted.map((one) => ({ id: one.role, wanted: one, grant: owned.get(one.role) })),
    ...[...owned.values()]
      .filter((grant) => !wanted.has(grant.role) && !takenBySuspension(ownership, grant))
      .map((grant) => ({ id: grant.role, wanted: undefined, grant })),
  ]
}

const inPlace = ({ grant }: Role): boolean => grant !== undefined && grant.unconfirmed !== true
/** Something is still to be done about it. */
const open = (role: Role): boolean => (role.wanted !== undefined) !== inPlace(role)

/** A change of the account itself is one of every role on it. */
const concerns = (change: Change, role: RoleId): boolean => {
  switch (change.kind) {
    case 'grant':
      return change.grant.role === role
    case 'revoke':
      return change.role === role
    case 'forget':
      return change.role === undefined || change.role === role
    default:
      return 'subject' in change
  }
}

const suspendedText = (ownership: Ownership | undefined): string | undefined =>
  ownership?.suspended &&
  `the account is suspended since ${ownership.suspended.at} (${ownership.suspended.reason})`

/** On the platform, as far as our records go. */
const present = (role: Role, { ownership, outcome }: AccessInput, settled: boolean): Finding => {
  const suspended = suspendedText(ownership)
  if (role.wanted === undefined)
    return { status: 'assigned', detail: suspended ?? 'no rule grants it any longer' }
  if (suspended !== undefined) return { status: 'pending', detail: suspended }
  return settled && outcome?.state === 'pending'
    ? { status: 'pending', detail: outcome.detail }
    : { status: 'assigned' }
}

/**
 * An outcome is of the whole person in a community: while something is still to be done, it speaks of that, and what is in place stays so; when
 * nothing is, it speaks of the account and everything on it.
 */
const findingOf = (role: Role, input: AccessInput, settled: boolean): Finding => {
  const { outcome, held } = input
  const hold = held.find(({ change }) => concerns(change, role.id))
  if (hold !== undefined) return { status: 'held', detail: describeHoldReason(hold.reason) }
  if (outcome?.state === 'failed' && (settled || open(role)))
    return { status: 'failed', detail: outcome.detail }
  if (inPlace(role)) return present(role, input, settled)
  const detail = outcome?.state === 'pending' ? outcome.detail : 'not carried out yet'
  return { status: 'pending', detail }
}

/** Something is to be done here that nobody has to decide first. A suspended account has lost what it is not wanted for. */
export const isUnsettled = (input: AccessInput): boolean => {
  const suspended = input.ownership?.suspended !== undefined
  return rolesIn(input)
    .filter((role) => !input.held.some(({ change }) => concerns(change, role.id)))
    .some((role) => (suspended ? role.wanted !== undefined : open(role)))
}

/** How far each role is that a member should have or has in one community, and why. Without personal values. */
export const accessEntries = (input: AccessInput): readonly AccessEntry[] => {
  const roles = rolesIn(input)
  const settled = !roles.some(open)
  return roles.map((role) => {
    const { status, detail } = findingOf(role, input, settled)
    const reasons = (role.wanted ?? role.grant)?.because ?? []
    return {
      community: input.community,
      role: role.id,
      status,
      because: [...reasons.map(becauseText), ...(detail === undefined ? [] : [detail])],
      ...(detail === undefined ? {} : { detail }),
      ...(role.wanted === undefined ? { leaving: true } : {}),
    }
  })
}

/** What rules want and nobody will carry out. */
export const withheldEntries = (suppressed: readonly Suppressed[]): readonly StandingEntry[] =>
  suppressed.map((one) => {
    const { community, role, because } = one
    const detail = suppressionText(one)
    return { community, role, status: 'withheld', because: [...because.map(becauseText), detail], detail }
  })

const inheritedStatus: Readonly<Record<InheritedRole['state'], AccessEntry['status']>> = {
  given: 'assigned',
  waiting: 'pending',
  leaving: 'assigned',
}

/** Beside the words about where it comes from. */
const inheritedNote = (
  state: InheritedRole['state'],
  pending: boolean,
): Pick<AccessEntry, 'detail' | 'leaving'> => {
  if (pending) return { detail: 'pending there' }
  return state === 'leaving' ? { detail: 'no rule grants it any longer', leaving: true } : {}
}

/** What communities above give that holds in this one, too: no sooner than it does there, which `entries` say. */
export const inheritedEntries = (
  community: CommunityId,
  inherited: readonly Inherited[],
  entries: readonly AccessEntry[],
): readonly AccessEntry[] =>
  inherited.flatMap(({ community: inheritedFrom, roles }) =>
    roles.map(({ role, state, perhaps }) => {
      const there = entries.find((one) => one.community === inheritedFrom && one.role === role)
      const pending = state === 'given' && there?.status === 'pending'
      const note = inheritedNote(state, pending)
      return {
        community,
        role,
        status: pending ? 'pending' : inheritedStatus[state],
        because: [
          `a role of ${inheritedFrom}, which holds here, too${perhaps ? ' if its holders are administrators' : ''}`,
          ...(note.detail === undefined ? [] : [note.detail]),
        ],
        ...note,
        inheritedFrom,
      }
    }),
  )
