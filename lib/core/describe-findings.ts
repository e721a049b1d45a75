import { many } from './describe.ts'
import { unreachable } from './errors.ts'
import type { Drift, DriftFound, Reach, Unmanaged, Warning } from './plan.ts'

/** What somebody edited by hand, and since when that is known. Without personal values. */
export const describeDrift = (drift: Drift): string =>
  `${describeDriftFound(drift)}${drift.since === undefined ? '' : ` (since ${drift.since})`}`

const describeDriftFound = (drift: DriftFound): string => {
  switch (drift.kind) {
    case 'grantLost':
      return `account ${drift.subject.account} lost role ${drift.role}`
    case 'reenabled':
      return `account ${drift.subject.account} was enabled again`
    case 'disabled':
      return `account ${drift.subject.account} was disabled`
    case 'accountGone':
      return `the account of member ${drift.subject.member} is gone`
    case 'roleEdited':
      return `role ${drift.role} was edited`
    case 'roleGone':
      return `role ${drift.role} is gone`
    default:
      return unreachable(drift)
  }
}

const marks = (marked: readonly (readonly [boolean, string])[]): string => {
  const given = marked.flatMap(([is, mark]) => (is ? [mark] : []))
  return given.length === 0 ? '' : ` (${given.join(', ')})`
}

export const describeUnmanaged = (unmanaged: Unmanaged): string =>
  unmanaged.kind === 'account'
    ? `account ${unmanaged.email ?? unmanaged.account}${marks([
        [unmanaged.admin, 'administrator'],
        [unmanaged.service === true, 'service'],
      ])}`
    : `role "${unmanaged.roleName}" of account ${unmanaged.account}`

const missingAdmins: Readonly<
  Record<Extract<Warning, { readonly kind: 'requiredAdminMissing' }>['why'], string>
> = {
  absent: 'nobody on the platform has that address',
  disabled: 'it cannot sign in',
  notAdministrator: 'it is no administrator’s',
}
const describeMissingAdmin = ({
  entry,
  account,
  why,
}: Extract<Warning, { readonly kind: 'requiredAdminMissing' }>): string => {
  const which = account === undefined ? '' : ` (account ${account})`
  return `safety.requiredAdmins, entry ${entry}${which}: ${missingAdmins[why]}; make them an administrator, or correct the configuration`
}

/** What is done as wished and should be known. Without personal values. */
export const describeWarning = (warning: Warning): string => {
  switch (warning.kind) {
    case 'quarantined':
      return `quarantined since ${warning.since}: ${warning.reason}; nothing is written here until it is released, see npx rolecall release`
    case 'roleAlias':
      return `role ${warning.role}: the platform has no role "${warning.name}"; "${warning.used}" is taken for it; write that name`
    case 'roleEqualsAdmin':
      return `role ${warning.role} can do what an administrator can: ${warning.by.join(', ')}`
    case 'denied':
      return `account ${warning.account}: somebody denied role "${warning.roleName}" by hand, and what is denied is not given back by giving it`
    case 'keepsUntilExpiry':
      return `account ${warning.account} is suspended and keeps role "${warning.roleName}", given by hand, until it expires; take it there if that is too long`
    case 'portalOnly':
      return `role ${warning.platformRole}: ${warning.names.join(', ')} was set in the portal and cannot be kept by the API; check it after the role was edited`
    case 'requiredAdminMissing':
      return describeMissingAdmin(warning)
    case 'droppedRoleHeld':
      return `role ${warning.role} ("${warning.name}") is no longer configured and ${many(warning.holders, 'account')} still hold it: it stays until nobody does`
    default:
      return unreachable(warning)
  }
}

const namedChildren = 3

/** One line, however many communities there are. */
export const describeReach = ({ communities, changes }: Reach): string => {
  const names = communities.slice(0, namedChildren).map(({ name }) => name)
  const more = communities.length - names.length
  const where =
    more === 0
      ? names.join(', ')
      : `${names.join(', ')} and ${many(more, 'more community', 'more communities')}`
  return `${changes.length} of these ${changes.length === 1 ? 'changes takes' : 'changes take'} effect in ${where}, too.`
}
