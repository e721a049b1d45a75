import { unreachable } from './errors.ts'
import type { Change, Problem } from './plan.ts'
import type { HoldReason } from './verdict.ts'

export const many = (count: number, one: string, several = `${one}s`): string =>
  `${count} ${count === 1 ? one : several}`

/** A platform may show names with line breaks in them: one entry is one line. */
export const oneLine = (text: string): string => text.replace(/\s+/g, ' ')

const describeInvitation = (change: Extract<Change, { readonly kind: 'invite' }>): string => {
  const roles = change.roles.map(({ role }) => role).join(', ')
  const again = change.attempt > 1 ? ` (invitation ${change.attempt})` : ''
  const moved = change.follows === undefined ? '' : `, in place of account ${change.follows}`
  return `invite ${change.subject.email} as ${roles}${again}${moved}`
}

const describeGrant = ({
  subject,
  grant,
  replaces,
  resumes,
}: Extract<Change, { readonly kind: 'grant' }>): string => {
  if (resumes) return `resume ${subject.email} as ${grant.role}`
  const instead = replaces === undefined ? '' : ` instead of ${replaces.role ?? replaces.platformRole}`
  return `give ${subject.email} ${grant.role}${instead}`
}

/** One line for an operator at a terminal: it names people by their e-mail, so it is never logged or sent. */
export const describe = (change: Change): string => {
  switch (change.kind) {
    case 'createRole':
      return `create role "${change.role.name}" (${many(change.contents.permissions.length, 'permission')})`
    case 'repairRole':
      return [
        change.formerly === undefined
          ? `repair role "${change.role.name}"`
          : `rename role "${change.formerly}" to "${change.role.name}"`,
        ...(change.widens.length === 0 ? [] : [`which gains ${change.widens.join(', ')}`]),
      ].join(', ')
    case 'deleteRole':
      return `delete role "${change.name}": ours, no longer configured, and nobody holds it`
    case 'forgetRole':
      return `forget that role "${change.name}" was made by us`
    case 'invite':
      return describeInvitation(change)
    case 'adopt':
      return change.from === undefined
        ? `adopt the account of ${change.subject.email}`
        : `take over the account of ${change.subject.email} from member ${change.from.member} of ${change.from.connection}, who departed`
    case 'grant':
      return describeGrant(change)
    case 'revoke':
      return `take ${change.role} from ${change.subject.email}${change.replaced ? ' (keeps or gets another)' : ''}`
    case 'suspend':
      return `suspend ${change.subject.email} (${change.reason})`
    case 'resume':
      return `resume ${change.subject.email}`
    case 'remove':
      return `remove ${change.subject.email} (${change.reason}${change.suspendedAt === undefined ? '' : `, off since ${change.suspendedAt.slice(0, 10)}`})`
    case 'forget':
      return change.role === undefined
        ? `forget ${change.subject.email}: no account on the platform`
        : `forget ${change.role} of ${change.subject.email}: no longer there`
    default:
      return unreachable(change)
  }
}

const describeWidening = ({
  gains,
  holders,
  equalsAdmin = [],
}: Extract<HoldReason, { readonly kind: 'roleWidened' }>): string => {
  const power =
    equalsAdmin.length === 0 ? '' : `, and could do what an administrator can: ${equalsAdmin.join(', ')}`
  const whom = holders === 0 ? 'before anybody holds it' : `for ${many(holders, 'holder')}`
  return `the role would gain ${gains.join(', ')} ${whom}${power}`
}

/** Why a change waits. Without personal values. */
export const describeHoldReason = (reason: HoldReason): string => {
  switch (reason.kind) {
    case 'budget':
      return `${many(reason.wanted, reason.removal)} wanted on top of ${reason.used} in the window, and the budget is ${reason.limit}`
    case 'minimumAdmins':
      return `${many(reason.remaining, 'administrator')} would be left${reason.accounts.length === 0 ? '' : ` (${reason.accounts.join(', ')})`}, and the minimum is ${reason.minimum}`
    case 'requiredAdmin':
      return `${many(reason.accounts.length, 'account')} (${reason.accounts.join(', ')}) of requiredAdmins would no longer be an administrator’s`
    case 'flapping':
      return `corrected ${many(reason.corrections, 'time')} since ${reason.since}, and different again: somebody or something else sets it`
    case 'protected':
      return 'the account is protected'
    case 'emptyDesired':
      return `nobody is wanted here any more, although ${many(reason.owned, 'account')} are ours: is the directory empty by mistake?`
    case 'incompleteSnapshot':
      return 'the platform could not vouch for its whole account list'
    case 'roleWidened':
      return describeWidening(reason)
    case 'roleDropped':
      return `the configuration no longer knows ${reason.roles.join(', ')}: whoever has it would lose it by that alone`
    case 'awaitingApproval':
      return `held before and waiting for approval${reason.first === undefined ? '' : `: ${describeHoldReason(reason.first)}`}`
    case 'rejected':
      return 'rejected by an operator'
    default:
      return unreachable(reason)
  }
}

