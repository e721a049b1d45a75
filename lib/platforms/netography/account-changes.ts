import type { Community } from '../../core/configuration.ts'
import { ConnectorError, isConnectorError } from '../../core/errors.ts'
import { fold } from '../../core/ids.ts'
import { settled } from '../settle.ts'
import type { Toolbox } from '../toolbox.ts'
import { isKey } from './accounts.ts'
import type { NetographyApi, UserBody } from './api.ts'
import { fallbackName } from './fallback.ts'
import type { UserShape } from './shapes.ts'

/** Roles by name, as the platform refers to them. Each does nothing when the platform already shows it, and ends with what it shows then. */
export type AccountChanges = {
  readonly read: (id: string) => Promise<UserShape>
  readonly invite: (invitation: Invitation) => Promise<UserShape>
  readonly grant: (id: string, role: string, replaces: string | undefined) => Promise<UserShape>
  readonly revoke: (id: string, role: string | undefined) => Promise<UserShape>
  readonly suspend: (id: string) => Promise<UserShape>
  readonly resume: (id: string) => Promise<UserShape>
  readonly remove: (id: string) => Promise<void>
}
export type Invitation = {
  readonly email: string
  readonly givenName: string
  readonly familyName: string
  readonly role: string
}

const systemAdministrator = 'admin'
const isSystemAdministrator = ({ roles }: UserShape): boolean => roles.includes(systemAdministrator)
const holdsJust = (user: UserShape, role: string): boolean =>
  user.roles.length === 1 && user.roles[0] === role

const refused = (message: string, status?: number): ConnectorError =>
  new ConnectorError('platformRefused', message, status === undefined ? {} : { status })

/** The platform wants both names; not everybody has them. */
const namesOf = (email: string, given: string, family: string) => ({
  given_name: given.trim() || (email.split('@')[0] ?? '-'),
  family_name: family.trim() || '-',
})

/** A PUT replaces: everything that was read goes back, but for the role. */
const bodyOf = (user: UserShape, role: string): UserBody => ({
  ...namesOf(user.email, user.given_name ?? '', user.family_name ?? ''),
  email: user.email,
  ...(typeof user.nickname === 'string' ? { nickname: user.nickname } : {}),
  ...(typeof user.picture === 'string' ? { picture: user.picture } : {}),
  roles: [role],
})

const newUser = ({ email, givenName, familyName, role }: Invitation): UserBody => ({
  ...namesOf(email, givenName, familyName),
  email: fold(email),
  roles: [role],
})

const kept = 'at least one System Administrator must remain; the account is kept as it is'

/** How the platform refuses to lose its last administrator is not documented: any refusal that is about the request is that. */
const keepingAdmins = async <T>(user: UserShape, change: () => Promise<T>): Promise<T> => {
  try {
    return await change()
  } catch (error) {
    const { status = 0 } = isConnectorError(error) ? error : {}
    // Nobody there is no refusal: what became of it is read.
    const aboutThis = status >= 400 && status < 500 && ![401, 404, 429].includes(status)
    if (!isSystemAdministrator(user) || !aboutThis) throw error
    throw refused(
      `the platform refused to demote or delete a System Administrator (${status}): ${kept}`,
      status,
    )
  }
}

type Deps = {
  readonly api: NetographyApi
  readonly community: Community
  readonly clock: Toolbox['clock']
  /** Waits for the one documented limit. */
  readonly mayCreate: () => Promise<void>
}

export const createAccountChanges = ({ api, community, clock, mayCreate }: Deps): AccountChanges => {
  const find = async (id: string): Promise<UserShape | undefined> => {
    if (isKey(id)) throw refused('API keys are never changed; give and take their roles in the portal')
    return api.user(id)
  }
  const read = async (id: string): Promise<UserShape> => {
    const user = await find(id)
    if (user !== undefined) return user
    throw new ConnectorError('platformNotFound', 'the user is no longer in the account')
  }

  const guardLastAdmin = async (user: UserShape): Promise<void> => {
    if (!isSystemAdministrator(user)) return
    const { items, complete } = await api.users()
    const another = items.some((one) => one.id !== user.id && isSystemAdministrator(one))
    if (!another && complete) throw refused(`this is the last System Administrator: ${kept}`)
  }

  const setRole = async (user: UserShape, role: string): Promise<UserShape> => {
    if (holdsJust(user, role)) return user
    await guardLastAdmin(user)
    return settled(
      clock,
      'changing the role of a user',
      () => keepingAdmins(user, () => api.updateUser(user.id, bodyOf(user, role))),
      async () => {
        const seen = await api.user(user.id)
        return seen !== undefined && holdsJust(seen, role) ? seen : undefined
      },
    )
  }

  const withAddress = async (email: string): Promise<UserShape | undefined> =>
    (await api.users()).items.find((user) => fold(user.email) === fold(email))

  return {
    read,
    invite: async (invitation) => {
      await mayCreate()
      if ((await withAddress(invitation.email)) !== undefined)
        throw new ConnectorError(
          'platformDisagrees',
          'a user with this address appeared after the plan was made; the next plan decides what it is',
        )
      let made: UserShape | undefined
      // The call is not idempotent: it is sent once, and what became of it is read.
      return settled(
        clock,
        'creating a user',
        async () => {
          made = await api.createUser(newUser(invitation))
        },
        async () => {
          const seen = made === undefined ? await withAddress(invitation.email) : await api.user(made.id)
          const asWanted = seen !== undefined && fold(seen.email) === fold(invitation.email)
          return asWanted && holdsJust(seen, invitation.role) ? seen : undefined
        },
      )
    },
    grant: async (id, role, replaces) => {
      const user = await read(id)
      const expected = holdsJust(user, role) || user.roles.every((held) => held === replaces)
      if (expected) return setRole(user, role)
      throw new ConnectorError(
        'platformDisagrees',
        'somebody gave the user another role after the plan was made; the next plan decides',
      )
    },
    revoke: async (id, role) => {
      const user = await read(id)
      if (role === undefined || !user.roles.includes(role)) return user
      throw refused('a user always has exactly one role here: it can be replaced, not taken')
    },
    suspend: async (id) => {
      const user = await read(id)
      return setRole(user, await fallbackName(api, community))
    },
    resume: async (id) => {
      const user = await read(id)
      const fallback = community.roles.find((role) => role.id === community.fallbackRole)
      if (fallback === undefined || !user.roles.includes(fallback.name)) return user
      throw refused('a suspension ends here by giving a role, and none was given')
    },
    remove: async (id) => {
      const user = await find(id)
      if (user === undefined) return
      await guardLastAdmin(user)
      await settled(
        clock,
        'deleting a user',
        () => keepingAdmins(user, () => api.deleteUser(id)),
        async () => ((await api.user(id)) === undefined ? true : undefined),
      )
    },
  }
}
