import { ConnectorError } from '../../core/errors.ts'
import { type AccountId, fold, type PlatformRoleId } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { afterWrite, settled } from '../settle.ts'
import { emailOf, heldRoles, statusOf } from './accounts.ts'
import type { SekoiaApi } from './api.ts'
import type { Newcomers } from './newcomers.ts'
import type { AvatarShape } from './shapes.ts'

export type AccountChanges = {
  readonly read: (id: AccountId) => Promise<AvatarShape>
  readonly invite: (invitation: Invitation) => Promise<AvatarShape>
  readonly grant: (id: AccountId, role: PlatformRoleId) => Promise<AvatarShape>
  readonly revoke: (id: AccountId, role: PlatformRoleId) => Promise<AvatarShape>
  readonly setStatus: (id: AccountId, status: 'enabled' | 'disabled') => Promise<AvatarShape>
  /** The member as it was; undefined when it was gone already. */
  readonly remove: (id: AccountId) => Promise<AvatarShape | undefined>
}
export type Invitation = {
  readonly email: string
  readonly roles: readonly PlatformRoleId[]
  /** The pending member whose invitation has expired. */
  readonly replaces?: AccountId
}

/** Each does nothing when the platform already shows it, and ends with what the platform shows then. */
export const createAccountChanges = (
  api: SekoiaApi,
  newcomers: Pick<Newcomers, 'find'>,
  clock: Clock,
): AccountChanges => {
  const find = async (id: string): Promise<AvatarShape | undefined> => (await api.avatarsById([id]))[0]
  const read = async (id: string): Promise<AvatarShape> => {
    const avatar = await find(id)
    if (avatar !== undefined) return avatar
    throw new ConnectorError('platformNotFound', 'the member is no longer in the community')
  }

  /** The member once it is as wanted. */
  const readIf = async (
    id: string,
    wanted: (seen: AvatarShape) => boolean,
  ): Promise<AvatarShape | undefined> => {
    const seen = await read(id)
    return wanted(seen) ? seen : undefined
  }

  const give = async (avatar: AvatarShape, role: string): Promise<AvatarShape> => {
    if (heldRoles(avatar).includes(role)) return avatar
    const after = await settled(
      clock,
      'assigning a role',
      () => api.assign(avatar.uuid, role),
      () => readIf(avatar.uuid, (seen) => heldRoles(seen).includes(role)),
    )
    // Whether assigning adds or replaces is not documented. The built-in role may go, everything else has to come back.
    const kept = heldRoles(avatar).filter((held) => held !== avatar.role_uuid)
    if (kept.every((held) => heldRoles(after).includes(held))) return after
    const wanted = [...kept, role]
    return afterWrite('assigning a role', () =>
      settled(
        clock,
        'restoring the other roles',
        () => api.setRoles(avatar.uuid, wanted),
        () => readIf(avatar.uuid, (seen) => wanted.every((one) => heldRoles(seen).includes(one))),
      ),
    )
  }

  const remove = async (id: string): Promise<AvatarShape | undefined> => {
    const before = await find(id)
    if (before === undefined) return undefined
    await settled(
      clock,
      'removing a member',
      () => api.removeAvatar(id),
      async () => ((await find(id)) === undefined ? true : undefined),
    )
    return before
  }

  /** The invitation is answered without a body, and members cannot be searched by address: the newest first, then everyone. */
  const findByEmail = async (email: string, everyone: boolean): Promise<AvatarShape | undefined> =>
    everyone ? (await api.avatars()).find((avatar) => emailOf(avatar) === email) : newcomers.find(email)

  const inviteNew = async (email: string, roles: readonly string[]): Promise<AvatarShape> => {
    if ((await findByEmail(email, false)) !== undefined)
      throw new ConnectorError(
        'platformDisagrees',
        'a member with this address appeared after the plan was made; the next plan decides what it is',
      )
    return settled(
      clock,
      'inviting a member',
      () => api.invite(email, roles),
      (reading) => findByEmail(email, reading > 1),
    )
  }

  return {
    read,
    remove,
    grant: async (id, role) => give(await read(id), role),
    invite: async ({ email, roles, replaces }) => {
      const before = replaces === undefined ? undefined : await find(replaces)
      const accepted = before !== undefined && statusOf(before) !== 'pending'
      if (before !== undefined && !accepted) await remove(before.uuid)
      // Accepted between plan and now: what the invitation was to give is given.
      let avatar = accepted ? before : await inviteNew(fold(email), roles)
      // The answer says nothing about roles, and somebody known to the platform may get none by the invitation.
      return afterWrite('inviting a member', async () => {
        for (const role of roles) avatar = await give(avatar, role)
        return avatar
      })
    },
    revoke: async (id, role) => {
      const before = await read(id)
      if (!heldRoles(before).includes(role)) return before
      return settled(
        clock,
        'unassigning a role',
        () => api.unassign(id, role),
        () => readIf(id, (seen) => !heldRoles(seen).includes(role)),
      )
    },
    setStatus: async (id, status) => {
      const before = await read(id)
      if (before.status === status) return before
      return settled(
        clock,
        status === 'enabled' ? 'enabling a member' : 'disabling a member',
        () => api.setStatus(id, status),
        () => readIf(id, (seen) => seen.status === status),
      )
    },
  }
}
