import { accountId, fold, type Instant, instant, platformRoleId } from '../../core/ids.ts'
import type { Account, AccountStatus } from '../../core/snapshot.ts'
import type { AvatarShape } from './shapes.ts'

/** An avatar, a person's membership in this community, as one of our accounts. */

/** Whether the list's `roles` holds the built-in role too is not documented: the two fields together are what is held. */
export const heldRoles = (avatar: AvatarShape): readonly string[] =>
  [
    ...new Set([...avatar.roles.map(({ uuid }) => uuid), ...(avatar.role_uuid ? [avatar.role_uuid] : [])]),
  ].toSorted()

/** A person who has not accepted yet may be shown by the invitation's address only. */
export const emailOf = (avatar: AvatarShape): string | undefined => {
  const email = avatar.user?.email || avatar.user?.invitation_v2?.email
  return email ? fold(email) : undefined
}

/** Disabled by somebody weighs more than not yet accepted: nothing may be sent again to such a person. */
export const statusOf = (avatar: AvatarShape): AccountStatus => {
  if (avatar.status === 'disabled') return 'disabled'
  return avatar.user?.confirmed === false ? 'pending' : 'enabled'
}

/** Samples show `2021-06-23 09:13:22.077939` beside ISO 8601; without a zone it is UTC. */
export const instantOf = (value: string): Instant | undefined => {
  const iso = value.trim().replace(' ', 'T')
  const at = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`)
  return Number.isNaN(at) ? undefined : instant(at)
}

export const accountOf = (avatar: AvatarShape): Account => {
  const email = emailOf(avatar)
  const status = statusOf(avatar)
  const created = status === 'pending' && avatar.created_at ? instantOf(avatar.created_at) : undefined
  return {
    id: accountId(avatar.uuid),
    ...(email === undefined ? {} : { email }),
    status,
    ...(created === undefined ? {} : { invitedAt: created }),
    // A membership without a person behind it is somebody's integration.
    service: avatar.user === null || avatar.user === undefined,
    roles: heldRoles(avatar).map(platformRoleId),
  }
}