const adoptionReasons: Readonly<
  Record<Extract<Problem, { readonly kind: 'adoptionNeeded' }>['why'], string>
> = {
  explicit: 'the community adopts existing accounts by an explicit act only',
  domain: 'its e-mail domain is not one the connection may speak for',
  admin: 'it is an administrator',
  protected: 'it is protected',
  service: 'it is a service account',
}

/** Why a wish is no change, and what to do. Without personal values. */
export const describeProblem = (problem: Problem): string => {
  switch (problem.kind) {
    case 'roleMissing':
      return `role ${problem.role}: the platform has no role "${problem.name}" of that kind, or more than one; create it there or correct the configuration`
    case 'roleNotOurs':
      return `role ${problem.role}: a role "${problem.name}" exists that we did not create; rename one of them, or drop the contents from the configuration to use it as it is`
    case 'intakeMissing':
      return `role ${problem.role}: the platform has no intake "${problem.intake}", or more than one; correct the configuration`
    case 'permissionMissing':
      return `role ${problem.role}: the platform has no permission "${problem.permission}"; correct the configuration`
    case 'scopeMissing':
      return `role ${problem.role}: the platform has the role, and not for the scope ${problem.scope}; correct the scope or make it there`
    case 'roleNameFixed':
      return `role ${problem.role}: it was made as "${problem.present}", and the platform renames no role to "${problem.name}"; give the role of that name an id of its own, or keep the name`
    case 'roleOfOwnKey':
      return `role ${problem.role}: our own key lives by "${problem.name}", so it is never edited; bring its contents in line by hand, or drop them from the configuration`
    case 'fallbackRoleUnfit':
      return problem.why === 'missing'
        ? `fallback role ${problem.role} is not on the platform, so nobody can be suspended; create it there or correct the configuration`
        : `fallback role ${problem.role} still lets in, so nobody can be suspended by it; take its permissions away, or allow it with departedKeepReadAccess`
    case 'adoptionNeeded':
      return problem.from === undefined
        ? `account ${problem.subject.account} exists and is not ours: ${adoptionReasons[problem.why]}; adopt it explicitly, or remove it on the platform`
        : `account ${problem.subject.account} was member ${problem.from.member}'s of ${problem.from.connection}, who departed: ${adoptionReasons[problem.why]}; adopt it explicitly for whom they came back as`
    case 'ownedElsewhere':
      return `account ${problem.subject.account} belongs to connection ${problem.owner}; let one connection have the person`
    case 'duplicateAccounts':
      return `${many(problem.accounts.length, 'account')} share the person's e-mail (${problem.accounts.join(', ')}); remove all but one on the platform`
    case 'duplicateEmail':
      return `member ${problem.with} has the same e-mail and comes first; correct one of them at the identity provider`
    case 'invitationsExhausted':
      return `${many(problem.attempts, 'invitation')} ran out unanswered and no more are sent; ask the person, then remove the account or deactivate and reactivate the member`
    case 'disabledByOthers':
      return `account ${problem.subject.account} was disabled by somebody else and is never enabled by us; enable it on the platform`
    case 'unmanagedRoleInTheWay':
      return `role ${problem.role} cannot be given to account ${problem.subject.account}: the platform would take away role ${problem.unmanaged}, which somebody gave by hand; remove that one on the platform first`
    case 'noEmail':
      return 'the member has no e-mail address, and the platform knows people by it; send one from the identity provider'
    case 'groupCycle':
      return problem.groups.length === 1
        ? `group ${problem.groups.join()} of ${problem.connection} contains itself; take it out of itself at the identity provider`
        : `groups ${problem.groups.join(', ')} of ${problem.connection} contain each other: whoever is in one counts as in all of them; take one out of another at the identity provider`
    default:
      return unreachable(problem)
  }
}
