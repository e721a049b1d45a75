import type { Community } from '../../core/configuration.ts'
import { ConnectorError } from '../../core/errors.ts'
import type { AccountId } from '../../core/ids.ts'
import type { Clock } from '../../core/ports/clock.ts'
import { settled } from '../settle.ts'
import type { Access, Grant } from './access.ts'
import { expiresLate, expiryOf, isService } from './accounts.ts'
import type { ImmybotApi } from './api.ts'
import type { Facts } from './instance.ts'
import type { UserShape } from './shapes.ts'

export type AccountChanges = {
  readonly adopt: (id: AccountId) => Promise<UserShape>
  readonly grant: (id: AccountId, grant: Grant) => Promise<UserShape>
  readonly revoke: (id: AccountId, grant: Grant) => Promise<UserShape>
  readonly suspend: (id: AccountId) => Promise<UserShape>
  readonly resume: (id: AccountId) => Promise<UserShape>
  readonly remove: (id: AccountId) => Promise<undefined>
}

/** A community is the whole instance, or the people of one tenant. */
export const belongs = ({ tenant }: Community, tenantId: number): boolean =>
  tenant === 'instance' || tenant === String(tenantId)

/** Each does nothing when the platform already shows it, and ends with what the platform shows then. */
export const createAccountChanges = (
  api: ImmybotApi,
  access: Access,
  facts: Facts,
  community: Community,
  clock: Clock,
): AccountChanges => {
  const find = async (id: string): Promise<UserShape | undefined> => {
    const user = await api.user(id)
    return user !== undefined && belongs(community, user.tenantId) ? user : undefined
  }
  const ours = (user: UserShape): UserShape => {
    if (!isService(user, facts.own.userId)) return user
    throw new ConnectorError('platformRefused', 'a service or integration user is never changed')
  }
  const read = async (id: string): Promise<UserShape> => {
    const user = await find(id)
    if (user !== undefined) return user
    throw new ConnectorError('platformNotFound', 'the user is no longer there')
  }
  const personOf = ({ personId }: UserShape): number => {
    if (typeof personId === 'number') return personId
    throw new ConnectorError('platformRefused', 'there is no person behind this user')
  }

  const expire = async (user: UserShape, when: 'OneHour' | 'Indefinite'): Promise<UserShape> => {
    const wanted = when === 'OneHour'
    // A later date, set by hand, would leave the access until then.
    const ends = (seen: UserShape): boolean =>
      seen.isExpired === true || (expiryOf(seen) !== undefined && !expiresLate(seen, clock.now()))
    const lasts = (seen: UserShape): boolean => seen.isExpired !== true && expiryOf(seen) === undefined
    const shown = wanted ? ends : lasts
    if (shown(user)) return user
    return settled(
      clock,
      wanted ? 'letting a user expire' : "ending a user's expiration",
      () => api.expire(personOf(user), when),
      async () => {
        const seen = await read(String(user.id))
        return shown(seen) ? seen : undefined
      },
    )
  }

  return {
    adopt: async (id) => ours(await read(id)),
    grant: async (id, grant) => {
      const user = ours(await read(id))
      await access.give(user, grant, facts)
      return read(id)
    },
    revoke: async (id, grant) => {
      const user = ours(await read(id))
      await access.take(user, grant, facts)
      return read(id)
    },
    suspend: async (id) => {
      const user = ours(await read(id))
      await access.strip(user, facts)
      return expire(await read(id), 'OneHour')
    },
    resume: async (id) => expire(ours(await read(id)), 'Indefinite'),
    remove: async (id) => {
      const user = await find(id)
      if (user === undefined) return undefined
      ours(user)
      await settled(
        clock,
        'deleting a user',
        () => api.deleteUser(user.id),
        async () => ((await find(id)) === undefined ? true : undefined),
      )
      return undefined
    },
  }
}
